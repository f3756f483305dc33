"""Near-duplicates: re-encoded, resized or slightly cropped copies of a photo.

A group has the id of its oldest photo. Perceptual hashes propose candidates, embeddings
confirm them, and where the hashes differ a lot, the pixels decide. People may set a photo
apart (review.groups): it then has a group of its own, which is never merged with another one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.analysis.nearest import HashIndex
from recognition.cnn.pixels.overlap import overlap
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.files.bucket import BucketAway
from recognition.models import HashRevision, Photo, Prediction
from recognition.photos import renditions
from recognition.review.groups import is_by_people
from recognition.versions import embeddings

# How alike the embeddings must be. Resized copies keep their hash, cropped ones their embedding.
# docs/benchmarks.md says how many near-duplicates these limits find.
_ENOUGH_BY_HASH = (4, 0.4)  # bits of the hash that differ, cosine similarity
_ENOUGH_TO_LOOK = ((10, 0.6), (20, 0.85))
_ENOUGH_OVERLAP = 0.9
_MAX_BITS = _ENOUGH_TO_LOOK[-1][0]
_CANDIDATES = 64
# About half of the bits of a photo's hash are set. A plain area or a gradient sets hardly any, so
# all such pictures have nearly the same hash.
_PLAIN_BITS = 16
_ENOUGH_IF_PLAIN = 0.97
_CHUNK = 5000


class Pair(NamedTuple):
    """Two near-duplicates. similarity: of their embeddings, a cosine."""

    one: UUID
    other: UUID
    similarity: float


class KnownHashes:
    """The hashes of all photos in an analyst's memory. A revision number in the database tells
    whether another analyst has added some."""

    def __init__(self) -> None:
        self._index: HashIndex | None = None
        self._revision = 0

    def read(self) -> HashIndex:
        """An index of all hashes of the latest revision."""
        row = HashRevision.objects.filter(id=1).first()
        revision = row.number if row else 0
        if self._index is None or revision != self._revision:
            self._index = None  # should the reading break off
            self._index = _all_hashes()
            self._revision = revision
        return self._index

    def begin_revision(self) -> bool:
        """Keep other analysts from adding hashes until the transaction ends; return whether none
        has added any since `read`.

        So when two analysts have a near-duplicate each, the second one finds the first's.
        """
        row, _created = HashRevision.objects.select_for_update().get_or_create(id=1)
        is_up_to_date = row.number == self._revision
        self._revision = row.number = row.number + 1
        row.save()
        return is_up_to_date

    def forget(self) -> None:
        """To be called after a failed transaction: the index holds what the database does not."""
        self._index = None


def similar_pairs(
    hashes: Mapping[UUID, int],
    rows: Mapping[UUID, npt.NDArray[np.float32]],
    index: HashIndex,
    versions: Collection[int],
) -> list[Pair]:
    """The near-duplicates of these photos among the photos of the index, most alike first.

    hashes: by photo id. rows: the embeddings, each of length 1, by photo id. versions: the ids of
    those that can have made them; photos that none of these has seen are not compared.
    """
    proposed = {photo_id: _proposed(photo_id, hashes[photo_id], index) for photo_id in hashes}
    known = _with_embeddings({other for near in proposed.values() for other in near}, versions)
    pairs = []
    for photo_id, others in proposed.items():
        there = [other for other in others if other in known]
        if not there:
            continue
        similarities = embeddings.normalised([known[other] for other in there]) @ rows[photo_id]
        for other, similarity in zip(there, similarities.tolist(), strict=True):
            if _is_near((photo_id, hashes[photo_id]), (other, others[other]), similarity):
                pairs.append(Pair(photo_id, other, similarity))
    return sorted(pairs, key=lambda pair: -pair.similarity)


def groups_to_join(pairs: Sequence[Pair], groups: Mapping[UUID, UUID | None]) -> dict[UUID, UUID]:
    """The new group of each photo whose group changes; groups that meet become the older one.

    groups: the present groups of all photos of the pairs and of all members of those groups.
    """
    new = dict(groups)
    for one, other, _similarity in pairs:
        if one not in new or other not in new:  # deleted meanwhile
            continue
        into = _common_group(one, other, new[one], new[other])
        if into is None:
            continue
        leaving = {new[one], new[other]} - {None, into}
        new.update({photo_id: into for photo_id in new if new[photo_id] in leaving})
        new[one] = new[other] = into
    return {
        photo_id: group for photo_id, group in new.items() if group and group != groups[photo_id]
    }


def _common_group(
    one: UUID, other: UUID, of_one: UUID | None, of_other: UUID | None
) -> UUID | None:
    """The group that both should be in; None if they stay as they are."""
    by_people = [group for group in (of_one, of_other) if group and is_by_people(group)]
    if by_people:
        return None if of_one and of_other else by_people[0]
    return min(of_one or one, of_other or other)  # ids grow with time


def _is_near(one: tuple[UUID, int], other: tuple[UUID, int], similarity: float) -> bool:
    """Whether two photos, each given with its hash, are near-duplicates."""
    (one_id, one_hash), (other_id, other_hash) = one, other
    if min(_bits(one_hash), _bits(other_hash)) < _PLAIN_BITS:
        return similarity >= _ENOUGH_IF_PLAIN
    differing = _bits(one_hash ^ other_hash)
    bits, enough = _ENOUGH_BY_HASH
    if differing <= bits:
        return similarity >= enough
    is_likely = any(differing <= bits and similarity >= enough for bits, enough in _ENOUGH_TO_LOOK)
    return is_likely and _overlap(one_id, other_id) >= _ENOUGH_OVERLAP


def _overlap(one: UUID, other: UUID) -> float:
    try:
        return overlap(_greys(one), _greys(other))
    except BucketAway:
        raise
    except (UnreadablePhoto, OSError):
        return 0.0


@lru_cache(maxsize=64)
def _greys(photo_id: UUID) -> Image.Image:
    thumbnail = renditions.drawn(Photo(id=photo_id), renditions.THUMBNAIL_SIDE)
    with Image.open(thumbnail) as image:
        return image.convert("L")


def _bits(hash: int) -> int:
    return bin(hash & 0xFFFF_FFFF_FFFF_FFFF).count("1")


def _proposed(photo_id: UUID, hash: int, index: HashIndex) -> dict[UUID, int]:
    """Photos with a similar hash, and their hashes."""
    near = index.near(hash, _MAX_BITS, _CANDIDATES)
    return {UUID(bytes=key): value for key, value in near if key != photo_id.bytes}


def _with_embeddings(
    photo_ids: set[UUID], versions: Collection[int]
) -> dict[UUID, bytes | memoryview]:
    """By any prediction of a photo, whether it is shown or not."""
    made = Prediction.objects.filter(photo__in=photo_ids, embedding__isnull=False)
    rows = made.values_list("photo_id", "model_version", "embedding")
    return {
        photo_id: embedding
        for photo_id, version, embedding in rows
        if version in versions and embedding is not None
    }


def _all_hashes() -> HashIndex:
    index = HashIndex()
    hashed = Photo.objects.filter(perceptual_hash__isnull=False).order_by()  # as they lie there
    rows = hashed.values_list("id", "perceptual_hash").iterator(_CHUNK)
    while chunk := {photo_id.bytes: value or 0 for photo_id, value in islice(rows, _CHUNK)}:
        index.put(list(chunk), list(chunk.values()))
    return index
