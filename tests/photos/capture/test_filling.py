"""Photos from before there was something to keep are read from their originals."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.analysis import bursts
from recognition.models import Photo, Profile
from recognition.photos import imaging, intake
from recognition.photos.capture import filling, places
from tests.support.exif import photo
from tests.support.files import arrived, picture

EMPTY = {"taken_at": None, "camera": None, "latitude": None, "longitude": None}


@pytest.fixture
def old_photos(uploader: User) -> list[Photo]:
    contents = [photo(image=picture(seed=seed)) for seed in range(3)]
    outcomes = intake.accept([(arrived(each), None) for each in contents], uploader)
    photos = [outcome.photo for outcome in outcomes if outcome.photo]
    Photo.objects.update(**EMPTY, capture_due=places.UNSEEN)
    return photos


def test_all_are_read_once(old_photos: list[Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    filling.fill_due(bursts.join_at_last)
    assert set(Photo.objects.values_list("camera", "capture_due")) == {("Canon EOS R5", None)}
    assert not Photo.objects.filter(latitude=None).exists()
    monkeypatch.setattr(imaging, "inspect", None)
    filling.fill_due(bursts.join_at_last)


def test_broken_off_it_goes_on_later(
    old_photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "CHUNK", 2)
    monkeypatch.setattr(filling, "MAX_WORK_S", 0)
    filling.fill_due(bursts.join_at_last)
    assert Photo.objects.filter(camera=None).count() == 1
    filling.fill_due(bursts.join_at_last)
    assert not Photo.objects.filter(camera=None).exists()


def test_an_original_that_is_gone_or_broken_says_nothing(old_photos: list[Photo]) -> None:
    old_photos[0].original_path.unlink()
    old_photos[1].original_path.write_bytes(b"no photo")
    filling.fill_due(bursts.join_at_last)
    assert Photo.objects.filter(camera=None, capture_due=None).count() == 2


def test_what_a_table_said_stays(old_photos: list[Photo]) -> None:
    Photo.objects.update(camera="Pinhole")
    filling.fill_due(bursts.join_at_last)
    assert set(Photo.objects.values_list("camera", flat=True)) == {"Pinhole"}


def test_no_place_is_read_of_those_who_drop_it(old_photos: list[Photo], uploader: User) -> None:
    Profile.objects.filter(user=uploader).update(drop_place=True)
    filling.fill_due(bursts.join_at_last)
    assert set(Photo.objects.values_list("camera", "latitude")) == {("Canon EOS R5", None)}
