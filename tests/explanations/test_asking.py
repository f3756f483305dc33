"""Explanations asked for: one job whoever asks, gone when it succeeded, said why when not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.core import jobs
from recognition.core.jobs import JobFailed
from recognition.explanations import asking
from recognition.models import Job, ModelVersion, Photo, RunState
from recognition.notifications import ended

Kind = Job.Kind


def ask(photo: Photo, by: User, what: str = asking.WHY, again: bool = False) -> Job:
    return asking.ask(photo, ModelVersion.objects.get(), what, by, again)


def fail(photo: Photo, version: ModelVersion, what: str) -> None:
    raise JobFailed("unreadable")


def succeed(photo: Photo, version: ModelVersion, what: str) -> None:
    pass


def test_two_who_ask_for_the_same_have_one_job(
    photo: Photo, uploader: User, reviewer: User
) -> None:
    first = ask(photo, uploader)
    jobs.claim(Kind.EXPLANATION)
    assert ask(photo, reviewer) == first
    assert ask(photo, reviewer, "walk-lite0") != first
    assert set(Job.objects.values_list("kind", flat=True)) == {Kind.EXPLANATION, Kind.WALK}


def test_what_is_asked_for_is_worked_out_and_leaves_no_row(photo: Photo, uploader: User) -> None:
    ask(photo, uploader)
    done = []
    asking.work_off(Kind.EXPLANATION, lambda *asked: done.append(asked))
    assert done == [(photo, photo.prediction.model_version or ModelVersion.objects.get(), "why")]
    assert not Job.objects.exists()


def test_one_that_failed_is_begun_again_only_when_somebody_wants_that(
    photo: Photo, uploader: User
) -> None:
    failed = ask(photo, uploader)
    asking.work_off(Kind.EXPLANATION, fail)
    assert ask(photo, uploader).error == "unreadable"
    assert ask(photo, uploader, again=True) != failed
    asking.work_off(Kind.EXPLANATION, succeed)
    assert Job.objects.get() == failed
    Job.objects.update(finished=timezone.now() - timedelta(days=1, minutes=1))
    asking.forget_failed()
    assert not Job.objects.exists()


def test_one_person_has_so_many_waiting_at_most(
    photo: Photo, uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_WAITING", 1)
    ask(photo, uploader)
    with pytest.raises(asking.TooMany):
        ask(photo, uploader, asking.WALK)
    ask(photo, reviewer, asking.WALK)


def test_of_a_photo_that_is_gone_nothing_is_worked_out(photo: Photo, uploader: User) -> None:
    job = ask(photo, uploader)
    Photo.objects.all().delete()
    asking.work_off(Kind.EXPLANATION, succeed)
    job.refresh_from_db()
    assert (job.state, job.error) == (RunState.FAILED, "gone")


def test_no_list_names_them_and_nobody_is_told_that_they_ended(
    photo: Photo, uploader: User
) -> None:
    ask(photo, uploader)
    assert not ended.is_waiting(uploader)
    asking.work_off(Kind.EXPLANATION, fail)
    assert ended.unseen(uploader) == []
    admin = User.objects.create_superuser("ada")
    for person in (uploader, admin):
        assert not jobs.visible_to(person).exists()
