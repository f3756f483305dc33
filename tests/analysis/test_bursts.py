"""The photos of one burst form an event, which is on one side of the split."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from recognition.analysis import analysis, bursts
from recognition.models import Photo, Split
from recognition.models.photo import id_on_side
from recognition.photos import intake
from recognition.photos.capture import columns
from recognition.review import groups
from recognition.training.selection import _labelled
from tests.support.exif import photo as file_of
from tests.support.files import arrived, picture
from tests.support.rows import due_photo, embedding, give_label, settled_photo

pytestmark = pytest.mark.usefixtures("version")
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
CAMERA = "Canon EOS R5"
ALIKE, OTHER = 0b1111, -1


def taken(owner: User, seconds: float, hash: int | None = ALIKE, **fields: object) -> Photo:
    said = {"taken_at": NOON + timedelta(seconds=seconds), "camera": CAMERA}
    return settled_photo(owner, perceptual_hash=hash, **{**said, **fields})


def events(photos: Iterable[Photo]) -> list[UUID | None]:
    bursts.join_at_last([photo.id for photo in photos])
    known = Photo.objects.in_bulk([photo.id for photo in photos])
    return [known[photo.id].event for photo in photos]


def test_photos_seconds_apart_that_look_alike_are_one_event(uploader: User) -> None:
    first, second, third = (taken(uploader, seconds) for seconds in (0, 8, 16))
    assert events([first, second, third]) == [first.id] * 3  # each is near the next


@pytest.mark.parametrize(
    "fields",
    [{"camera": "Leica"}, {"camera": None}, {"hash": OTHER}, {"hash": None}, {"taken_at": None}],
)
def test_another_camera_picture_or_time_is_none(fields: dict, uploader: User) -> None:
    assert events([taken(uploader, 0), taken(uploader, 1, **fields)]) == [None, None]


def test_minutes_later_is_none_and_another_owners_neither(uploader: User, reviewer: User) -> None:
    photos = [taken(uploader, 0), taken(uploader, 60), taken(reviewer, 0)]
    assert events(photos) == [None] * 3


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_in_which_they_are_found_does_not_matter(
    order: tuple[int, ...], uploader: User
) -> None:
    photos = [taken(uploader, seconds) for seconds in (0, 8, 16)]
    for place in order:
        bursts.join_at_last([photos[place].id])
    assert set(Photo.objects.values_list("event", flat=True)) == {photos[0].id}


def test_an_event_is_on_one_side_and_the_first_keeps_its_own(uploader: User) -> None:
    first = taken(uploader, 0, id=id_on_side(Split.TRAIN))
    second = taken(uploader, 1, id=id_on_side(Split.TEST))
    events([first, second])
    assert {photo.split for photo in Photo.objects.all()} == {Split.TRAIN}


def test_near_duplicates_of_its_photos_are_part_of_it(uploader: User) -> None:
    first = taken(uploader, 0)
    copied = taken(uploader, 1)
    copy = settled_photo(uploader)
    Photo.objects.filter(id__in=[copied.id, copy.id]).update(group=copied.id)
    assert events([copied]) == [first.id]
    assert Photo.objects.get(id=copy.id).event == first.id
    late = settled_photo(uploader)
    Photo.objects.filter(id=late.id).update(group=copied.id)
    assert events([late]) == [first.id]


def test_two_events_that_meet_become_the_older_one(uploader: User) -> None:
    one, two = taken(uploader, 0), taken(uploader, 2)
    three, four = taken(uploader, 18), taken(uploader, 20)
    assert events([one, two, three, four]) == [one.id, one.id, three.id, three.id]
    between = taken(uploader, 10)
    assert events([between, one, two, three, four]) == [one.id] * 5


def test_a_photo_that_people_set_apart_stays_on_its_side(uploader: User) -> None:
    first, second = taken(uploader, 0), taken(uploader, 1)
    Photo.objects.update(group=first.id)
    events([first, second])
    before = {photo.id: photo.split for photo in Photo.objects.all()}
    groups.set_apart(second.id)
    bursts.join_at_last([first.id, second.id])
    assert {photo.id: photo.split for photo in Photo.objects.all()} == before


def test_what_is_frozen_for_training_goes_by_the_event(uploader: User, reviewer: User) -> None:
    first = taken(uploader, 0, id=id_on_side(Split.TEST))
    second = taken(uploader, 1, id=id_on_side(Split.TRAIN))
    give_label([first, second], "dog", reviewer)
    events([first, second])
    assert {row.split for row in _labelled(with_boxes=False)} == {Split.TEST}


def test_the_analyst_finds_the_photos_of_a_burst(uploader: User) -> None:
    for seconds in (1, 2):
        seen = picture(160, 120)
        seen.putpixel((0, 0), (seconds, 0, 0))
        content = file_of(image=seen, taken=f"2025:06:01 14:05:0{seconds}")
        found = due_photo(uploader, content, embedding(seconds))
        said = columns.of_file({"taken": f"2025-06-01T14:05:0{seconds}", "camera": CAMERA})
        said.put_into(found)
        found.save()
    analysis.analyse_due()
    assert len(set(Photo.objects.values_list("event", flat=True)) - {None}) == 1


def test_what_is_known_only_later_is_joined_then(uploader: User) -> None:
    contents = [file_of(image=picture(160, 120, seed)) for seed in (1, 1, 2)]
    contents[1] = file_of(image=picture(160, 120, 1), taken="2025:06:01 14:05:07")
    list(intake.accept([(arrived(each), None) for each in contents], uploader))
    Photo.objects.update(taken_at=None, camera=None, capture_due=1, perceptual_hash=ALIKE)
    bursts.fill_due()
    assert len(set(Photo.objects.values_list("event", flat=True)) - {None}) == 1
    assert Photo.objects.filter(capture_due=None).count() == 3
