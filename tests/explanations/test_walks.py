"""A photo's walk: worked out by a real network, of a real photograph."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User

from recognition.core.jobs import JobFailed
from recognition.explanations import asking, kept, walks
from recognition.models import Job, Label, ModelVersion, Photo
from tests.explanations.conftest import answered


@pytest.fixture
def duck(live_version: ModelVersion, uploader: User, photos: list[Path]) -> Photo:
    """Class 99 of ImageNet is a goose."""
    (file,) = (photo for photo in photos if photo.stem.endswith("_99"))
    return answered(uploader, file, {"duck": 0.9})


def test_a_walk_that_was_asked_for_is_kept_with_its_pictures(
    duck: Photo, live_version: ModelVersion, uploader: User
) -> None:
    asking.ask(duck, live_version, walks.what_of(""), uploader)
    walks.work_on_asked()
    assert not Job.objects.exists()
    walk = walks.read(duck, live_version)
    assert walk is not None
    assert walk["ending"]["labels"][0]["slug"] == "duck"
    assert walk["finder"] is None
    for stage in walk["stages"]:
        if "maps" in stage:
            name = stage["maps"]["name"]
            assert walks.picture_path(duck.id, live_version.number, "", name).is_file()


def test_a_second_look_works_nothing_out(
    duck: Photo, live_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks.walk(duck, live_version, "walk")
    monkeypatch.setattr(walks, "_walker", Mock(side_effect=AssertionError))
    walks.walk(duck, live_version, "walk")


def test_networks_of_the_catalogue_lie_beside_the_versions(
    duck: Photo, live_version: ModelVersion
) -> None:
    walks.walk(duck, live_version, "walk-lenet5")
    walk = walks.read(duck, live_version, "lenet5")
    assert walk is not None
    assert walk["network"]["is_trained"] is False
    assert walks.read(duck, live_version) is None


def test_a_walk_with_labels_that_are_no_longer_in_use_is_out_of_date(
    duck: Photo, live_version: ModelVersion
) -> None:
    walks.walk(duck, live_version, "walk")
    Label.objects.filter(slug="duck").update(active=False)
    assert walks.read(duck, live_version) is None
    walks.walk(duck, live_version, "walk")
    walk = walks.read(duck, live_version)
    assert walk is not None
    assert "duck" not in {label["slug"] for label in walk["ending"]["labels"]}


def test_a_photo_that_cannot_be_read_says_so(duck: Photo, live_version: ModelVersion) -> None:
    duck.original_path.write_bytes(b"no picture")
    with pytest.raises(JobFailed, match="unreadable"):
        walks.walk(duck, live_version, "walk")
    assert kept.read(duck.id, live_version.number, "walk") is None
