"""Embeddings of photos: float16 bytes in the database, float32 rows in calculations.

The embedding of a photo is that of its main subject, where a version found one or people have said
which it is, and otherwise of all that the version looks at. Only versions with the same backbone,
which look at photos in the same way, understand each other's embeddings. Rows are chosen by the ids
of such versions after they were read: as a part of the query, that would lead SQLite to read all
predictions instead of the few that are labelled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db.models import QuerySet

from recognition.models import ModelVersion, Photo, Prediction

_CHUNK = 500

Embedding = npt.NDArray[np.float16]  # (embedding_size,)


def of_backbone(version: ModelVersion) -> frozenset[int]:
    """The ids of all versions with this one's backbone, which understand its embeddings."""
    alike = ModelVersion.objects.filter(backbone_sha256=version.backbone_sha256)
    return frozenset(alike.values_list("id", flat=True))


def stored(version: ModelVersion, photo_ids: Sequence[UUID]) -> dict[UUID, Embedding]:
    """Of those photos that the version's backbone has seen: of the answer that a photo shows, which
    alone follows the boxes that people draw, or else of the last one."""
    versions = of_backbone(version)
    found: dict[UUID, Embedding] = {}
    for start in range(0, len(photo_ids), _CHUNK):
        chunk = photo_ids[start : start + _CHUNK]
        shown = set(Photo.objects.filter(id__in=chunk).values_list("prediction", flat=True))
        rows = Prediction.objects.filter(photo__in=chunk, embedding__isnull=False)
        said = rows.values_list("id", "photo", "model_version", "embedding")
        for _id, photo_id, version_id, numbers in sorted(
            said, key=lambda row: (row[0] in shown, row[0])
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
    from recognition.versions import looking

    chunks = [photo_ids[i : i + BATCH_SIZE] for i in range(0, len(photo_ids), BATCH_SIZE)]
    looks = (looking.looks(_photos(chunk), closer=True) for chunk in chunks)
    load = (version.folder, settings.ARK_ENGINE, settings.ARK_DEVICE, settings.ARK_MAX_PIXELS)
    finder = looking.finder_for(version)
    with Classifier.load(*load, warm_up=(), finder=finder) as classifier:
        for chunk, answers in zip(chunks, classifier.stream(looks), strict=True):
            yield {
                photo_id: answer.embedding if isinstance(answer, Answer) else None
                for photo_id, answer in zip(chunk, answers, strict=True)
            }


def _photos(photo_ids: Sequence[UUID]) -> list[Photo]:
    """In this order. One that was deleted has no file any more."""
    there = Photo.objects.only("id", "box").in_bulk(photo_ids)
    return [there.get(photo_id) or Photo(id=photo_id) for photo_id in photo_ids]


def normalised(embeddings: Sequence[bytes | memoryview]) -> npt.NDArray[np.float32]:
    """float32 (N, embedding_size) from the database's little-endian float16 bytes.

    Each row has length 1, so that a dot product is the cosine similarity.
    """
    rows = np.frombuffer(b"".join(embeddings), dtype="<f2").reshape(len(embeddings), -1)
    numbers = rows.astype(np.float32)
    lengths = np.linalg.norm(numbers, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = numbers / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


def labelled_photos() -> QuerySet[Photo]:
    """Photos that have a label and an embedding."""
    return Photo.objects.filter(label__isnull=False, prediction__embedding__isnull=False)


def versions_by_backbone() -> dict[str, frozenset[int]]:
    """The ids of the versions that share a backbone, by its sha256."""
    backbones = dict(ModelVersion.objects.values_list("id", "backbone_sha256"))
    return {
        backbone: frozenset(id_ for id_ in backbones if backbones[id_] == backbone)
        for backbone in set(backbones.values())
    }


def live_versions() -> frozenset[int]:
    """The ids of the versions that share the live one's backbone."""
    live = ModelVersion.objects.filter(live=True).values("backbone_sha256")
    return frozenset(
        ModelVersion.objects.filter(backbone_sha256__in=live).values_list("id", flat=True)
    )
