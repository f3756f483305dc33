"""Training in real processes, which are killed, ended and left alone."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from recognition.cnn.manifest import verify
from recognition.cnn.training.job import CannotTrain, read_job
from tests.support.instance import wait_until
from tests.support.training_jobs import events, launch, sha256_of_weights, wait_for, write_job

Photos = list[tuple[Path, str, str]]

ENDLESS = {"epochs": 1000, "patience": 0}


def test_a_killed_run_resumes_and_ends_with_the_same_weights(
    tmp_path: Path, digits: Photos
) -> None:
    options = {"epochs": 3, "batch_size": 16}
    whole = write_job(tmp_path / "whole", digits[:300], parameters=options)
    broken = write_job(tmp_path / "broken", digits[:300], parameters=options)
    undisturbed = launch(whole)
    victim = launch(broken)
    wait_for(victim, "epoch")
    wait_for(victim, "epoch")  # now the first one's checkpoint is there
    victim.kill()
    victim.wait()
    resumed = launch(broken)
    notes = [message["code"] for message in events(resumed) if message["event"] == "note"]
    assert notes == ["resumed"]
    assert resumed.wait() == 0
    assert [e["number"] for e in events(undisturbed) if e["event"] == "epoch"] == [1, 2, 3]
    assert undisturbed.wait() == 0
    assert sha256_of_weights(broken) == sha256_of_weights(whole)


def test_told_to_end_it_ends(tmp_path: Path, digits: Photos) -> None:
    process = launch(write_job(tmp_path / "run", digits[:100], parameters=ENDLESS))
    wait_for(process, "epoch")
    process.terminate()
    assert process.wait() == -signal.SIGTERM  # a thousand epochs would not end


def test_it_dies_with_the_process_that_started_it(tmp_path: Path, digits: Photos) -> None:
    folder = write_job(tmp_path / "run", digits[:100], parameters=ENDLESS)
    program = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "recognition.cnn.training", sys.argv[1]])
print(child.pid, flush=True)
child.wait()
"""
    command = [sys.executable, "-c", program, str(folder)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    wait_for(parent, "stage")
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_alive(pid))


def test_asked_to_finish_it_keeps_the_best_epoch(tmp_path: Path, digits: Photos) -> None:
    folder = write_job(tmp_path / "run", digits[:100], parameters=ENDLESS)
    process = launch(folder)
    wait_for(process, "epoch")
    (folder / "finish-now").touch()
    list(events(process))
    assert process.wait() == 0
    training = verify(folder / "result").training
    assert 1 <= training["best_epoch"] <= training["epochs"] < 1000


def test_a_full_disk_is_said_so(tmp_path: Path, digits: Photos) -> None:
    """From then on no file may become larger than 100 kB; checkpoints are."""
    folder = write_job(tmp_path / "run", digits[:40], parameters=ENDLESS)
    process = launch(folder)
    wait_for(process, "epoch")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
    *_, last = events(process)
    assert (last["event"], last["code"]) == ("error", "disk_full")
    assert process.wait() == 1
    assert not list(folder.glob("*.tmp"))


@pytest.mark.parametrize("field", ["mode", "labels", "parameters"])
def test_a_job_that_makes_no_sense_cannot_be_read(tmp_path: Path, field: str) -> None:
    with pytest.raises(CannotTrain) as refused:
        read_job(_spoilt(tmp_path / "run", field))
    assert refused.value.code == "bad_job"


def test_a_job_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    process = launch(_spoilt(tmp_path / "run", "mode"))
    (message,) = events(process)
    assert (message["event"], message["code"]) == ("error", "bad_job")
    assert process.wait() == 1


def _spoilt(folder: Path, field: str) -> Path:
    written = write_job(folder, []) / "job.json"
    written.write_text(json.dumps({**json.loads(written.read_text()), field: 1}))
    return folder


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
