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
from tests.support.rows import found_subject


@pytest.fixture
def duck(live_version: ModelVersion, uploader: User, photos: list[Path]) -> Photo:
    """Class 99 of ImageNet is a goose."""
    (file,) = (photo for photo in photos if photo.stem.endswith("_99"))
    return answered(uploader, file, {"duck": 0.9})


def test_a_walk_that_was_asked_for_is_kept_with_its_pictures(
    duck: Photo, live_version: ModelVersion, uploader: User
) -> None:
    asking.ask(duck, live_version, walks.WHOLE.what, uploader)
    walks.work_on_asked()
    assert not Job.objects.exists()
    walk = walks.read(duck, live_version)
    assert walk is not None
    assert walk["ending"]["labels"][0]["slug"] == "duck"
    assert walk["finder"] is None
    for stage in walk["stages"]:
        if "maps" in stage:
            name = stage["maps"]["name"]
            assert walks.picture(duck.id, live_version.number, walks.WHOLE.what, name).is_file()


def test_a_second_look_works_nothing_out(
    duck: Photo, live_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks.walk(duck, live_version, walks.WHOLE.what)
    monkeypatch.setattr(walks, "_walker", Mock(side_effect=AssertionError))
    walks.walk(duck, live_version, walks.WHOLE.what)


def test_networks_of_the_catalogue_lie_beside_the_versions(
    duck: Photo, live_version: ModelVersion
) -> None:
    way = walks.Way("lenet5")
    walks.walk(duck, live_version, way.what)
    walk = walks.read(duck, live_version, way)
    assert walk is not None
    assert walk["network"]["is_trained"] is False
    assert walks.read(duck, live_version) is None


def test_a_walk_with_labels_that_are_no_longer_in_use_is_out_of_date(
    duck: Photo, live_version: ModelVersion
) -> None:
    walks.walk(duck, live_version, walks.WHOLE.what)
    Label.objects.filter(slug="duck").update(active=False)
    assert walks.read(duck, live_version) is None
    walks.walk(duck, live_version, walks.WHOLE.what)
    walk = walks.read(duck, live_version)
    assert walk is not None
    assert "duck" not in {label["slug"] for label in walk["ending"]["labels"]}


def test_the_main_subject_can_be_walked_through_instead(
    duck: Photo, live_version: ModelVersion
) -> None:
    found_subject(duck, [0.1, 0.1, 0.6, 0.9], "duck")
    way = walks.Way(of_subject=True)
    walks.walk(duck, live_version, walks.WHOLE.what)
    walks.walk(duck, live_version, way.what)
    seen = [
        walks.picture(duck.id, live_version.number, each.what, "input").read_bytes()
        for each in (walks.WHOLE, way)
    ]
    assert seen[0] != seen[1]
    duck.prediction.subjects.update(box=[0.2, 0.2, 0.5, 0.5])
    assert walks.read(duck, live_version, way) is None
    assert walks.read(duck, live_version) is not None


@pytest.mark.parametrize(
    "way", [walks.WHOLE, walks.Way("lenet5"), walks.Way("", True), walks.Way("lenet5", True)]
)
def test_what_is_asked_for_says_the_way(way: walks.Way) -> None:
    assert walks.way_of(way.what) == way


def test_a_photo_that_cannot_be_read_says_so(duck: Photo, live_version: ModelVersion) -> None:
    duck.original_path.write_bytes(b"no picture")
    with pytest.raises(JobFailed, match="unreadable"):
        walks.walk(duck, live_version, walks.WHOLE.what)
    assert kept.read(duck.id, live_version.number, walks.WHOLE.what) is None
