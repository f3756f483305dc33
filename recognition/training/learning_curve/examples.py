"""The photos of a learning curve: of each label the latest ones, no two of them near-duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from recognition.labels.tree import LabelTree, count_photos
from recognition.models import Label, ModelVersion, Photo
from recognition.models.photo import together
from recognition.versions import registry
from recognition.versions.embeddings import of_backbone

MAX_PHOTOS = 3000  # of all labels together; more would take too long
OF_LABEL = 500  # the latest ones that are looked at
ANCHORS = 150

Embeddings = npt.NDArray[np.float32]


class LabelledPhotos(NamedTuple):
    """embeddings: float32 (N, D). photos: how many the label has, near-duplicates counted once; an
    estimate if the backbone has not seen all of them, or there are more than OF_LABEL."""

    embeddings: Embeddings
    photos: int


class _Seen(NamedTuple):
    """group: its burst, that of its near-duplicates, or the photo's own id. numbers: float16."""

    group: UUID
    numbers: bytes


def version_to_teach() -> ModelVersion:
    """The first version with the live one's backbone: it was not taught these photos yet. Raises
    ModelVersion.DoesNotExist."""
    version = registry.live_version()
    while version.parent and version.parent.backbone_sha256 == version.backbone_sha256:
        version = version.parent
    return version


def find(version: ModelVersion) -> dict[str, LabelledPhotos]:
    """The photos of each label in use that has any, by slug; at most MAX_PHOTOS of them."""
    tree = LabelTree()
    found = {label.slug: _of_label(label, version) for label in tree.in_order() if label.active}
    most = _most_of_a_label([len(labelled.embeddings) for labelled in found.values()])
    return {
        slug: LabelledPhotos(labelled.embeddings[:most], labelled.photos)
        for slug, labelled in found.items()
        if labelled.photos
    }


def anchors(version: ModelVersion) -> Embeddings:
    """(M, D): the latest photos that nobody has labelled."""
    rows = _seen_by(version, Photo.objects.filter(label=None), ANCHORS)
    return _embeddings(row.numbers for row in rows)


def _of_label(label: Label, version: ModelVersion) -> LabelledPhotos:
    rows = _seen_by(version, Photo.objects.filter(label=label), OF_LABEL)
    lone = list(_without_near_duplicates(rows))
    share = len(lone) / len(rows) if rows else 0.0
    return LabelledPhotos(_embeddings(lone), round(share * count_photos(label).number))


def _seen_by(version: ModelVersion, photos: QuerySet[Photo], most: int) -> list[_Seen]:
    """Of the latest ones those that the version's backbone has seen.

    Which version saw them is looked at here: as a part of the query, SQLite would read all that
    the version has ever seen.
    """
    versions = of_backbone(version)
    latest = photos.filter(prediction__embedding__isnull=False).order_by("-created", "-id")
    columns = ("id", together(), "prediction__model_version", "prediction__embedding")
    return [
        _Seen(shared or photo_id, bytes(numbers or b""))
        for photo_id, shared, version_id, numbers in latest.values_list(*columns)[:most]
        if version_id in versions
    ]


def _without_near_duplicates(rows: Iterable[_Seen]) -> Iterator[bytes]:
    groups: set[UUID] = set()
    for row in rows:
        if row.group not in groups:
            groups.add(row.group)
            yield row.numbers


def _embeddings(stored: Iterable[bytes]) -> Embeddings:
    rows = [np.frombuffer(numbers, "<f2").astype(np.float32) for numbers in stored]
    return np.stack(rows) if rows else np.empty((0, 0), np.float32)


def _most_of_a_label(counts: list[int]) -> int:
    """So many photos of each label at most make MAX_PHOTOS together."""
    most = max(counts, default=0)
    while sum(min(count, most) for count in counts) > MAX_PHOTOS:
        most -= 1
    return most
