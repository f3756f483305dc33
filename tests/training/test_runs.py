"""Runs are launched, cancelled and taken up again."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import TestCase

from recognition.core import redis_client
from recognition.models import DataSet, Mode, ModelVersion, RunState, TrainingRun
from recognition.training import runs
from recognition.training.failures import CannotTrain
from tests.support.rows import training_run
from tests.training.test_datasets import labelled

CANCELLED, FAILED, QUEUED = RunState.CANCELLED, RunState.FAILED, RunState.QUEUED

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def photos(uploader: User, version: ModelVersion) -> None:
    labelled(uploader, "dog")
    labelled(uploader, "car")


@pytest.mark.usefixtures("photos")
def test_teaching_starts_from_the_live_version(reviewer: User, version: ModelVersion) -> None:
    run = runs.launch(reviewer, "teach")
    assert (run.state, run.parent, run.network, run.by) == (QUEUED, version, "lite0", reviewer)
    assert run.parameters == {"seed": 0}
    assert run.dataset.examples.count() == 2


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(("mode", "queue"), [("teach", "teach"), ("fine_tune", "train")])
def test_whoever_does_it_is_woken(mode: str, queue: str) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        runs.launch(None, mode)
    assert redis_client.connection().llen(queue) == 1


@pytest.mark.usefixtures("photos")
def test_from_scratch_there_is_no_version_to_start_from(version: ModelVersion) -> None:
    run = runs.launch(None, "from_scratch", parent=version, network="lenet5")
    assert (run.parent, run.network) == (None, "lenet5")
    assert run.parameters["network_options"] == {}


def test_runs_can_share_a_data_set(version: ModelVersion) -> None:
    dataset = DataSet.objects.create()
    first, second = (runs.launch(None, "teach", dataset=dataset) for _ in range(2))
    assert first.dataset == second.dataset == dataset


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"mode": "guess"}, "unknown_mode"),
        ({"mode": "from_scratch", "network": "skynet"}, "unknown_network"),
        ({"mode": "teach", "parameters": {"speed": 3}}, "wrong_parameter"),
        ({"mode": "fine_tune", "parameters": {"epochs": 0}}, "wrong_parameter"),
        (
            {"mode": "from_scratch", "network": "lenet5", "network_options": {"wings": 2}},
            "wrong_parameter",
        ),
    ],
)
def test_what_cannot_be_is_refused(asked: dict, code: str) -> None:
    with pytest.raises(CannotTrain, match=code) as refusal:
        runs.launch(None, **asked)
    assert refusal.value.detail
    assert not TrainingRun.objects.exists()
    assert not DataSet.objects.exists()


def test_a_queued_run_is_cancelled_at_once() -> None:
    run = training_run()
    runs.cancel(run)
    assert (run.state, bool(run.cancel_asked)) == (CANCELLED, True)


def test_of_a_running_run_it_is_asked() -> None:
    run = training_run(state=RunState.RUNNING)
    runs.cancel(run)
    asked = run.cancel_asked
    runs.cancel(run)
    assert (run.state, run.cancel_asked) == (RunState.RUNNING, asked)
    assert bool(run.cancel_asked)


def test_a_run_that_is_over_is_not_cancelled() -> None:
    run = training_run(state=RunState.SUCCEEDED)
    runs.cancel(run)
    assert (run.state, bool(run.cancel_asked)) == (RunState.SUCCEEDED, False)


@pytest.mark.parametrize("state", [CANCELLED, FAILED])
def test_a_run_that_did_not_succeed_is_resumed(state: RunState) -> None:
    run = training_run(state=state, error="disk_full", error_detail="x", attempts=3)
    runs.resume(run)
    assert (run.state, run.error, run.error_detail, run.attempts) == (QUEUED, "", "", 0)
    runs.resume(run)
    assert run.state == QUEUED


def test_a_run_that_succeeded_is_not_resumed() -> None:
    run = training_run(state=RunState.SUCCEEDED)
    with pytest.raises(CannotTrain, match="not_resumable"):
        runs.resume(run)


def test_the_best_epoch_of_a_cancelled_run_is_kept() -> None:
    run = training_run(epochs=2, mode=Mode.FINE_TUNE, state=CANCELLED)
    run.folder.mkdir(parents=True)
    runs.keep_best(run)
    assert run.state == QUEUED
    assert (run.folder / runs.FINISH_NOW).exists()


def test_resumed_after_all_it_trains_on() -> None:
    run = training_run(epochs=2, mode=Mode.FINE_TUNE, state=CANCELLED)
    run.folder.mkdir(parents=True)
    runs.keep_best(run)
    runs.cancel(run)
    runs.resume(run)
    assert not (run.folder / runs.FINISH_NOW).exists()


def test_without_an_epoch_there_is_nothing_to_keep() -> None:
    run = training_run(mode=Mode.FINE_TUNE, state=CANCELLED)
    run.folder.mkdir(parents=True)
    with pytest.raises(CannotTrain, match="nothing_yet"):
        runs.keep_best(run)
    assert run.state == CANCELLED
