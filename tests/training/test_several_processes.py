"""A run of the product whose network is trained by two processes, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recognition.models import ModelVersion, RunState, Split, TrainingEpoch, TrainingRun
from recognition.training import network, runs
from recognition.workers import trainer
from tests.cnn.training.test_distributed import processes_of
from tests.support import drills
from tests.support.files import encoded, picture
from tests.support.instance import wait_until
from tests.training.test_datasets import labelled

pytestmark = [
    drills.only_long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1200),
]


@pytest.fixture
def of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with two GPUs."""
    write_job = network.write_job

    def write(run: TrainingRun) -> None:
        write_job(run)
        path = run.folder / "job.json"
        job: dict[str, Any] = json.loads(path.read_text())
        path.write_text(json.dumps({**job, "processes": 2, "device": "cpu", "threads": 1}))

    monkeypatch.setattr(network, "write_job", write)


def test_a_run_goes_on_when_one_of_its_processes_is_killed(
    uploader: User, live_version: ModelVersion, of_two: None
) -> None:
    for seed, slug in enumerate(("dog", "cat")):
        for split in Split:
            photo = labelled(uploader, slug, split)
            photo.original_path.write_bytes(encoded(picture(seed=seed)))
    asked = {"epochs": 60, "patience": 0}
    run = runs.launch(uploader, "from_scratch", network="lenet5", parameters=asked)
    killer = threading.Thread(target=_kill_one, args=(run,))
    killer.start()
    trainer.train_pending()
    killer.join()
    run.refresh_from_db()
    assert (run.state, run.error, run.attempts) == (RunState.SUCCEEDED, "", 1)
    assert [note["code"] for note in run.notes if note["code"] == "resumed"] == ["resumed"]
    numbers = TrainingEpoch.objects.filter(run=run).order_by("number")
    assert list(numbers.values_list("number", flat=True)) == list(range(1, 61))


def _kill_one(run: TrainingRun) -> None:
    wait_until((run.folder / "checkpoint.safetensors").exists)
    (torchrun,) = [int(pid) for pid in _children(os.getpid()) if processes_of(int(pid))]
    os.kill(processes_of(torchrun)[0], signal.SIGKILL)  # the one that tells and saves
    connection.close()


def _children(pid: int) -> list[str]:
    """Each thread has children of its own."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [child for task in tasks for child in task.read_text().split()]
