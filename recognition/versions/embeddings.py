"""The embeddings of photos by one version's trunk: those that are stored, and those of photos that
it has not seen, computed from their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings

from recognition.models import ModelVersion, Photo, Prediction

_CHUNK = 500

Embedding = npt.NDArray[np.float16]  # (embedding_size,)


def of_trunk(version: ModelVersion) -> frozenset[int]:
    """The ids of all versions with this one's trunk, which understand its embeddings."""
    alike = ModelVersion.objects.filter(trunk_sha256=version.trunk_sha256)
    return frozenset(alike.values_list("id", flat=True))


def stored(version: ModelVersion, photo_ids: Sequence[UUID]) -> dict[UUID, Embedding]:
    """Of those photos that the version's trunk has seen."""
    versions = of_trunk(version)
    found: dict[UUID, Embedding] = {}
    for start in range(0, len(photo_ids), _CHUNK):
        chunk = photo_ids[start : start + _CHUNK]
        rows = Prediction.objects.filter(photo__in=chunk, embedding__isnull=False).order_by("id")
        for photo_id, version_id, numbers in rows.values_list(
            "photo", "model_version", "embedding"
        ):
            if version_id in versions and numbers is not None:
                found[photo_id] = np.frombuffer(numbers, "<f2")
    return found


def from_files(
    version: ModelVersion, photo_ids: Sequence[UUID]
) -> Iterator[dict[UUID, Embedding | None]]:
    """Of a few photos at a time, in this order; None for one that cannot be read.

    Loads the network. Raises CorruptCheckpoint, BrokenEngine.
    """
    if not photo_ids:
        return
    from recognition.cnn.serving.classifier import BATCH_SIZE, Answer, Classifier

    chunks = [photo_ids[i : i + BATCH_SIZE] for i in range(0, len(photo_ids), BATCH_SIZE)]
    paths = ([Photo(id=photo_id).original_path for photo_id in chunk] for chunk in chunks)
    load = (version.folder, settings.ARK_ENGINE, settings.ARK_DEVICE, settings.ARK_MAX_PIXELS)
    with Classifier.load(*load, warm_up=()) as classifier:
        for chunk, answers in zip(chunks, classifier.stream(paths), strict=True):
            yield {
                photo_id: answer.embedding if isinstance(answer, Answer) else None
                for photo_id, answer in zip(chunk, answers, strict=True)
            }
