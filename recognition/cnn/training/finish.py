"""The end of a run: the best epoch is calibrated, taught once more, measured and saved."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from recognition.cnn.manifest import Manifest
from recognition.cnn.measures.evaluation import measure
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.checkpoint import save_version
from recognition.cnn.teaching.calibration import calibrate
from recognition.cnn.teaching.teach import MAX_ANCHORS, Examples, teach
from recognition.cnn.training.checkpoints import Progress, load_best
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.events import emit
from recognition.cnn.training.inference import answer
from recognition.cnn.training.job import CannotTrain, Job
from recognition.cnn.training.optimisation.objective import Objective
from recognition.cnn.training.start import Start


def finish(job: Job, data: Data, start: Start, progress: Progress, device: torch.device) -> None:
    """Write the version. Raises CannotTrain with the code nothing_yet if no epoch was finished."""
    emit("stage", stage="measuring")
    model = start.model.to(device)
    if load_best(job.folder, model) is None:
        raise CannotTrain("nothing_yet", "no epoch was finished")
    manifest = start.manifest
    if job.mode == "fine_tune":
        manifest = _teach(job, data, manifest, model, device)
    elif data.validation_is_apart:
        manifest = _calibrated(data, manifest, model, device)
    metrics = _measure(data, manifest, model, device)
    emit("stage", stage="saving")
    manifest = replace(
        manifest,
        backbone_sha256=manifest.backbone_sha256 if job.parameters.trainable == "head" else "",
        training=_history(job, data, progress),
        metrics=metrics,
    )
    for draft in job.folder.glob(f".{job.result.name}.*"):  # of an attempt that was killed
        shutil.rmtree(draft)
    save_version(job.result, manifest, model.cpu())


def _teach(
    job: Job, data: Data, manifest: Manifest, model: Recogniser, device: torch.device
) -> Manifest:
    """Fit the head once more, on the trained backbone and to the validation photos too: the epochs
    are judged by now, so they may be learnt from, as in teaching, which calibrates before."""
    seed = job.parameters.seed
    anchors = np.random.default_rng(seed).permutation(data.anchors)[:MAX_ANCHORS].tolist()
    parts = [data.train, data.validation if data.validation_is_apart else [], anchors]
    train, validation, others = (
        Examples(answer(model, data, rows, device).embeddings, data.truths[rows].numpy())
        for rows in parts
    )
    taught = teach(
        manifest, model.cpu().head, manifest.labels, train, validation, others.embeddings, seed
    )
    model.head = taught.head
    model.to(device)
    return taught.manifest


def _calibrated(
    data: Data, manifest: Manifest, model: Recogniser, device: torch.device
) -> Manifest:
    logits = answer(model, data, data.validation, device).fine_logits
    truths = data.truths[data.validation]
    model.head.temperature = calibrate(model.cpu().head, manifest.labels, logits, truths)
    model.to(device)
    return replace(manifest, temperature=model.head.temperature)


def _measure(
    data: Data, manifest: Manifest, model: Recogniser, device: torch.device
) -> dict[str, Any]:
    """On the test split."""
    objective = Objective(model.head, manifest.labels)
    test = answer(model, data, data.test, device).fine_logits
    truths = data.truths[data.test].numpy()
    return measure(objective.log_probabilities(test).numpy(), truths, manifest.labels)


def _history(job: Job, data: Data, progress: Progress) -> dict[str, Any]:
    photos_seen = progress.epoch * len(data.train)
    counts = {"train": data.train, "validation": data.validation, "test": data.test}
    return {
        "photos": {split: len(rows) for split, rows in counts.items()},
        **job.training,
        "mode": job.mode,
        "seed": job.parameters.seed,
        "parameters": job.parameters.to_dict(),
        "epochs": progress.epoch,
        "best_epoch": progress.best_epoch,
        "seconds": round(progress.seconds, 1),
        "seconds_per_photo": round(progress.seconds / max(photos_seen, 1), 6),
    }
