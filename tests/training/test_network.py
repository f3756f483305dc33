"""A run in a process of its own: listened to, cancelled, killed, out of memory."""

from __future__ import annotations

import csv
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recognition.core import process
from recognition.models import Label, Mode, ModelVersion, RunState, Split, TrainingRun
from recognition.training import runs, subprocess
from recognition.training.executor import execute
from recognition.training.network import MAX_RETRIES, write_job, write_photos
from recognition.training.watch import Watch, claim
from recognition.workers import trainer
from tests.training.test_datasets import labelled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(uploader: User, live_version: ModelVersion) -> TrainingRun:
    """A network with two labels, and one more of which there is only a photo to test with."""
    for slug in ("dog", "cat"):
        for split in Split:
            labelled(uploader, slug, split)
    labelled(uploader, "bus", Split.TEST)
    return runs.launch(uploader, "from_scratch", network="lenet5", parameters={"batch_size": 8})


@pytest.fixture
def carried_out(
    run: TrainingRun, network: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], TrainingRun]:
    """Lets the trainer work on a subprocess that does what it is given."""
    monkeypatch.setattr(subprocess, "_MODULE", "tests.support.fake_trainer")
    monkeypatch.setenv("FAKE_RESULT", str(network))

    def execute(what: str) -> TrainingRun:
        monkeypatch.setenv("FAKE_TRAINER", what)
        trainer.train_pending()
        run.refresh_from_db()
        return run

    return execute


def starts(run: TrainingRun) -> int:
    return len((run.folder / "starts").read_text())


def when_started(run: TrainingRun, act: Callable[[], None]) -> threading.Thread:
    def wait_and_act() -> None:
        while not (run.folder / "starts").exists():
            time.sleep(0.05)
        act()
        connection.close()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


def test_the_job_allows_photos_as_large_as_uploads(run: TrainingRun, settings: Any) -> None:
    settings.ARK_MAX_PIXELS = 400_000_000
    run.folder.mkdir(parents=True)
    write_job(run)
    assert json.loads((run.folder / "job.json").read_text())["max_pixels"] == 400_000_000


def test_the_job_says_what_to_train(run: TrainingRun) -> None:
    run.folder.mkdir(parents=True)
    write_job(run)
    job = json.loads((run.folder / "job.json").read_text())
    assert (job["mode"], job["network"], job["parent"]) == ("from_scratch", "lenet5", None)
    assert [label["slug"] for label in job["labels"]] == ["cat", "dog"]
    assert job["parameters"]["batch_size"] == 8
    assert "network_options" not in job["parameters"]
    assert job["training"]["photos"]["train"] == 2
    assert job["training"]["fingerprint"] == run.dataset.fingerprint


def test_a_fine_tuned_network_knows_its_parents_labels_first(
    uploader: User, run: TrainingRun, live_version: ModelVersion
) -> None:
    Label.objects.create(slug="digger", name_en="Digger", name_zh="挖", kind="vehicle")
    labelled(uploader, "digger")
    tuned = runs.launch(uploader, "fine_tune")
    slugs = [label["slug"] for label in tuned.labels]
    assert slugs == [*live_version.labels, "digger"]


