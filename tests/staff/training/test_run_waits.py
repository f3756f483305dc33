"""A queued run says what it waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.core import heartbeats, jobs
from recognition.models import Comparison, Job, Mode, ModelVersion, RunState, TrainingRun
from recognition.staff import teachers_work
from recognition.staff.training import launch_summary
from recognition.staff.training.run_waits import waits_for
from recognition.versions.registry import register
from tests.support.rows import manifest, training_run

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def _at_work() -> None:
    for part in (heartbeats.TEACHER, heartbeats.TRAINER):
        heartbeats.beat("tests", part)


def old(**fields: Any) -> TrainingRun:
    """Queued long enough for somebody to have woken up."""
    run = training_run(**fields)
    TrainingRun.objects.filter(id=run.id).update(created=timezone.now() - timedelta(minutes=1))
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("mode", "words"), [(Mode.TEACH, "the teacher"), (Mode.FINE_TUNE, "the trainer")]
)
def test_without_anybody_at_work_it_says_who_is_not_running(mode: Mode, words: str) -> None:
    assert waits_for(old(mode=mode)) == f"It waits for {words}, which is not running."


@pytest.mark.usefixtures("_at_work")
def test_it_names_the_run_that_is_worked_on_and_counts_those_before_it() -> None:
    training_run(mode=Mode.FINE_TUNE, state=RunState.RUNNING)
    training_run(mode=Mode.FINE_TUNE)
    training_run(mode=Mode.TEACH, state=RunState.RUNNING)
    run = training_run(mode=Mode.FINE_TUNE)
    with patch.object(launch_summary, "has_graphics_card", return_value=False):
        assert waits_for(run) == (
            "It waits for another run: Fine-tuning from version 1. 1 run is before it."
        )
    with patch.object(launch_summary, "has_graphics_card", return_value=True):
        assert "the graphics card, which is busy with another run" in waits_for(run)


@pytest.mark.usefixtures("_at_work")
def test_it_names_what_else_the_teacher_does(version: ModelVersion, uploader: User) -> None:
    run = training_run(mode=Mode.TEACH)
    assert waits_for(run) == "It begins within seconds."
    job = jobs.ask(Job.Kind.STORAGE_CHECK, uploader)
    Job.objects.filter(id=job.id).update(state=RunState.RUNNING)
    assert "which is busy: Storage check." in waits_for(run)
    running = Comparison.State.RUNNING
    Comparison.objects.create(candidate=register(2, manifest()), baseline=version, state=running)
    assert "busy: version 2 is compared with version 1." in waits_for(run)


@pytest.mark.usefixtures("_at_work")
def test_a_comparison_waits_for_teaching(version: ModelVersion) -> None:
    queued = Comparison.objects.create(candidate=register(2, manifest()), baseline=version)
    assert teachers_work.comparison_waits_for(queued) == "It begins within seconds."
    training_run(mode=Mode.TEACH, state=RunState.RUNNING)
    assert "a version is being taught" in teachers_work.comparison_waits_for(queued)


def test_what_is_not_queued_waits_for_nothing() -> None:
    assert waits_for(training_run(state=RunState.RUNNING)) == ""
