"""Near-duplicates come into one group, and into no other."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

import imagehash
import numpy as np
import pytest
from django.contrib.auth.models import User
from PIL import Image

from recognition.analysis import duplicates
from recognition.analysis.duplicates import Pair, groups_to_join, similar_pairs
from recognition.analysis.nearest import HashIndex
from recognition.models import Photo, State
from recognition.models.ids import time_ordered_uuid
from recognition.review.groups import set_apart
from recognition.versions.registry import live_version
from tests.support.rows import add_photo, embedding

# Joining

A, B, C, D = (time_ordered_uuid() for _ in range(4))
A, B, C, D = sorted([A, B, C, D])


def pair(one: UUID, other: UUID) -> Pair:
    return Pair(one, other, 0.9)


def test_two_lone_photos_make_a_group_named_after_the_older() -> None:
    assert groups_to_join([pair(B, A)], {A: None, B: None}) == {A: A, B: A}


def test_a_photo_joins_the_group_of_its_near_duplicate() -> None:
    assert groups_to_join([pair(C, B)], {A: A, B: A, C: None}) == {C: A}


def test_an_older_photo_gives_the_group_its_name() -> None:
    assert groups_to_join([pair(A, B)], {A: None, B: B, C: B}) == {A: A, B: A, C: A}


def test_a_photo_between_two_groups_merges_them_into_the_older() -> None:
    groups = {A: A, B: B, C: B, D: None}
    assert groups_to_join([pair(D, C), pair(D, A)], groups) == {B: A, C: A, D: A}


def test_who_is_together_already_stays_so() -> None:
    assert groups_to_join([pair(A, B)], {A: A, B: A}) == {}


def test_photos_that_are_gone_join_nothing() -> None:
    assert groups_to_join([pair(B, A)], {B: None}) == {}


@pytest.fixture
def apart(uploader: User, version: object) -> tuple[Photo, Photo]:
    """Two of a group of three, of which the second was set apart."""
    photos = [add_photo(uploader) for _ in range(3)]
    Photo.objects.update(group=photos[0].id)
    set_apart(photos[1].id)
    one, other = (Photo.objects.get(id=photo.id) for photo in photos[:2])
    return one, other


def test_a_photo_set_apart_does_not_come_back(apart: tuple[Photo, Photo]) -> None:
    one, other = apart
    groups = {one.id: one.group, other.id: other.group}
    assert groups_to_join([pair(other.id, one.id)], groups) == {}


def test_a_copy_joins_the_photo_set_apart_and_brings_no_others_along(
    apart: tuple[Photo, Photo],
) -> None:
    one, other = apart
    copy = time_ordered_uuid()
    groups = {one.id: one.group, other.id: other.group, copy: None}
    pairs = [pair(copy, other.id), pair(copy, one.id)]
    assert groups_to_join(pairs, groups) == {copy: other.group}


# Finding


def hash_of(content: bytes) -> int:
    bits = imagehash.phash(Image.open(io.BytesIO(content))).hash
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)


def found(
    owner: User, one: int, other: int, similarity: float, versions: Collection[int] = ()
) -> list[Pair]:
    """The pairs among two photos with these hashes and this similarity."""
    made = np.asarray(embedding(1), "<f2").tobytes()
    first = add_photo(owner, prediction__state=State.DONE, prediction__embedding=made)
    index = HashIndex()
    index.put([first.id.bytes], [one])
    second = time_ordered_uuid()
    row = embedding(2, like=1, similarity=similarity).astype(np.float32)
    return similar_pairs({second: other}, {second: row}, index, versions or [live_version().id])


MANY_BITS = 0x5555_5555_5555_5555


@pytest.mark.usefixtures("version")
def test_embeddings_of_another_backbone_are_not_compared(uploader: User) -> None:
    assert found(uploader, MANY_BITS, MANY_BITS, 0.99)
    assert not found(uploader, MANY_BITS, MANY_BITS, 0.99, versions=[live_version().id + 1])


@pytest.mark.parametrize(
    ("differing_bits", "similarity", "overlap", "is_found"),
    [
        (0, 0.5, 0.0, True),
        (0, 0.3, 1.0, False),
        (8, 0.7, 0.95, True),
        (8, 0.5, 0.95, False),
        (8, 0.95, 0.85, False),
        (20, 0.9, 0.95, True),
        (20, 0.7, 0.95, False),
        (22, 0.99, 0.99, False),
    ],
)
@pytest.mark.usefixtures("version")
def test_the_hash_proposes_the_embedding_agrees_and_the_pixels_decide(
    uploader: User,
    differing_bits: int,
    similarity: float,
    overlap: float,
    is_found: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duplicates, "_overlap", lambda one, other: overlap)
    other = MANY_BITS ^ ((1 << differing_bits) - 1)
    assert bool(found(uploader, MANY_BITS, other, similarity)) is is_found


@pytest.mark.parametrize(("similarity", "is_found"), [(0.95, False), (0.99, True)])
@pytest.mark.usefixtures("version")
def test_plain_pictures_need_the_same_embedding(
    uploader: User, similarity: float, is_found: bool
) -> None:
    """All of them have the same hash."""
    assert bool(found(uploader, 1, 1, similarity)) is is_found


def crop(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    x, y = width * share / 2, height * share / 2
    return image.crop((round(x), round(y), round(width - x), round(height - y)))


COPIES = {
    "JPEG 40": lambda image: (image, 40),
    "half": lambda image: (image.resize((image.width // 2, image.height // 2)), 90),
    "double": lambda image: (image.resize((image.width * 2, image.height * 2)), 90),
    "5 % cut off": lambda image: (crop(image, 0.05), 90),
}


@pytest.mark.parametrize("copy", COPIES)
def test_the_hash_of_a_copy_is_near_and_of_another_photo_it_is_not(
    copy: str, photos: list[Path]
) -> None:
    hashes = []
    for path in photos:
        with Image.open(path) as image:
            copied, quality = COPIES[copy](image.convert("RGB"))
            stream = io.BytesIO()
            copied.save(stream, "JPEG", quality=quality)
        hashes.append((hash_of(path.read_bytes()), hash_of(stream.getvalue())))
    for number, (original, copied_hash) in enumerate(hashes):
        assert duplicates._bits(original ^ copied_hash) <= 18
        others = [it for place, (it, _copy) in enumerate(hashes) if place != number]
        assert min(duplicates._bits(copied_hash ^ other) for other in others) > 14
