"""The end of a run: the best epoch is calibrated, taught once more, measured and saved."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from recognition.cnn.manifest import Manifest
from recognition.cnn.measures.evaluation import measure
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.checkpoint import save_version
from recognition.cnn.teaching.teach import MAX_ANCHORS, Examples, teach
from recognition.cnn.training.checkpoints import Progress, load_best
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.events import emit
from recognition.cnn.training.inference import answer
from recognition.cnn.training.job import CannotTrain, Job
from recognition.cnn.training.optimisation.objective import Objective
from recognition.cnn.training.start import Start

# Temperatures that are tried, as factors: from 1/4 to 4, two percent apart.
_FACTORS = [math.exp(place / 50) for place in range(-69, 70)]
# The temperature stays near where it was unless that many photos speak against it.
_PRIOR_PHOTOS = 5.0


def finish(job: Job, data: Data, start: Start, progress: Progress, device: torch.device) -> None:
    """Write the version. Raises CannotTrain with the code nothing_yet if no epoch was finished."""
    emit("stage", stage="measuring")
    model = start.model.to(device)
    if load_best(job.folder, model) is None:
        raise CannotTrain("nothing_yet", "no epoch was finished")
    if data.validation_is_apart:
        objective = Objective(model.head, start.manifest.labels)
        logits = answer(model, data, data.validation, device).fine_logits
        truths = data.truths[data.validation]
        model.head.temperature = calibrate(objective, logits, truths)
    manifest = replace(start.manifest, temperature=model.head.temperature)
    if job.mode == "fine_tune":
        manifest = _teach(job, data, manifest, model, device)
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
    """Fit the head once more, to what the backbone has become and to the validation photos too:
    they have judged the epochs and may now be learnt from, as in teaching."""
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


def _measure(
    data: Data, manifest: Manifest, model: Recogniser, device: torch.device
) -> dict[str, Any]:
    """On the test split."""
    objective = Objective(model.head, manifest.labels)
    test = answer(model, data, data.test, device).fine_logits
    truths = data.truths[data.test].numpy()
    return measure(objective.log_probabilities(test).numpy(), truths, manifest.labels)


def calibrate(objective: Objective, fine_logits: Tensor, truths: Tensor) -> float:
    """The temperature that makes confidences true (Guo et al. 2017, arXiv:1706.04599)."""
    before = objective.temperature
    losses = []
    for factor in _FACTORS:
        objective.temperature = before * factor
        loss = objective.judge(fine_logits, truths)[0].sum().item()
        losses.append(loss + _PRIOR_PHOTOS * math.log(factor) ** 2 / 2)
    objective.temperature = before
    return before * _FACTORS[int(np.argmin(losses))]


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
