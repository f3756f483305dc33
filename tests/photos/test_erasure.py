"""A person goes with everything that is theirs, and holds nobody up meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings

from recognition.core import jobs, steps, wakeups
from recognition.explanations import kept
from recognition.labels import labelling
from recognition.labels.suggestions import suggest
from recognition.models import (
    AuditEvent,
    Batch,
    Decision,
    Job,
    Label,
    Photo,
    RunState,
    Suggestion,
    TrainingExample,
    Via,
)
from recognition.people import ranks
from recognition.photos import erasure, intake, renditions
from tests.support.files import arrived, encoded, picture
from tests.support.rows import add_photo, predicted_photo, taught_version

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(steps, "PAUSE_S", 0.0)
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def administrator(groups: None) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


def store(owner: User, *seeds: int, batch: Batch | None = None) -> list[intake.Outcome]:
    files = [(arrived(encoded(picture(seed=seed))), None) for seed in seeds]
    return list(intake.accept(files, owner, batch))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def delete(person: User, by: User | None) -> Job:
    job = erasure.ask(person, by)
    erasure.delete_asked()
    job.refresh_from_db()
    return job


def test_rows_and_files_are_gone(administrator: User, uploader: User, media: Path) -> None:
    store(uploader, 0, 1, 2, batch=intake.open_batch(uploader))
    photo = Photo.objects.first()
    renditions.drawn(photo, renditions.THUMBNAIL_SIDE)
    kept.keep(photo.id, 1, "why", {})
    job = delete(uploader, administrator)
    assert (job.state, job.progress, job.result) == (RunState.SUCCEEDED, 1.0, {"photos": 3})
    assert not User.objects.filter(username="ursula").exists()
    assert not Photo.objects.exists()
    assert not Batch.objects.exists()
    assert files_in(media) == []


def test_what_they_did_stays_without_their_name(
    administrator: User, uploader: User, reviewer: User
) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    decision = labelling.decide(photo.id, Label.objects.get(slug="car"), reviewer, Via.QUEUE)
    delete(reviewer, administrator)
    photo.refresh_from_db()
    assert (photo.label.slug, photo.labelled_by) == ("car", None)
    assert Decision.objects.get(id=decision.id).by is None


def test_what_hangs_on_the_photos_goes_and_what_was_taught_says_so(
    administrator: User, uploader: User, reviewer: User
) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    suggest(photo.id, uploader, Suggestion.Kind.WRONG, Label.objects.get(slug="car"), None)
    labelling.decide(photo.id, Label.objects.get(slug="car"), reviewer, Via.QUEUE)
    taught_version(2, [photo])
    delete(uploader, administrator)
    assert not Suggestion.objects.exists()
    assert not Decision.objects.exists()
    assert TrainingExample.objects.get().photo is None


def test_nothing_in_the_job_tells_afterwards_who_it_was(
    administrator: User, uploader: User
) -> None:
    job = erasure.ask(uploader, administrator)
    assert job.parameters["name"] == "ursula"
    erasure.delete_asked()
    job.refresh_from_db()
    assert "ursula" not in f"{job.parameters} {job.result}"


def test_the_audit_log_tells_who_asked(administrator: User, uploader: User) -> None:
    LogEntry.objects.create(user=uploader, action_flag=1)
    delete(uploader, administrator)
    events = AuditEvent.objects.exclude(action="admin_changed").order_by("at", "id")
    assert list(events.values_list("action", "user_name", "subject")) == [
        ("person_deactivated", "ada", "ursula"),
        ("person_deleted", "ada", "ursula"),
    ]


def test_asked_twice_it_is_one_job(administrator: User, uploader: User) -> None:
    assert erasure.ask(uploader, administrator) == erasure.ask(uploader, administrator)


def test_who_deletes_themselves_is_gone(administrator: User, reviewer: User) -> None:
    User.objects.filter(pk=reviewer.pk).update(is_superuser=True)
    reviewer.refresh_from_db()
    assert delete(reviewer, reviewer).state == RunState.SUCCEEDED
    assert AuditEvent.objects.filter(action="person_deleted", user_name="rita").exists()


def test_the_last_administrator_is_not_deleted(administrator: User) -> None:
    with pytest.raises(ranks.NotAllowed, match="last_administrator"):
        erasure.ask(administrator, administrator)
    assert not Job.objects.exists()


# On the way


def test_nothing_is_stored_once_it_was_asked_for(
    administrator: User, uploader: User, media: Path
) -> None:
    batch = intake.open_batch(uploader)
    uploads = iter(range(100))

    def arriving() -> Any:
        """The deletion comes in the middle of a large upload."""
        for seed in uploads:
            if seed == intake.CHUNK + 1:
                delete(uploader, administrator)
            yield arrived(encoded(picture(seed=seed))), None

    outcomes = list(intake.accept(arriving(), uploader, batch))
    assert [outcome.photo is not None for outcome in outcomes] == [True] * 32 + [False] * 68
    assert {outcome.refusal.code for outcome in outcomes[32:]} == {"account_closed"}
    assert not Photo.objects.exists()
    assert files_in(media) == []


@pytest.mark.django_db(transaction=True)
def test_uploads_at_the_same_time_leave_no_file_without_a_row(
    administrator: User, uploader: User, media: Path
) -> None:
    def upload(first: int) -> None:
        with contextlib.closing(connection):
            for seed in range(first, first + 12):
                store(uploader, seed)

    threads = [threading.Thread(target=upload, args=[100 * number]) for number in range(3)]
    for thread in threads:
        thread.start()
    while not Photo.objects.filter(owner=uploader).count() > 5:
        time.sleep(0.01)
    delete(uploader, administrator)
    for thread in threads:
        thread.join()
    assert not User.objects.filter(username="ursula").exists()
    assert not Photo.objects.exists()
    assert files_in(media) == []


class Killed(BaseException):
    """As a process that ends: nothing catches it."""


@pytest.mark.parametrize("after", range(6))
def test_killed_in_the_middle_it_goes_on(
    after: int,
    administrator: User,
    uploader: User,
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More often than a job that makes no progress is tried."""
    monkeypatch.setattr(erasure, "PHOTOS_AT_ONCE", 2)
    store(uploader, *range(12))
    job = erasure.ask(uploader, administrator)
    write = jobs.write
    for step in range(after):
        monkeypatch.setattr(jobs, "write", _killing(write, after=1 + step % 2))
        with contextlib.suppress(Killed):
            erasure.delete_asked()
    monkeypatch.setattr(jobs, "write", write)
    erasure.delete_asked()
    job.refresh_from_db()
    assert (job.state, job.result) == (RunState.SUCCEEDED, {"photos": 12})
    assert not Photo.objects.exists()
    assert files_in(media) == []


