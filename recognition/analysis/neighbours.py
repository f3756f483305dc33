"""The labelled photos that look most like a photo: evidence for reviewers, and its novelty.

The analyst holds a shortened embedding of each labelled photo in memory. The nearest by these are
then compared by their full embeddings from the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from recognition.analysis.nearest import EmbeddingIndex
from recognition.models import Decision, Photo
from recognition.versions import embeddings

NEAREST = 3
_CANDIDATES = 64
_CHUNK = 2000
_EMBEDDING = "prediction__embedding"
_LATE = timedelta(minutes=1)  # a decision is seen when its transaction ends, not when it is made


class Evidence(NamedTuple):
    """What Prediction stores in the fields of the same names."""

    novelty: float | None
    similar: list[dict[str, Any]]


class _Candidate(NamedTuple):
    photo_id: UUID
    label: str
    embedding: bytes | memoryview


class LabelledPhotos:
    """An index of all labelled photos, kept up to date by following the decisions.

    It only proposes candidates: `evidence` reads their labels from the database, and drops photos
    that have lost their label or were deleted. All embeddings in it are of one backbone, that of
    the live version: when another backbone goes live, the index begins anew.
    """

    def __init__(self) -> None:
        self.changes = 0  # how often `catch_up` found new decisions, or another backbone
        self.versions: frozenset[int] = frozenset()  # ids of those whose embeddings are comparable
        self._index: EmbeddingIndex | None = None
        self._followed_to: datetime | None = None
        self._seen: set[UUID] = set()  # decisions so recent that others may still come before them

    def catch_up(self) -> None:
        """Take in what was decided since the last time."""
        now = timezone.now()
        versions = embeddings.live_versions()
        if self._followed_to is not None and not versions & self.versions:
            self._forget()
        self.versions = versions
        if self._followed_to is None:
            self._read_all()
        self._follow((self._followed_to or now) - _LATE)
        self._followed_to = now

    def update(self, photo_ids: Collection[UUID]) -> None:
        """Add these photos to the index, or drop them from it, as the database says now."""
        labelled = embeddings.labelled_photos().filter(id__in=photo_ids)
        found = list(labelled.values_list("id", "prediction__model_version", _EMBEDDING))
        self._drop(set(photo_ids))
        self._put(found)

    def evidence(self, photo_ids: Sequence[UUID], rows: npt.NDArray[np.float32]) -> list[Evidence]:
        """The evidence for each photo. rows: the photos' embeddings, each of length 1."""
        if not self._index:
            return [Evidence(1.0, []) for _photo_id in photo_ids]
        proposed = self._index.near(rows, _CANDIDATES)
        candidates = self._candidates({UUID(bytes=key) for keys in proposed for key in keys})
        if not candidates:
            return [Evidence(1.0, []) for _photo_id in photo_ids]
        place = {candidate.photo_id.bytes: row for row, candidate in enumerate(candidates)}
        full = embeddings.normalised([candidate.embedding for candidate in candidates])
        found = []
        for photo_id, row, keys in zip(photo_ids, rows, proposed, strict=True):
            places = [place[key] for key in keys if key in place and key != photo_id.bytes]
            similarities = full[places] @ row
            ranks = np.argsort(-similarities)[:NEAREST]
            nearest = [(candidates[places[rank]], float(similarities[rank])) for rank in ranks]
            found.append(_evidence(nearest))
        return found

    @property
    def known(self) -> tuple[int, int]:
        """Changes whenever photos come in or go, or labels change."""
        return self.changes, len(self._index or ())

    def sample(self, count: int) -> list[UUID]:
        """Some of the photos in the index, chosen by chance, but always the same ones."""
        keys = self._index.keys() if self._index else []
        chosen = np.random.default_rng(0).permutation(len(keys))[:count]
        return [UUID(bytes=keys[place]) for place in chosen]

    def novelty_among(self, photo_ids: Sequence[UUID]) -> list[float]:
        """How far each of these labelled photos is from the nearest other one that is no
        near-duplicate of it; without those that have none."""
        photos = embeddings.labelled_photos().filter(id__in=photo_ids)
        found = [
            (photo_id, group, embedding)
            for photo_id, group, version, embedding in photos.values_list(
                "id", "group", "prediction__model_version", _EMBEDDING
            )
            if version in self.versions and embedding is not None
        ]
        if not found or self._index is None:
            return []
        rows = embeddings.normalised([embedding for _photo_id, _group, embedding in found])
        proposed = self._index.near(rows, _CANDIDATES)
        candidates = self._candidates({UUID(bytes=key) for keys in proposed for key in keys})
        ids = [candidate.photo_id for candidate in candidates]
        groups = dict(Photo.objects.filter(id__in=ids).values_list("id", "group"))
        full = embeddings.normalised([candidate.embedding for candidate in candidates])
        place = {photo_id.bytes: number for number, photo_id in enumerate(ids)}
        novelties = []
        for (photo_id, group, _embedding), row, keys in zip(found, rows, proposed, strict=True):
            others = [
                place[key]
                for key in keys
                if key in place and key != photo_id.bytes and not _same(group, groups, key)
            ]
            if others:
                novelties.append(1.0 - float((full[others] @ row).max()))
        return novelties

    def _forget(self) -> None:
        """Another backbone is live. The next `catch_up` that is not broken off reads everything."""
        self._index = self._followed_to = None
        self.changes += 1

    def _read_all(self) -> None:
        self._index = None
        labelled = embeddings.labelled_photos().order_by("id")
        rows = labelled.values_list("id", "prediction__model_version", _EMBEDDING).iterator(_CHUNK)
        while chunk := list(islice(rows, _CHUNK)):
            self._put(chunk)

    def _follow(self, since: datetime) -> None:
        recent = Decision.objects.filter(at__gte=since).values_list("id", "photo_id")
        decisions = dict(recent.iterator(_CHUNK))
        new = {photo_id for key, photo_id in decisions.items() if key not in self._seen}
        photo_ids = iter(new)
        while chunk := list(islice(photo_ids, _CHUNK)):
            self.update(chunk)
        self._seen = set(decisions)  # now: what breaks off before is followed once more
        self.changes += bool(new)

    def _put(self, photos: Sequence[tuple[UUID, int | None, bytes | memoryview | None]]) -> None:
        """Photos with the version that made their embedding."""
        known = [
            (photo_id, embedding)
            for photo_id, version, embedding in photos
            if version in self.versions and embedding is not None
        ]
        if not known:
            return
        rows = embeddings.normalised([embedding for _photo_id, embedding in known])
        if self._index is None:
            self._index = EmbeddingIndex(rows.shape[1])
        self._index.put([photo_id.bytes for photo_id, _embedding in known], rows)

    def _drop(self, photo_ids: Iterable[UUID]) -> None:
        if self._index is not None:
            for photo_id in photo_ids:
                self._index.discard(photo_id.bytes)

    def _candidates(self, photo_ids: set[UUID]) -> list[_Candidate]:
        labelled = embeddings.labelled_photos().filter(id__in=photo_ids)
        rows = labelled.values_list("id", "label__slug", _EMBEDDING, "prediction__model_version")
        candidates = [
            _Candidate(photo_id, slug, embedding or b"")
            for photo_id, slug, embedding, version in rows
            if version in self.versions
        ]
        self._drop(photo_ids - {candidate.photo_id for candidate in candidates})
        return candidates


def _same(group: UUID | None, groups: Mapping[UUID, UUID | None], key: bytes) -> bool:
    return group is not None and groups.get(UUID(bytes=key)) == group


def _evidence(nearest: Sequence[tuple[_Candidate, float]]) -> Evidence:
    if not nearest:
        return Evidence(1.0, [])
    similar = [
        {
            "photo": str(candidate.photo_id),
            "label": candidate.label,
            "similarity": round(similarity, 4),
        }
        for candidate, similarity in nearest
    ]
    return Evidence(1.0 - min(nearest[0][1], 1.0), similar)
