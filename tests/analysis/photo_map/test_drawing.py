"""The map of the photos: which it shows, who waits for it, and what becomes of it when it fails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from recognition.analysis.photo_map import drawing, map_file, map_state, placer
from recognition.analysis.photo_map.drawing import draw_if_asked
from recognition.core import jobs
from recognition.models import Job, ModelVersion, Photo, Prediction, RunState
from tests.support.rows import due_photo, embedding, give_label, taught_version

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.ARK_PHOTO_MAP = tmp_path / "map"


def seen_photo(owner: User, seed: int) -> Photo:
    """A photo with an embedding, which waits for review."""
    return due_photo(owner, b"", embedding(seed), created=timezone.now())


@pytest.fixture
def photos(uploader: User, reviewer: User) -> list[Photo]:
    """Three labelled ones, then two that wait."""
    made = [seen_photo(uploader, seed) for seed in range(5)]
    give_label(made[:3], "dog", reviewer)
    return made


def draw(by: User) -> Job:
    job = map_state.ask(by)
    draw_if_asked()
    job.refresh_from_db()
    return job


def drawn() -> set[object]:
    last = map_file.last()
    return set(last.ids) if last else set()


def test_labelled_photos_and_those_that_wait_have_places(
    photos: list[Photo], reviewer: User
) -> None:
    job = draw(reviewer)
    assert (job.state, job.result) == (RunState.SUCCEEDED, {"photos": 5})
    last = map_file.last()
    assert last is not None
    assert set(last.ids) == {photo.id for photo in photos}
    assert last.places.shape == (5, 2)
    assert (last.about.photos, last.about.version, last.about.is_all) == (5, 1, True)


def test_where_there_is_not_room_for_all_the_labelled_and_the_newest_come_first(
    photos: list[Photo], reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "MOST", 4)
    draw(reviewer)
    assert drawn() == {photo.id for photo in [*photos[:3], photos[4]]}
    about = map_file.about()
    assert about is not None
    assert not about.is_all


def test_photos_that_another_network_has_seen_stay_out(photos: list[Photo], reviewer: User) -> None:
    other = taught_version(2, [])
    ModelVersion.objects.filter(id=other.id).update(backbone_sha256="another")
    Prediction.objects.filter(photo=photos[0]).update(model_version=other)
    draw(reviewer)
    assert drawn() == {photo.id for photo in photos[1:]}


def test_nothing_is_drawn_unless_somebody_asks(photos: list[Photo]) -> None:
    draw_if_asked()
    assert map_file.last() is None


def test_two_who_ask_wait_for_the_same_map(reviewer: User, uploader: User) -> None:
    assert map_state.ask(reviewer) == map_state.ask(uploader)


def test_a_map_without_photos_is_a_map(reviewer: User) -> None:
    assert draw(reviewer).state == RunState.SUCCEEDED
    about = map_file.about()
    assert about is not None
    assert about.photos == 0


def test_without_a_live_version_the_job_says_so(reviewer: User) -> None:
    ModelVersion.objects.update(live=False)
    assert draw(reviewer).error == "no_version"


def test_a_process_that_ends_before_its_time_fails_the_job(
    photos: list[Photo], reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placer, "_MODULE", "recognition.no_such_module")
    job = draw(reviewer)
    assert (job.state, job.error) == (RunState.FAILED, "not_placed")
    assert "no_such_module" in job.error_detail
    assert map_file.last() is None


def test_who_cancels_ends_the_process_and_keeps_the_last_map(
    photos: list[Photo], reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(reviewer)
    before = map_file.about()
    write = jobs.write

    def cancel_first(job: Job) -> None:
        jobs.cancel(job.id)
        write(job)

    monkeypatch.setattr(jobs, "write", cancel_first)
    assert draw(reviewer).state == RunState.CANCELLED
    assert map_file.about() == before


def test_nothing_but_the_map_is_left(
    photos: list[Photo], reviewer: User, settings: Settings
) -> None:
    (settings.ARK_PHOTO_MAP / "draft-of-one-that-was-killed").mkdir(parents=True)
    draw(reviewer)
    assert {path.name for path in settings.ARK_PHOTO_MAP.iterdir()} == {"photos.npz", "compiled"}


def test_a_damaged_file_counts_as_none(photos: list[Photo], reviewer: User) -> None:
    draw(reviewer)
    map_file.path().write_bytes(b"no map")
    assert map_file.about() is None
    assert map_state.is_to_begin(None, map_state.last_job())


def test_what_failed_or_was_cancelled_does_not_begin_again_by_itself(reviewer: User) -> None:
    assert map_state.is_to_begin(None, None)
    job = map_state.ask(reviewer)
    jobs.cancel(job.id)
    assert not map_state.is_to_begin(None, map_state.last_job())


def test_the_map_tells_how_many_photos_came_since(
    photos: list[Photo], uploader: User, reviewer: User
) -> None:
    draw(reviewer)
    about = map_file.about()
    assert about is not None
    assert map_state.came_since(about, reviewer).number == 0
    later = seen_photo(uploader, 7)
    Photo.objects.filter(id=later.id).update(created=about.made + timedelta(seconds=1))
    assert map_state.came_since(about, reviewer).number == 1
    assert map_state.came_since(about, User.objects.create_user("none")).number == 0


def test_a_map_of_another_network_is_known_as_such(photos: list[Photo], reviewer: User) -> None:
    draw(reviewer)
    about = map_file.about()
    assert about is not None
    assert not map_state.is_of_another_network(about)
    ModelVersion.objects.filter(live=True).update(backbone_sha256="another")
    assert map_state.is_of_another_network(about)
