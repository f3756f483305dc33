"""A run that teaches: a new head for a version, from embeddings, in seconds. It loads torch.

After an interruption it begins again; the frozen set and the seed lead to the same result.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import Manifest
from recognition.cnn.measures import evaluation
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.checkpoint import load_network, save_version
from recognition.cnn.teaching.teach import Examples, teach
from recognition.files import of_versions
from recognition.models import ModelVersion, Split, Stage, TrainingRun
from recognition.training import progress
from recognition.training.failures import RunFailed
from recognition.training.known_labels import (
    Labels,
    labels_of,
    name_of_result,
    provenance,
    slugs_by_id,
    without,
)
from recognition.training.watch import Watch, write
from recognition.versions import embeddings
from recognition.versions.embeddings import Part

# Shares of the whole, as the page shows them: embeddings are read, then the head is taught.
_READ, _TAUGHT = 0.3, 0.8


class Material(NamedTuple):
    """embeddings: float32 (N, D). labels: N slugs, empty for unlabelled anchors. splits: N.

    unreadable: how many photos were left out because their file cannot be read.
    """

    embeddings: npt.NDArray[np.float32]
    labels: npt.NDArray[np.str_]
    splits: npt.NDArray[np.str_]
    unreadable: int

    def labels_to_learn(self) -> set[str]:
        """Those with training photos."""
        return set(self.labels[self.splits == Split.TRAIN].tolist()) - {""}


class _Example(NamedTuple):
    part: Part
    label: str
    split: str


def teach_claimed(run: TrainingRun, watch: Watch) -> Path:
    """Teach; return the folder of the new version. Raises Stopped and RunFailed."""
    parent = run.parent
    if parent is None:
        raise RunFailed("bug", "a run that teaches starts from a version")
    show = _Progress(run, watch)

    progress.stage(run, Stage.READING)
    manifest, model = load_network(of_versions.folder(parent))
    material = gather(run, parent, show.part(0, _READ))
    if material.unreadable:
        progress.note(run, "unreadable_photo", photos=material.unreadable)
    labels = _labels_to_teach(run, manifest, material)
    sets = {split: _of_split(material, split, labels) for split in Split}
    if not len(sets[Split.TRAIN].labels):
        raise RunFailed("no_photos")

    progress.stage(run, Stage.TRAINING)
    taught = teach(
        manifest,
        model.head,
        labels,
        sets[Split.TRAIN],
        sets[Split.VALIDATION],
        material.embeddings[material.labels == ""],
        run.parameters["seed"],
        show.part(_READ, _TAUGHT),
    )

    progress.stage(run, Stage.MEASURING)
    watch.check()
    labels = taught.manifest.labels
    write(run, score=taught.validation_accuracy)
    test = sets[Split.TEST]
    metrics = evaluation.measure(_answers(taught.head, test.embeddings), test.labels, labels)

    progress.stage(run, Stage.SAVING)
    watch.check()
    complete = replace(
        taught.manifest,
        name=name_of_result(manifest.name, run.mode),
        parent_sha256=parent.sha256,
        backbone_sha256=parent.backbone_sha256,
        training={**provenance(run), "report": taught.report},
        metrics=metrics,
    )
    return _save(run, complete, Recogniser(manifest.preprocessing, model.backbone, taught.head))


def _save(run: TrainingRun, manifest: Manifest, network: Recogniser) -> Path:
    result = run.folder / "result"
    shutil.rmtree(result, ignore_errors=True)  # of an attempt that was interrupted
    save_version(result, manifest, network, of_versions.folder(run.parent) if run.parent else None)
    return result


def _labels_to_teach(run: TrainingRun, manifest: Manifest, material: Material) -> Labels:
    """The run's, without new ones of which no training photo can be read. Raises
    CorruptCheckpoint."""
    labels = labels_of(run, manifest.labels)
    new = {label.slug for label in labels[len(manifest.labels) :]}
    return without(labels, new - material.labels_to_learn())


def gather(
    run: TrainingRun, version: ModelVersion, on_progress: Callable[[float], None]
) -> Material:
    """Stored embeddings, wherever the version's backbone has seen what an example is about; the
    others are computed from the files. Always in the same order. Photos whose label the result
    will not know stay out.

    on_progress: takes the share of what must be computed that is done; may raise.
    """
    examples = list(_examples(run))
    found = embeddings.stored_parts(version, [example.part for example in examples])
    missing = [example.part for example in examples if example.label and example.part not in found]
    looked_at = 0
    for computed in embeddings.parts_from_files(version, missing):
        found |= {part: row for part, row in computed.items() if row is not None}
        looked_at += len(computed)
        on_progress(looked_at / len(missing))
    usable = [example for example in examples if example.part in found]
    rows = [found[example.part] for example in usable]
    return Material(
        embeddings=np.stack(rows).astype(np.float32) if rows else np.empty((0, 0), np.float32),
        labels=np.array([example.label for example in usable], np.str_),
        splits=np.array([example.split for example in usable], np.str_),
        unreadable=len({part.photo_id for part in missing if part not in found}),
    )


def _examples(run: TrainingRun) -> Iterator[_Example]:
    slugs = slugs_by_id(run)
    examples = run.dataset.examples.filter(photo__isnull=False).order_by("id")
    for photo_id, label_id, split, box in examples.values_list("photo", "label", "split", "box"):
        if label_id in slugs:
            yield _Example(Part.of(photo_id, box), slugs[label_id], split)


class _Progress:
    """Stores how far the run is, and stops the work when it must stop."""

    def __init__(self, run: TrainingRun, watch: Watch) -> None:
        self._meter = progress.Meter(run)
        self._watch = watch

    def part(self, start: float, end: float) -> Callable[[float], None]:
        """A callback for work that takes the run from `start` to `end`: it takes the share of that
        work that is done, 0 to 1."""

        def show(share: float) -> None:
            self._watch.check()
            self._meter(start + share * (end - start))

        return show


def _of_split(material: Material, split: Split, labels: Labels) -> Examples:
    """The labelled photos of a split; those whose label has no training photo stay out."""
    index = {label.slug: number for number, label in enumerate(labels)}
    truth = np.array([index.get(slug, -1) for slug in material.labels], np.int64)
    chosen = (material.splits == split) & (truth >= 0)
    return Examples(material.embeddings[chosen], truth[chosen])


def _answers(head: GroupedHead, embeddings: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Log-probabilities, float32 (N, labels)."""
    with torch.inference_mode():
        log_probabilities, _ = head(torch.from_numpy(embeddings))
    answers: npt.NDArray[np.float32] = log_probabilities.numpy()
    return answers
