"""A run's page: what is shown while it works and when it is over, and what can be done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from recognition.core import heartbeats
from recognition.models import Comparison, DataSet, Mode, ModelVersion, RunState, Stage, TrainingRun
from recognition.versions import measured
from recognition.versions.registry import register
from tests.support.figures import metrics
from tests.support.rows import manifest, training_run

METRICS = metrics(0.955, photos=120) | {"accuracy_interval": [0.902, 0.981]}
FINDINGS = {
    "candidate": METRICS,
    "baseline": METRICS | {"accuracy": 0.9, "accuracy_interval": [0.85, 0.93]},
    "fixed": 41,
    "broken": 2,
    "gained": ["tractor"],
    "lost": [],
}


def page(client: Client, run: TrainingRun, part: str = "") -> str:
    response = client.get(reverse(f"training-run{part}", args=[run.id]))
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def post(client: Client, run: TrainingRun, what: str) -> TrainingRun:
    response = client.post(reverse(f"training-run-{what}", args=[run.id]))
    assert response.status_code == 302
    run.refresh_from_db()
    return run


def running(**fields: Any) -> TrainingRun:
    now = timezone.now()
    plain = {
        "mode": Mode.FINE_TUNE,
        "state": RunState.RUNNING,
        "stage": Stage.TRAINING,
        "started": now,
        "lease_owner": "elsewhere:1",
        "lease_expires": now + timedelta(minutes=1),
    }
    return training_run(**{**plain, **fields})


def succeeded() -> TrainingRun:
    version = register(2, manifest(name="Taught"))
    ModelVersion.objects.filter(id=version.id).update(metrics=METRICS)
    now = timezone.now()
    return training_run(
        state=RunState.SUCCEEDED,
        started=now - timedelta(seconds=8),
        finished=now,
        model_version=ModelVersion.objects.get(id=version.id),
    )


@pytest.fixture
def as_onlooker(db: None) -> Client:
    """Who may see runs, and do nothing with them."""
    user = User.objects.create_user("olga", password="a long passphrase", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_trainingrun"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_running_run_says_how_far_it_is(as_trainer: Client) -> None:
    run = running(progress=0.4, seconds_left=1260, epochs=3)
    text = page(as_trainer, run)
    assert "Training…" in text
    assert 'value="0.4000"' in text
    assert "10 to 45 minutes left" in text
    assert 'aria-label="Loss by epoch"' in text
    assert 'aria-label="Accuracy by epoch"' in text


def test_the_part_that_changes_asks_for_itself_until_the_run_is_over(as_trainer: Client) -> None:
    run = running()
    address = reverse("training-run-live", args=[run.id])
    assert f'hx-get="{address}" hx-trigger="every 1s"' in page(as_trainer, run)
    part = page(as_trainer, run, "-live")
    assert "<html" not in part
    assert 'id="run-curves" hx-swap-oob="true"' in part
    TrainingRun.objects.update(state=RunState.FAILED, error="disk_full")
    assert as_trainer.get(address)["HX-Refresh"] == "true"
    assert address not in page(as_trainer, run)


def test_a_waiting_run_knows_its_place(as_trainer: Client) -> None:
    running()
    training_run(mode=Mode.TEACH)
    waiting = training_run(mode=Mode.FROM_SCRATCH)
    heartbeats.beat("tests", heartbeats.TRAINER)
    assert "It waits for another run: Fine-tuning from version 1." in page(as_trainer, waiting)


def test_notes_are_shown_as_sentences(as_trainer: Client) -> None:
    note = {"at": "2026-11-21T10:20:00+00:00", "code": "out_of_memory", "batch_size": 16}
    unreadable = {"code": "unreadable_photo", "photos": 3}
    run = running(notes=[note, unreadable, {"code": "what_is_this", "x": "<b>"}])
    text = page(as_trainer, run)
    assert "Memory ran out: from now on 16 photos at once." in text
    assert "3 photos could not be read and were left out." in text
    assert "what_is_this" not in text
    assert "Something else happened" in text


def test_who_waits_without_anybody_at_work_is_told(as_trainer: Client) -> None:
    run = training_run()
    assert "No teacher has been heard" not in page(as_trainer, run)
    TrainingRun.objects.update(created=timezone.now() - timedelta(minutes=1))
    assert "No teacher has been heard" in page(as_trainer, run)
    heartbeats.beat("tests", heartbeats.TEACHER)
    assert "No teacher has been heard" not in page(as_trainer, run)


def test_a_trainer_that_is_gone_is_noticed(as_trainer: Client) -> None:
    run = running()
    TrainingRun.objects.update(created=timezone.now() - timedelta(minutes=1))
    heartbeats.beat("tests", heartbeats.TEACHER)
    assert "No trainer has been heard" in page(as_trainer, run)


def test_cancelling_asks_back_and_then_stops(as_trainer: Client) -> None:
    run = training_run()
    assert "Yes, stop it" in page(as_trainer, run)
    assert post(as_trainer, run, "cancel").state == RunState.CANCELLED
    assert "Yes, stop it" not in page(as_trainer, run)


def test_a_running_run_that_is_being_cancelled_says_so(as_trainer: Client) -> None:
    run = post(as_trainer, running(), "cancel")
    assert run.cancel_asked
    text = page(as_trainer, run)
    assert "Is being cancelled…" in text
    assert "Yes, stop it" not in text


def test_the_best_epoch_of_a_cancelled_run_can_be_kept(
    as_trainer: Client, settings: Settings, tmp_path: Any
) -> None:
    settings.ARK_TRAINING = tmp_path
    run = running(epochs=4, state=RunState.CANCELLED)
    assert "Keep the best epoch" not in page(as_trainer, run), "its files are gone"
    run.folder.mkdir()
    assert "Keep the best epoch so far (4) as a version" in page(as_trainer, run)
    assert post(as_trainer, run, "keep-best").state == RunState.QUEUED


def test_it_tells_why_nothing_can_be_kept(as_trainer: Client) -> None:
    run = running(state=RunState.CANCELLED)
    response = as_trainer.post(reverse("training-run-keep-best", args=[run.id]), follow=True)
    assert "there is nothing to keep" in response.content.decode()


def test_a_failed_run_says_why_and_can_go_on(as_trainer: Client) -> None:
    run = running(state=RunState.FAILED, error="disk_full", finished=timezone.now())
    assert "The disk is full." in page(as_trainer, run)
    assert post(as_trainer, run, "resume").state == RunState.QUEUED


def test_a_run_that_succeeded_shows_its_version(as_trainer: Client) -> None:
    text = page(as_trainer, succeeded())
    assert "Done in 8 s" in text
    assert "Version 2" in text
    assert "95.5 %" in text
    assert "(90.2 – 98.1" in text
    assert "Measured on 120 photos" in text


def test_it_is_compared_and_then_says_what_it_fixes(
    as_trainer: Client, version: ModelVersion
) -> None:
    run = succeeded()
    made = Comparison.objects.create(candidate=run.model_version, baseline=version)
    text = page(as_trainer, run)
    assert "Comparing with version 1" in text
    assert f'hx-get="{reverse("training-run-result", args=[run.id])}"' in text
    made.state, made.findings = Comparison.State.DONE, FINDINGS
    made.save()
    for side, row in (("baseline", version), ("candidate", run.model_version)):
        measured.keep(row, FINDINGS[side], "these photos")
    text = page(as_trainer, run, "-result")
    assert "Comparing with" not in text
    assert "41 fixed</b>" in text
    assert "2 broken</b>" in text
    assert "before: 90.0 %" in text
    assert reverse("training-compare", args=[2, 1]) in text


def test_a_comparison_that_failed_is_not_waited_for(
    as_trainer: Client, version: ModelVersion
) -> None:
    run = succeeded()
    state = Comparison.State.FAILED
    Comparison.objects.create(candidate=run.model_version, baseline=version, state=state)
    text = page(as_trainer, run)
    assert "failed" in text
    assert reverse("training-run-result", args=[run.id]) not in text


def test_settings_that_are_not_the_default_stand_out(as_trainer: Client) -> None:
    run = running(parameters={"epochs": 7, "batch_size": 16, "network_options": {"x": 3}})
    found = as_trainer.get(reverse("training-run", args=[run.id])).context["settings"]
    assert [(setting.name, setting.value) for setting in found if setting.is_changed] == [
        ("Epochs", "7")
    ]


def test_photos_are_shown_as_they_were_frozen(as_trainer: Client) -> None:
    summary = {"labels": {"dog": {"train": 7, "test": 2}, "gone": {"train": 1}}, "unlabelled": 5}
    run = running(dataset=DataSet.objects.create(summary=summary))
    splits = as_trainer.get(reverse("training-run", args=[run.id])).context["splits"]
    rows = [(str(row["label"]), row["train"], row["validation"], row["test"]) for row in splits]
    assert rows == [("Dog", 7, 0, 2), ("gone", 1, 0, 0)]


def test_onlookers_can_do_nothing(as_onlooker: Client) -> None:
    run = training_run()
    text = page(as_onlooker, run)
    assert "Yes, stop it" not in text
    assert reverse("training-launch") not in text
    for what in ("cancel", "resume", "keep-best"):
        address = reverse(f"training-run-{what}", args=[run.id])
        assert as_onlooker.post(address).status_code == 403


def test_an_unknown_run_is_not_found(as_trainer: Client) -> None:
    for part in ("", "-live", "-result"):
        assert as_trainer.get(reverse(f"training-run{part}", args=[uuid4()])).status_code == 404


def test_the_result_of_a_run_without_a_version_is_not_found(as_trainer: Client) -> None:
    address = reverse("training-run-result", args=[running().id])
    assert as_trainer.get(address).status_code == 404
