"""What teaching works with: the embeddings of a data set's photos, by one version's trunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings

from recognition.cnn.classifier import BATCH_SIZE, Answer, Classifier
from recognition.models import DataSet, ModelVersion, Photo, Prediction, Split


class Material(NamedTuple):
    """embeddings: float32 (N, D). labels: N slugs, empty for photos that stand by. splits: N.

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
    photo_id: UUID
    label: str
    split: str


def gather(
    dataset: DataSet, version: ModelVersion, on_progress: Callable[[float], None]
) -> Material:
    """Stored embeddings, wherever the version's trunk has seen a photo; the others are computed
    from their files. Always in the same order.

    on_progress: told the share of what must be computed that is done; may raise.
    """
    rows = dataset.examples.filter(photo__isnull=False).order_by("id")
    examples = [
        _Example(photo_id, slug or "", split)
        for photo_id, slug, split in rows.values_list("photo", "label__slug", "split")
    ]
    embeddings = _stored(dataset, version)
    missing = [it.photo_id for it in examples if it.label and it.photo_id not in embeddings]
    if missing:
        embeddings |= _computed(missing, version, on_progress)
    usable = [it for it in examples if it.photo_id in embeddings]
    found = [embeddings[it.photo_id] for it in usable]
    return Material(
        embeddings=np.stack(found).astype(np.float32) if found else np.empty((0, 0), np.float32),
        labels=np.array([it.label for it in usable], np.str_),
        splits=np.array([it.split for it in usable], np.str_),
        unreadable=sum(it not in embeddings for it in missing),
    )


def _stored(dataset: DataSet, version: ModelVersion) -> dict[UUID, npt.NDArray[np.float16]]:
    rows = Prediction.objects.filter(
        photo__examples__dataset=dataset,
        model_version__trunk_sha256=version.trunk_sha256,
        embedding__isnull=False,
    ).order_by("id")
    pairs = rows.values_list("photo", "embedding").iterator()
    return {photo_id: np.frombuffer(numbers, "<f2") for photo_id, numbers in pairs if numbers}


def _computed(
    photo_ids: list[UUID], version: ModelVersion, on_progress: Callable[[float], None]
) -> dict[UUID, npt.NDArray[np.float16]]:
    found: dict[UUID, npt.NDArray[np.float16]] = {}
    chunks = [photo_ids[i : i + BATCH_SIZE] for i in range(0, len(photo_ids), BATCH_SIZE)]

    def paths() -> Iterator[list[Path]]:
        yield from ([Photo(id=it).original_path for it in chunk] for chunk in chunks)

    with Classifier.load(
        version.folder, settings.ARK_ENGINE, settings.ARK_DEVICE, settings.ARK_MAX_PIXELS
    ) as classifier:
        for number, answers in enumerate(classifier.stream(paths()), 1):
            for photo_id, answer in zip(chunks[number - 1], answers, strict=True):
                if isinstance(answer, Answer):
                    found[photo_id] = answer.embedding
            on_progress(number / len(chunks))
    return found
