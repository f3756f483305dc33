"""Many photos are deleted in small transactions: interrupted, cancelled, asked for again."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.core import jobs, steps
from recognition.models import AuditEvent, Batch, Job, Photo, RunState, TrashedPhoto
from recognition.photos import deletion
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def photos(uploader: User, monkeypatch: pytest.MonkeyPatch) -> list[Photo]:
    """More than a request deletes itself, and more than a step does."""
    monkeypatch.setattr(deletion, "AT_ONCE", 3)
    monkeypatch.setattr(deletion, "CHUNK", 2)
    batch = Batch.objects.create(owner=uploader)
    return [add_photo(uploader, batch=batch) for _ in range(7)]


def asked(photos: list[Photo], by: User) -> Job:
    job = deletion.delete_many([photo.id for photo in photos], by)
    assert isinstance(job, Job)
    return job


def now(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def test_few_go_at_once(photos: list[Photo], uploader: User) -> None:
    done = deletion.delete_many([photo.id for photo in photos[:3]], uploader)
    assert done[0] == 3
    assert TrashedPhoto.objects.count() == 3


def test_many_are_a_job_that_counts(photos: list[Photo], uploader: User, reviewer: User) -> None:
    other = add_photo(uploader)
    job = asked(photos, reviewer)
    assert Photo.objects.count() == 8
    deletion.delete_asked()
    assert Photo.objects.get() == other
    assert {row.trashed_by for row in TrashedPhoto.objects.all()} == {reviewer}
    assert (now(job).state, now(job).result["deleted"]) == (RunState.SUCCEEDED, 7)
    assert AuditEvent.objects.get().details["total"] == 7


def test_a_batch_goes_as_it_was_when_it_was_asked(photos: list[Photo], uploader: User) -> None:
    batch = Batch.objects.get()
    deletion.delete_batch(batch, uploader)
    later = add_photo(uploader, batch=batch)
    deletion.delete_asked()
    assert Photo.objects.get() == later


def test_it_gives_way_and_goes_on(
    photos: list[Photo], uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(photos, uploader)
    monkeypatch.setattr(steps, "SLICE_S", 0.0)
    deletion.delete_asked()
    assert 0 < TrashedPhoto.objects.count() < 7
    assert now(job).state == RunState.RUNNING
    for _ in range(9):
        deletion.delete_asked()
    assert now(job).state == RunState.SUCCEEDED
    assert now(job).result["deleted"] == TrashedPhoto.objects.count() == 7


def test_a_step_that_breaks_off_counts_nothing(
    photos: list[Photo], uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(photos, uploader)
    written = steps.written
    monkeypatch.setattr(steps, "written", lambda *_args, **_result: 1 / 0)
    deletion.delete_asked()
    assert (Photo.objects.count(), TrashedPhoto.objects.count()) == (7, 0)
    assert now(job).state == RunState.FAILED
    monkeypatch.setattr(steps, "written", written)
    asked(photos, uploader)
    deletion.delete_asked()
    assert TrashedPhoto.objects.count() == 7


def test_a_cancelled_one_stops_and_what_is_in_the_trash_stays_there(
    photos: list[Photo], uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(photos, uploader)
    monkeypatch.setattr(steps, "pause", lambda: jobs.cancel(job.id))
    deletion.delete_asked()
    assert now(job).state == RunState.CANCELLED
    assert Photo.objects.count() + TrashedPhoto.objects.count() == 7
    assert Photo.objects.exists()


def test_a_worker_that_dies_again_and_again_gets_there_if_each_gets_a_step_further(
    photos: list[Photo], uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    job = asked(photos, uploader)
    monkeypatch.setattr(steps, "pause", kill)
    monkeypatch.setattr(deletion, "CHUNK", 1)
    for _ in range(7):
        with pytest.raises(Killed):
            deletion.delete_asked()
    deletion.delete_asked()
    assert (now(job).state, TrashedPhoto.objects.count()) == (RunState.SUCCEEDED, 7)


def test_photos_that_are_gone_meanwhile_are_passed_over(
    photos: list[Photo], uploader: User
) -> None:
    job = asked(photos, uploader)
    deletion.delete_photo(photos[0], uploader)
    deletion.delete_asked()
    assert (now(job).state, now(job).result["deleted"]) == (RunState.SUCCEEDED, 6)
