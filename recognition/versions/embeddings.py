"""Embeddings of photos: float16 bytes in the database, float32 rows in calculations.

The embedding of a photo is that of its main subject, where a version found one or people have said
which it is, and otherwise of all that the version looks at. Only versions with the same backbone,
which look at photos in the same way, understand each other's embeddings. Rows are chosen by the ids
of such versions after they were read: as a part of the query, that would lead SQLite to read all
predictions instead of the few that are labelled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db.models import QuerySet

from recognition.files import of_photos, of_versions
from recognition.labels import boxes
from recognition.models import ModelVersion, Photo, Prediction, Subject

if TYPE_CHECKING:
    from recognition.cnn.serving.classifier import Look

_CHUNK = 500

Embedding = npt.NDArray[np.float16]  # (embedding_size,)
_LookedAt = tuple[list[float], bytes]  # a box and its embedding


class Part(NamedTuple):
    """A box in a photo; without one, its main subject as far as the network has found one."""

    photo_id: UUID
    box: tuple[float, ...] | None = None

    @classmethod
    def of(cls, photo_id: UUID, box: Iterable[float] | None) -> Part:
        """box: as the database stores it."""
        return cls(photo_id, tuple(box) if box is not None else None)


def of_backbone(version: ModelVersion) -> frozenset[int]:
    """The ids of all versions with this one's backbone, which understand its embeddings."""
    alike = ModelVersion.objects.filter(backbone_sha256=version.backbone_sha256)
    return frozenset(alike.values_list("id", flat=True))


def stored(version: ModelVersion, photo_ids: Sequence[UUID]) -> dict[UUID, Embedding]:
    """Of those photos that the version's backbone has seen: of their main subjects, or of the whole
    photos where there is none. The answer that a photo shows counts, which alone follows the boxes
    that people draw, or else the last one."""
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


def stored_parts(version: ModelVersion, parts: Sequence[Part]) -> dict[Part, Embedding]:
    """Of those parts of photos that the version's backbone has looked at."""
    whole = [part.photo_id for part in parts if part.box is None]
    found = {Part(photo_id): row for photo_id, row in stored(version, whole).items()}
    boxed = [part for part in parts if part.box is not None]
    for start in range(0, len(boxed), _CHUNK):
        chunk = boxed[start : start + _CHUNK]
        looked_at = _looked_at(version, {part.photo_id for part in chunk})
        for part in chunk:
            for box, numbers in looked_at[part.photo_id]:
                if part.box is not None and boxes.same(box, part.box):
                    found[part] = np.frombuffer(numbers, "<f2")
    return found


def _looked_at(version: ModelVersion, photo_ids: Collection[UUID]) -> dict[UUID, list[_LookedAt]]:
    """What the version's backbone has seen of each photo: what its label is about, as people said,
    and each subject."""
    versions = of_backbone(version)
    of_photo: dict[UUID, UUID] = {}
    found: dict[UUID, list[_LookedAt]] = {photo_id: [] for photo_id in photo_ids}
    predictions = Prediction.objects.filter(photo__in=photo_ids, embedding__isnull=False)
    columns = ("id", "photo", "model_version", "look_due", "photo__prediction", "photo__box")
    for row in predictions.order_by("id").values_list(*columns, "embedding"):
        row_id, photo_id, version_id, look_due, shown_id, box, numbers = row
        if version_id in versions:
            of_photo[row_id] = photo_id
            if box and row_id == shown_id and look_due is None:
                found[photo_id].append((box, bytes(numbers or b"")))
    subjects = Subject.objects.filter(prediction__in=list(of_photo), embedding__isnull=False)
    for row_id, box, numbers in subjects.order_by("id").values_list(
        "prediction", "box", "embedding"
    ):
        found[of_photo[row_id]].append((box, bytes(numbers or b"")))
    return found


def from_files(
    version: ModelVersion, photo_ids: Sequence[UUID]
) -> Iterator[dict[UUID, Embedding | None]]:
    """Of a few photos at a time, in this order; None for one that cannot be read. As in `stored`,
    of what people say is the main subject, if they do.

    Loads the network. Raises CorruptCheckpoint, BrokenEngine.
    """
    drawn = dict(Photo.objects.filter(id__in=photo_ids).values_list("id", "box"))
    parts = [Part.of(photo_id, drawn.get(photo_id)) for photo_id in photo_ids]
    for computed in parts_from_files(version, parts):
        yield {part.photo_id: row for part, row in computed.items()}


def parts_from_files(
    version: ModelVersion, parts: Sequence[Part]
) -> Iterator[dict[Part, Embedding | None]]:
    """The same of parts of photos."""
    if not parts:
        return
    from recognition.cnn.serving.classifier import BATCH_SIZE, Answer, Classifier
    from recognition.versions import looking

    chunks = [parts[i : i + BATCH_SIZE] for i in range(0, len(parts), BATCH_SIZE)]
    looks = (_looks(chunk) for chunk in chunks)
    load = (
        of_versions.folder(version),
        settings.ARK_ENGINE,
        settings.ARK_DEVICE,
        settings.ARK_MAX_PIXELS,
    )
    finder = looking.finder_for(version)
    with Classifier.load(*load, warm_up=(), finder=finder) as classifier:
        for chunk, answers in zip(chunks, classifier.stream(looks), strict=True):
            yield {
                part: answer.embedding if isinstance(answer, Answer) else None
                for part, answer in zip(chunk, answers, strict=True)
            }


def _looks(parts: Sequence[Part]) -> list[Look]:
    """What the network is to look at."""
    from recognition.cnn.pixels.boxes import Box
    from recognition.cnn.serving.classifier import Look

    paths = of_photos.originals([Photo(id=part.photo_id) for part in parts])
    return [
        Look(path, closer=True, main=Box(*part.box) if part.box else None)
        for path, part in zip(paths, parts, strict=True)
    ]


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
