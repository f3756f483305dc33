"""What a thumbnail keeps of a photo, and where it frames the main subject."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User

from recognition.models import Photo
from recognition.photos.thumbnails import Thumbnail, thumbnail
from tests.support.pages import done
from tests.support.rows import add_photo, found_subject


@dataclass(frozen=True)
class Case:
    width: int
    height: int
    box: list[float]
    keeps: str


CASES = {
    "wide, in the middle": Case(2000, 1000, [0.4, 0.2, 0.6, 0.8], "middle"),
    "wide, at the left": Case(2000, 1000, [0.0, 0.2, 0.2, 0.8], "start"),
    "wide, at the right": Case(2000, 1000, [0.8, 0.2, 1.0, 0.8], "end"),
    "tall, at the bottom": Case(1000, 2000, [0.2, 0.9, 0.8, 1.0], "end"),
    "square": Case(1000, 1000, [0.9, 0.9, 1.0, 1.0], "middle"),
}


def photo_with(uploader: User, case: Case) -> Photo:
    photo = add_photo(uploader, width=case.width, height=case.height, **done("dog"))
    found_subject(photo, case.box, "dog")
    return photo


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_main_subject_is_not_cut_off(uploader: User, version: object, case: Case) -> None:
    assert thumbnail(photo_with(uploader, case), 1).keeps == case.keeps


def test_the_main_subject_is_framed_in_pixels(uploader: User, version: object) -> None:
    photo = photo_with(uploader, Case(2000, 1000, [0.8, 0.2, 1.0, 0.8], "end"))
    assert thumbnail(photo, 1) == Thumbnail("end", (1600, 200, 400, 600))


def test_no_frame_goes_around_most_of_the_picture(uploader: User, version: object) -> None:
    photo = photo_with(uploader, Case(1000, 1000, [0.1, 0.1, 0.9, 0.9], "middle"))
    assert thumbnail(photo, 1) == Thumbnail("middle", None)


def test_what_is_tiny_gets_a_frame_that_can_be_seen(uploader: User, version: object) -> None:
    photo = photo_with(uploader, Case(1000, 1000, [0.5, 0.5, 0.51, 0.51], "middle"))
    assert thumbnail(photo, 1).frame == (465, 465, 80, 80)


def test_without_a_subject_the_middle_is_kept(uploader: User, version: object) -> None:
    assert thumbnail(add_photo(uploader, **done("dog")), 1) == Thumbnail("middle", None)
