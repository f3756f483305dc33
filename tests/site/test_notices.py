"""Pages learn what of one's own has ended, and nobody else's."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recognition.core import jobs
from recognition.models import Comparison, Job, ModelVersion, Profile, RunState, TrainingRun
from recognition.notifications import ended
from recognition.people.authentication import sessions
from recognition.versions import registry
from recognition.versions.comparison import comparing
from tests.support.pages import client_of
from tests.support.rows import manifest, training_run

pytestmark = pytest.mark.usefixtures("version")


def news(user: User) -> dict[str, Any]:
    response = client_of(user).get(reverse("notices"))
    assert response.status_code == 200
    said: dict[str, Any] = response.json()
    return said


def curve(by: User, state: RunState = RunState.SUCCEEDED, **fields: Any) -> Job:
    finished = None if state in jobs.OPEN else timezone.now()
    kind = Job.Kind.LEARNING_CURVE
    return Job.objects.create(kind=kind, by=by, state=state, finished=finished, **fields)


def test_a_job_that_ended_is_told_with_a_way_to_its_result(trainer: User) -> None:
    curve(trainer)
    [notice] = news(trainer)["notices"]
    assert notice["text"] == "Learning curve: done"
    assert notice["link"] == reverse("training-learning-curve")
    assert not notice["isBad"]


def test_what_failed_is_told_as_such(trainer: User) -> None:
    curve(trainer, RunState.FAILED, error="too_few")
    [notice] = news(trainer)["notices"]
    assert (notice["text"], notice["isBad"]) == ("Learning curve: failed", True)


def test_only_ones_own_is_told(trainer: User, reviewer: User) -> None:
    curve(trainer)
    assert news(reviewer) == {"waiting": False, "notices": []}


def test_strangers_are_told_nothing() -> None:
    assert Client().get(reverse("notices")).status_code == 302
    assert "data-notices" not in Client().get(reverse("login")).text


def test_what_was_cancelled_or_is_old_is_not_told(trainer: User) -> None:
    curve(trainer, RunState.CANCELLED)
    old = curve(trainer)
    Job.objects.filter(id=old.id).update(finished=timezone.now() - ended.SHOWN_FOR)
    assert news(trainer)["notices"] == []


def test_what_goes_on_is_worth_asking_for_soon(trainer: User) -> None:
    assert not news(trainer)["waiting"]
    curve(trainer, RunState.RUNNING)
    assert news(trainer)["waiting"]


def test_what_is_put_away_stays_away(trainer: User) -> None:
    curve(trainer)
    [notice] = news(trainer)["notices"]
    response = client_of(trainer).post(reverse("put-away-notice"), {"id": notice["id"]})
    assert response.status_code == 204
    assert news(trainer)["notices"] == []
    curve(trainer)
    assert len(news(trainer)["notices"]) == 1


def test_little_is_remembered_of_what_was_put_away(trainer: User) -> None:
    ended.put_away(trainer, [f"job:{number}:1" for number in range(1000)])
    assert len(Profile.objects.get(user=trainer).seen_notices) == 200


def test_a_run_that_ends_is_told_but_no_trial(trainer: User) -> None:
    run = training_run(by=trainer, state=RunState.SUCCEEDED)
    TrainingRun.objects.update(finished=timezone.now())
    [notice] = news(trainer)["notices"]
    assert notice["text"] == "Teaching from version 1: done"
    assert notice["link"] == reverse("admin:recognition_trainingrun_change", args=[run.id])


def test_a_comparison_that_ends_is_told_to_who_asked(
    trainer: User, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = registry.register(2, manifest(name="Other"))
    comparing.request(candidate, version, by=trainer)
    assert news(trainer) == {"waiting": True, "notices": []}
    findings = {"baseline": {}, "candidate": {}, "test_set": ""}
    monkeypatch.setattr(comparing, "_make", lambda made: comparing._store(made, findings, []))
    comparing.compare_pending()
    said = news(trainer)
    assert (said["waiting"], said["notices"][0]["text"]) == (
        False,
        "Comparison of versions 2 and 1: done",
    )


def test_a_comparison_that_fails_is_told(
    trainer: User, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = registry.register(2, manifest(name="Other"))
    comparing.request(candidate, version, by=trainer)
    monkeypatch.setattr(comparing, "_make", Mock(side_effect=OSError("no weights")))
    comparing.compare_pending()
    assert Comparison.objects.get().state == Comparison.State.FAILED
    assert news(trainer)["notices"][0]["isBad"]


def test_asking_is_cheap(trainer: User) -> None:
    for _job in range(20):
        curve(trainer)
    client = client_of(trainer)
    client.get(reverse("notices"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("notices"))
    assert len(queries) <= 10


def test_asking_is_no_sign_of_life(
    trainer: User, monkeypatch: pytest.MonkeyPatch, people_are_seen: None
) -> None:
    """A page that is left open keeps no session alive."""
    seen: list[str] = []
    monkeypatch.setattr(sessions, "saw", lambda request: seen.append(request.path))
    client = client_of(trainer)
    client.get(reverse("notices"))
    assert not Profile.objects.exclude(last_seen=None).exists()
    client.get(reverse("history"))
    assert seen == [reverse("history")]
