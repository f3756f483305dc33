"""The page of jobs: who sees which, how far each is, what came of it, and how it is cancelled."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from recognition.core import heartbeats, jobs
from recognition.models import Job, Label, ModelVersion, RunState

PAGE = "/admin/jobs/"
Kind = Job.Kind


def job(kind: Job.Kind, state: RunState = RunState.QUEUED, **columns: Any) -> Job:
    parameters = {
        Kind.EXPORT: {"form": "onnx"},
        Kind.IMPORT: {"name": "theirs.zip"},
        Kind.BACKFILL: {"label": None},
        Kind.PHOTO_DELETION: {"total": 7, "for_ever": False},
        Kind.PHOTO_RESTORATION: {"total": 7},
    }
    if kind == Kind.LABEL_MERGE:
        label_id = Label.objects.first().id
        parameters[kind] = {"source": label_id, "target": label_id}
    plain = {"parameters": parameters.get(kind, {}), "subject": uuid4().hex}
    if kind in (Kind.EXPORT, Kind.BACKFILL):
        plain["version"] = ModelVersion.objects.get()
    return Job.objects.create(kind=kind, state=state, **{**plain, **columns})


def text_of(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split()).replace("\u00a0", " ")


def cancel(client: Client, wanted: Job) -> int:
    return client.post(f"{PAGE}{wanted.id}/cancel/").status_code


# What is shown


def test_without_jobs_the_page_says_what_would_stand_there(as_trainer: Client) -> None:
    assert "No jobs" in text_of(as_trainer)


def test_the_newest_come_first_with_who_asked(as_trainer: Client, trainer: User) -> None:
    job(Kind.IMPORT, by=trainer, created=timezone.now() - timedelta(days=1))
    job(Kind.EXPORT)
    text = text_of(as_trainer)
    assert text.index("Export of version 1: ONNX") < text.index("Import of theirs.zip")
    assert "Asked for by tina" in text
    assert "Begun by itself" in text


def test_a_running_job_shows_how_far_it_is(as_trainer: Client) -> None:
    began = timezone.now() - timedelta(minutes=12)
    label = Label.objects.get(slug="dog")
    job(
        Kind.BACKFILL,
        RunState.RUNNING,
        progress=0.25,
        started=began,
        parameters={"label": label.id},
        result={"looked_at": 1200},
    )
    text = text_of(as_trainer)
    assert "Predict photos again with version 1: Dog" in text
    assert 'value="0.2500"' in text
    assert "1,200 photos looked at · 12 min" in text


def test_an_export_that_is_there_can_be_downloaded(
    as_trainer: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.ARK_EXPORTS = tmp_path
    job(Kind.EXPORT, RunState.SUCCEEDED, result={"size_bytes": 2048})
    file = reverse("training-export", args=[1, "onnx"])
    assert f'href="{file}"' not in text_of(as_trainer)  # somebody made room
    (tmp_path / "ark-version-1-onnx.zip").write_bytes(b"PK")
    text = text_of(as_trainer)
    assert f'href="{file}"' in text
    assert "2.0 KB" in text


def test_an_import_leads_to_its_version(as_trainer: Client, version: ModelVersion) -> None:
    job(Kind.IMPORT, RunState.SUCCEEDED, version=version)
    assert reverse("admin:recognition_modelversion_change", args=[version.id]) in text_of(
        as_trainer
    )


def test_a_search_tells_what_it_found(as_reviewer: Client) -> None:
    job(Kind.SUSPECT_SEARCH, RunState.SUCCEEDED, result={"photos": 40, "suspects": 3})
    text = text_of(as_reviewer)
    assert "3 suspect labels" in text
    assert reverse("review-suspects") in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("crashed", "ended three times"),
        ("bug", "nobody foresaw"),
        ("disk", "Make room"),
        ("too_few", "two labels with six photos"),
        ("not_loaded", "Restore its files"),
        ("damaged", "Take another copy"),
    ],
)
def test_a_failed_job_says_what_to_do(as_trainer: Client, error: str, words: str) -> None:
    job(Kind.LEARNING_CURVE, RunState.FAILED, error=error, error_detail="<3 & more>")
    text = text_of(as_trainer)
    assert words in text
    assert "(&lt;3 &amp; more&gt;)" in text


def test_older_jobs_are_on_the_next_page(as_trainer: Client) -> None:
    for _ in range(31):
        job(Kind.LEARNING_CURVE, RunState.SUCCEEDED)
    assert text_of(as_trainer).count("<li class=") == 30
    assert text_of(as_trainer, f"{PAGE}?page=2").count("<li class=") == 1
    assert text_of(as_trainer, f"{PAGE}?page=nonsense")


# Live


def test_the_page_asks_for_news_while_a_job_is_not_over(as_trainer: Client) -> None:
    running = job(Kind.EXPORT, RunState.RUNNING)
    live = f"{PAGE}live/?page=1"
    assert f'hx-get="{live}"' in text_of(as_trainer)
    assert f'hx-get="{live}"' in text_of(as_trainer, live)
    Job.objects.filter(id=running.id).update(state=RunState.SUCCEEDED)
    assert "hx-get" not in text_of(as_trainer, live)


def test_that_nobody_does_the_jobs_is_said(as_trainer: Client) -> None:
    job(Kind.EXPORT, created=timezone.now() - timedelta(minutes=1))
    assert "No teacher has been heard" in text_of(as_trainer)
    assert "No predictor has been heard" not in text_of(as_trainer)
    heartbeats.beat("elsewhere:1", heartbeats.TEACHER)
    assert "No teacher has been heard" not in text_of(as_trainer)


def test_the_page_takes_as_many_queries_for_many_as_for_one(
    as_trainer: Client,
    trainer: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for kind in Kind:
        for _ in range(4):
            job(kind, RunState.SUCCEEDED, by=trainer)
    with django_assert_max_num_queries(14):
        text_of(as_trainer)


# Cancelling


def test_a_job_that_waits_is_cancelled(as_trainer: Client) -> None:
    waits = job(Kind.EXPORT)
    assert "Cancel" in text_of(as_trainer)
    assert cancel(as_trainer, waits) == 302
    waits.refresh_from_db()
    assert waits.state == RunState.CANCELLED
    assert f"{waits.id}/cancel/" not in text_of(as_trainer)


def test_a_running_job_is_being_cancelled(as_trainer: Client) -> None:
    jobs.ask(Kind.LEARNING_CURVE, None)
    running = jobs.claim(Kind.LEARNING_CURVE)
    cancel(as_trainer, running)
    text = text_of(as_trainer)
    assert "being cancelled" in text
    assert f"{running.id}/cancel/" not in text


# Rights


@pytest.mark.parametrize(
    ("person", "kinds"),
    [
        ("as_reviewer", {Kind.SUSPECT_SEARCH, Kind.LABEL_MERGE, Kind.PHOTO_MAP}),
        ("as_trainer", {Kind.EXPORT, Kind.IMPORT, Kind.LEARNING_CURVE, Kind.BACKFILL}),
        ("as_superuser", set(Kind) - {Kind.EXPLANATION, Kind.WALK}),
    ],
)
def test_people_see_and_cancel_the_jobs_that_they_may_ask_for(
    person: str, kinds: set[Job.Kind], request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(person)
    every = {kind: job(kind) for kind in Kind}
    text = text_of(client)
    assert {kind for kind in Kind if f"{every[kind].id}/cancel/" in text} == kinds
    for wanted in every.values():
        cancel(client, wanted)
    cancelled = Job.objects.filter(state=RunState.CANCELLED)
    assert set(cancelled.values_list("kind", flat=True)) == kinds


def test_who_asked_may_cancel_even_without_the_right(as_reviewer: Client, reviewer: User) -> None:
    mine = job(Kind.EXPORT, by=reviewer)
    theirs = job(Kind.EXPORT)
    assert cancel(as_reviewer, theirs) == 404
    assert cancel(as_reviewer, mine) == 302
    mine.refresh_from_db()
    assert mine.state == RunState.CANCELLED


def test_uploaders_and_strangers_stay_outside(client: Client, uploader: User) -> None:
    waits = job(Kind.EXPORT)
    for _ in range(2):  # a stranger, then an uploader
        for address in (PAGE, f"{PAGE}live/"):
            assert "/login/" in client.get(address)["Location"]
        assert cancel(client, waits) == 302
        client.force_login(uploader, "django.contrib.auth.backends.ModelBackend")
    waits.refresh_from_db()
    assert waits.state == RunState.QUEUED


def test_staff_without_any_of_the_rights_are_refused(client: Client) -> None:
    user = User.objects.create_user("stan", is_staff=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert client.get(PAGE).status_code == 403
    assert cancel(client, job(Kind.EXPORT)) == 403


def test_a_job_that_is_not_there_is_not_found(as_trainer: Client) -> None:
    assert as_trainer.post(f"{PAGE}{uuid4()}/cancel/").status_code == 404
    assert as_trainer.get(f"{PAGE}{uuid4()}/cancel/").status_code == 405


@pytest.mark.parametrize("person", ["as_trainer", "as_reviewer"])
def test_the_sidebar_leads_there(person: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(person)
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()


def test_the_sidebar_hides_it_from_staff_who_may_ask_for_nothing(client: Client) -> None:
    user = User.objects.create_user("stan", is_staff=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert f'href="{PAGE}"' not in client.get("/admin/").content.decode()