def _killing(write: Any, after: int) -> Any:
    calls = iter(range(after))

    def kill(*arguments: Any, **fields: Any) -> None:
        if next(calls, None) is None:
            raise Killed
        write(*arguments, **fields)

    return kill


def test_after_a_while_other_work_has_its_turn(
    administrator: User, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake = Mock()
    monkeypatch.setattr(wakeups, "wake_teacher", wake)
    monkeypatch.setattr(steps, "SLICE_S", 0.0)
    monkeypatch.setattr(erasure, "PHOTOS_AT_ONCE", 2)
    for _ in range(5):
        add_photo(uploader)
    job = erasure.ask(uploader, administrator)
    erasure.delete_asked()
    job.refresh_from_db()
    assert (job.state, job.lease_owner) == (RunState.RUNNING, "")
    assert Photo.objects.count() == 3
    wake.assert_called()
    for _ in range(20):
        erasure.delete_asked()
    assert not User.objects.filter(username="ursula").exists()


def test_it_is_called_off_only_before_it_has_begun(
    administrator: User, uploader: User, other_uploader: User
) -> None:
    waiting, begun = (erasure.ask(person, administrator) for person in (uploader, other_uploader))
    Job.objects.filter(id=begun.id).update(state=RunState.RUNNING, started=begun.created)
    for job in (waiting, begun):
        jobs.cancel(job.id)
        job.refresh_from_db()
    assert (waiting.state, begun.state, begun.cancel_asked) == ("cancelled", "running", None)