def test_photos_whose_label_it_will_not_know_stay_out(run: TrainingRun) -> None:
    run.folder.mkdir(parents=True)
    write_photos(run)
    with (run.folder / "photos.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 6
    assert {row["label"] for row in rows} == {"dog", "cat"}
    assert all(Path(row["path"]).is_file() for row in rows)


def test_what_the_process_says_is_written_down(
    carried_out: Callable[[str], TrainingRun], live_version: ModelVersion
) -> None:
    run = carried_out("trains")
    assert (run.state, run.model_version) == (RunState.SUCCEEDED, live_version)
    assert [epoch.validation_accuracy for epoch in run.epochs.all()] == [0.9, 0.8]
    assert run.score == 0.9
    [note] = run.notes
    assert (note["code"], note["photos"]) == ("unreadable_photo", 1)
    assert not run.folder.exists()


def test_a_cancelled_run_stops_and_keeps_its_checkpoints(
    run: TrainingRun, carried_out: Callable[[str], TrainingRun]
) -> None:
    thread = when_started(run, lambda: runs.cancel(run))
    assert carried_out("sleeps").state == RunState.CANCELLED
    thread.join()
    assert run.folder.is_dir()


def test_the_trainer_that_is_asked_to_end_gives_the_run_back(
    run: TrainingRun,
    carried_out: Callable[[str], TrainingRun],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "end_now", Mock(side_effect=SystemExit))
    before = signal.getsignal(signal.SIGTERM)
    when_started(run, lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        with pytest.raises(SystemExit):
            carried_out("sleeps at first")
    finally:
        signal.signal(signal.SIGTERM, before)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease_owner) == (RunState.QUEUED, 0, "")
    assert carried_out("sleeps at first").state == RunState.SUCCEEDED


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite ends the statement first")
def test_so_does_one_that_is_asked_in_the_middle_of_a_statement(run: TrainingRun) -> None:
    def work(run: TrainingRun, watch: Watch) -> Path:
        connection.ensure_connection()
        connection.connection.pgconn.send_query(b"SELECT 1")  # the answer is on its way
        raise SystemExit

    claimed = claim((Mode.FROM_SCRATCH,))
    assert claimed == run
    with pytest.raises(SystemExit):
        execute(claimed, work)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease_owner) == (RunState.QUEUED, 0, "")


def test_a_killed_process_is_started_again(carried_out: Callable[[str], TrainingRun]) -> None:
    run = carried_out("is killed at first")
    assert run.state == RunState.SUCCEEDED
    assert run.notes[0]["code"] in ("crashed", "out_of_memory")


def test_a_process_that_is_always_killed_is_given_up(
    carried_out: Callable[[str], TrainingRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "_oom_kills", lambda: 0)
    run = carried_out("is killed")
    assert (run.state, run.error) == (RunState.FAILED, "crashed")
    assert starts(run) == 1 + MAX_RETRIES


def test_want_of_memory_is_met_with_smaller_micro_batches(
    carried_out: Callable[[str], TrainingRun],
) -> None:
    run = carried_out("lacks memory")
    assert (run.state, run.error) == (RunState.FAILED, "out_of_memory")
    assert [note["batch_size"] for note in run.notes] == [4, 2]
    assert run.parameters["batch_size"] == 8


def test_a_process_killed_by_the_kernel_lacked_memory(
    carried_out: Callable[[str], TrainingRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter(range(100))
    monkeypatch.setattr(subprocess, "_oom_kills", lambda: next(counts))
    run = carried_out("is killed at first")
    assert run.state == RunState.SUCCEEDED
    assert (run.notes[0]["code"], run.notes[0]["batch_size"]) == ("out_of_memory", 4)


def test_a_full_disk_fails_the_run_which_can_be_resumed(
    carried_out: Callable[[str], TrainingRun],
) -> None:
    run = carried_out("has no space")
    assert (run.state, run.error, run.error_detail) == (RunState.FAILED, "disk_full", "checkpoint")
    assert starts(run) == 1
    runs.resume(run)
    assert carried_out("trains").state == RunState.SUCCEEDED
    assert (run.error, run.error_detail) == ("", "")


def test_a_bug_shows_the_end_of_the_log(carried_out: Callable[[str], TrainingRun]) -> None:
    run = carried_out("has a bug")
    assert (run.state, run.error) == (RunState.FAILED, "bug")
    assert "a traceback" in run.error_detail


def test_a_damaged_parent_is_said_so(uploader: User, version: ModelVersion) -> None:
    labelled(uploader, "dog")
    ModelVersion.objects.update(number=77)  # whose folder is not there
    run = runs.launch(uploader, "fine_tune")
    trainer.train_pending()
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "corrupt_parent")
