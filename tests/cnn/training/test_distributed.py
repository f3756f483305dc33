"""One network trained by two processes: torchrun and gloo, on processors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.cnn.training.test_drills import is_alive
from tests.support import drills
from tests.support.instance import wait_until
from tests.support.training_jobs import (
    events,
    label,
    launch,
    wait_for,
    write_job,
)

Photos = list[tuple[Path, str, str]]
Start = Callable[[Path], subprocess.Popen[str]]

pytestmark = pytest.mark.timeout(1200)  # two processes and torchrun load torch, again and again

TWO = {"processes": 2, "longest_wait_s": 60.0}
# 145 photos to learn from: the last batch has one, of which the second process has no share.
OPTIONS = {"epochs": 12, "patience": 0, "batch_size": 16, "learning_rate": 1e-3}
ENDLESS = {"epochs": 1000, "patience": 0}
# Sums of floats come out otherwise in another order, and AdamW makes that larger.
TOLERANCE = 0.02


@pytest.fixture(scope="module")
def some(digits: Photos) -> Photos:
    learnt = [photo for photo in digits if photo[2] == "train"][:145]
    return [*learnt, *(photo for photo in digits[:200] if photo[2] != "train")]


@pytest.fixture(scope="module")
def by_one(some: Photos, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(write_job(tmp_path_factory.mktemp("one") / "run", some, parameters=OPTIONS))


@pytest.fixture(scope="module")
def by_two(some: Photos, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "run"
    return trained(write_job(folder, some, parameters=OPTIONS, **TWO))


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts runs, of which none is left after the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> subprocess.Popen[str]:
        processes.append(launch(folder))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def wait_until_resumed(process: subprocess.Popen[str]) -> None:
    while wait_for(process, "note")["code"] != "resumed":
        pass


def trained(folder: Path) -> Path:
    """Its events are in a file of the folder."""
    process = launch(folder)
    (folder / "events.json").write_text(json.dumps(list(events(process))))
    assert process.wait() == 0
    return folder


def said(folder: Path, event: str) -> list[dict[str, Any]]:
    return [
        each for each in json.loads((folder / "events.json").read_text()) if each["event"] == event
    ]


def difference(folder: Path, other: Path) -> float:
    """The largest of a layer after the last epoch, relative to its weights. Of two epochs that are
    nearly as good either may be the best."""
    ours, theirs = (load_file(each / "checkpoint.safetensors") for each in (folder, other))
    assert ours.keys() == theirs.keys()
    return max(
        float((ours[name] - theirs[name]).norm() / ours[name].norm())
        for name in ours
        if name.startswith(("model.", "average."))
    )


def processes_of(pid: int) -> dict[int, int]:
    """Those that torchrun has started, by rank."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        variables = dict(line.split(b"=", 1) for line in environment if b"=" in line)
        if b"RANK" in variables:
            found[int(variables[b"RANK"])] = int(child)
    return found


def test_two_processes_learn_what_one_learns(by_one: Path, by_two: Path) -> None:
    assert difference(by_one, by_two) < TOLERANCE


def test_what_is_told_is_of_all_processes_and_told_once(by_one: Path, by_two: Path) -> None:
    one, two = said(by_one, "epoch"), said(by_two, "epoch")
    assert [epoch["number"] for epoch in two] == list(range(1, 13))
    for name in ("train_loss", "validation_loss"):
        assert [epoch[name] for epoch in two] == pytest.approx([epoch[name] for epoch in one], 0.02)


@drills.only_long
def test_a_fine_tuned_network_is_the_same_too(tmp_path: Path, some: Photos, by_one: Path) -> None:
    """With photos that nobody has labelled, which hold what the parent knows."""
    unlabelled = [(path, "", split) for path, _, split in some if split == "train"][:40]
    fields = {
        "mode": "fine_tune",
        "parameters": {**OPTIONS, "epochs": 3},
        "parent": str(by_one / "result"),
        "parent_sha256": "abc",
        "labels": [label(f"digit-{digit}") for digit in range(10)],
    }
    one, two = (
        trained(write_job(tmp_path / name, [*some[40:], *unlabelled], **fields, **how))
        for name, how in (("one", {}), ("two", TWO))
    )
    assert difference(one, two) < TOLERANCE


@drills.only_long
def test_when_one_is_killed_the_run_goes_on_and_ends_as_if_nothing_had_happened(
    tmp_path: Path, some: Photos, by_two: Path, started: Start
) -> None:
    folder = write_job(tmp_path / "run", some, parameters=OPTIONS, **TWO)
    process = started(folder)
    wait_for(process, "epoch")
    wait_until((folder / "checkpoint.safetensors").exists)
    os.kill(processes_of(process.pid)[1], signal.SIGKILL)
    later = list(events(process))
    assert process.wait() == 0
    assert "resumed" in [each["code"] for each in later if each["event"] == "note"]
    assert [each for each in later if each["event"] == "error"] == []
    assert difference(folder, by_two) < TOLERANCE


@drills.only_long
def test_one_that_hangs_is_noticed_and_none_is_left_when_torchrun_is_killed(
    tmp_path: Path, some: Photos, started: Start
) -> None:
    """torchrun gives the one that hangs half a minute to end, then kills it."""
    waits = {**TWO, "longest_wait_s": 10.0}
    process = started(write_job(tmp_path / "run", some[:60], parameters=ENDLESS, **waits))
    wait_for(process, "epoch")
    wait_for(process, "epoch")
    victim = processes_of(process.pid)[1]
    os.kill(victim, signal.SIGSTOP)
    wait_until_resumed(process)
    assert not is_alive(victim)
    ranks = processes_of(process.pid)
    process.kill()
    process.wait()
    assert ranks.keys() == {0, 1}
    wait_until(lambda: not any(map(is_alive, ranks.values())))


@drills.only_long
def test_what_cannot_end_well_is_not_tried_again(
    tmp_path: Path, some: Photos, started: Start
) -> None:
    folder = write_job(tmp_path / "run", some[:60], parameters=OPTIONS, **TWO)
    (folder / "finish-now").touch()  # before there is an epoch to keep
    process = started(folder)
    told = [each["code"] for each in events(process) if each["event"] == "error"]
    assert told == ["nothing_yet"]
    assert process.wait() != 0
