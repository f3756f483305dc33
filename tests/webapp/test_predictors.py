"""bin/predictors.py: where predictors run, and that they are started, kept and ended there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bin import predictors
from bin.predictors import Place, places
from tests.support.instance import wait_until
from webapp.home import BASE_DIR

NOTES_WHERE_IT_RUNS = """
import json, os, signal, sys, time
fields = {
    "pid": os.getpid(),
    "processors": sorted(os.sched_getaffinity(0)),
    "gpu": os.environ.get("CUDA_VISIBLE_DEVICES"),
    "host": sys.argv[2],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
}
def end(number, frame):
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
with open(sys.argv[1], "a") as file:
    file.write(json.dumps(fields) + chr(10))
time.sleep(600)
"""
RUNS = """
import os, sys
from pathlib import Path
from bin import predictors
found = predictors.places(os.environ, Path(sys.argv[1]))
predictors.run(sys.argv[2:], found)
"""
DRIVER_SAYS = """
GPU 0: NVIDIA A100 (UUID: GPU-aaaa)
  MIG 3g.20gb     Device  0: (UUID: MIG-1111)
  MIG 3g.20gb     Device  1: (UUID: MIG-2222)
GPU 1: NVIDIA A100 (UUID: GPU-bbbb)
"""


def machine(folder: Path, *nodes: str, cores: tuple[str, ...] = ()) -> Path:
    """A made-up /sys/devices/system. cores: the processors of each."""
    for number, processors in enumerate(nodes):
        (folder / f"node/node{number}").mkdir(parents=True)
        (folder / f"node/node{number}/cpulist").write_text(f"{processors}\n")
    for core in cores:
        for number in predictors._numbers(core):
            (folder / f"cpu/cpu{number}/topology").mkdir(parents=True)
            (folder / f"cpu/cpu{number}/topology/thread_siblings_list").write_text(f"{core}\n")
    return folder


@pytest.fixture(autouse=True)
def without_gpus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(predictors, "DRIVER", tmp_path / "no driver")


@pytest.fixture
def of_sixteen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))


def bound_to(found: list[Place]) -> list[set[int]]:
    return [set(place.processors) for place in found]


def test_one_node_has_one_predictor(of_sixteen: None, tmp_path: Path) -> None:
    assert len(places({}, machine(tmp_path, "0-15"))) == 1


def test_a_kernel_that_tells_of_no_nodes_has_one_predictor(
    of_sixteen: None, tmp_path: Path
) -> None:
    assert len(places({}, tmp_path)) == 1


def test_each_node_has_a_predictor_on_its_own_processors(of_sixteen: None, tmp_path: Path) -> None:
    found = places({}, machine(tmp_path, "0-3,8-11", "4-7,12-15", ""))  # the third is memory alone
    assert bound_to(found) == [{0, 1, 2, 3, 8, 9, 10, 11}, {4, 5, 6, 7, 12, 13, 14, 15}]


def test_processors_that_were_not_given_to_ark_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 3, 9})
    assert bound_to(places({}, machine(tmp_path, "0-3", "4-7", "8-11"))) == [{2, 3}, {9}]


def test_a_number_shares_the_machine_out_without_dividing_a_core(
    of_sixteen: None, tmp_path: Path
) -> None:
    cores = tuple(f"{number},{number + 8}" for number in range(8))
    found = places({"ARK_PREDICTORS": "2"}, machine(tmp_path, "0-15", cores=cores))
    assert bound_to(found) == [{0, 1, 2, 3, 8, 9, 10, 11}, {4, 5, 6, 7, 12, 13, 14, 15}]


def test_one_is_bound_to_nothing(of_sixteen: None, tmp_path: Path) -> None:
    assert places({"ARK_PREDICTORS": "1"}, machine(tmp_path, "0-7", "8-15")) == [Place()]


def test_more_than_there_are_processors_share_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert bound_to(places({"ARK_PREDICTORS": "2"}, machine(tmp_path, "0"))) == [{0}, {0}]


@pytest.mark.parametrize("asked", ["-1", "many", "1.5"])
def test_a_number_that_makes_no_sense_is_refused(asked: str) -> None:
    with pytest.raises(ValueError, match="ARK_PREDICTORS"):
        places({"ARK_PREDICTORS": asked})


def test_each_gpu_has_a_predictor_and_each_part_of_one_that_is_divided(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n[ $1 = -L ] && echo '{DRIVER_SAYS}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [place.gpu for place in places({})] == ["MIG-1111", "MIG-2222", "GPU-bbbb"]


def test_a_driver_without_its_program_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for address in ("0000:17:00.0", "0000:65:00.0"):
        (tmp_path / "gpus" / address).mkdir(parents=True)
    monkeypatch.setattr(predictors, "DRIVER", tmp_path / "gpus")
    assert [place.gpu for place in places({})] == ["0", "1"]


@pytest.mark.parametrize(
    ("visible", "gpus"),
    [("0,2", ["0", "2"]), ("GPU-aaaa, GPU-bbbb", ["GPU-aaaa", "GPU-bbbb"]), ("1,-1,2", ["1"])],
)
def test_the_gpus_that_cuda_may_see_are_taken(visible: str, gpus: list[str]) -> None:
    assert [place.gpu for place in places({"CUDA_VISIBLE_DEVICES": visible})] == gpus


@pytest.mark.parametrize(
    "without",
    [
        {"CUDA_VISIBLE_DEVICES": ""},
        {"CUDA_VISIBLE_DEVICES": "0,1", "ARK_DEVICE": "cpu"},
        {"CUDA_VISIBLE_DEVICES": "0,1", "ARK_ENGINE": "openvino"},
    ],
)
def test_where_gpus_are_not_used_nodes_count(
    of_sixteen: None, tmp_path: Path, without: dict[str, str]
) -> None:
    found = places(without, machine(tmp_path, "0-7", "8-15"))
    assert [(place.gpu, len(place.processors)) for place in found] == [("", 8), ("", 8)]


def test_several_share_a_gpu_where_somebody_wants_that() -> None:
    found = places({"CUDA_VISIBLE_DEVICES": "0,1", "ARK_PREDICTORS": "4"})
    assert [place.gpu for place in found] == ["0", "1", "0", "1"]


def test_where_there_is_one_place_it_is_the_predictor_itself(tmp_path: Path) -> None:
    program = "import os, sys; print(os.getpid(), sys.argv[1])"
    process = subprocess.Popen(
        [sys.executable, "bin/predictors.py", sys.executable, "-c", program, "predictor@%h"],
        cwd=BASE_DIR,
        env={**os.environ, "ARK_PREDICTORS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    said, _ = process.communicate()
    assert said.split() == [str(process.pid), "predictor@%h"]


class Running:
    """Made-up predictors on a machine of two nodes, in a process group of their own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.notes = folder / "notes"
        self.notes.touch()
        system = machine(folder / "system", "0", "1")
        command = [sys.executable, "-c", NOTES_WHERE_IT_RUNS, str(self.notes), "predictor@%h"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNS, str(system), *command],
            cwd=BASE_DIR,
            env={**os.environ, **environment},
            start_new_session=True,
        )

    @property
    def started(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.notes.read_text().splitlines()]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    yield from _running(tmp_path)


@pytest.fixture
def on_gpus(tmp_path: Path) -> Iterator[Running]:
    yield from _running(tmp_path, CUDA_VISIBLE_DEVICES="3,GPU-aaaa")


def _running(folder: Path, **environment: str) -> Iterator[Running]:
    running = Running(folder, **environment)
    wait_until(lambda: len(running.started) == 2)
    yield running
    if running.process.poll() is None:
        os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()


two_processors = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or not {0, 1} <= os.sched_getaffinity(0),
    reason="needs processors 0 and 1",
)


@two_processors
def test_each_runs_on_its_own_node_with_a_name_of_its_own(running: Running) -> None:
    where = sorted((each["processors"], each["host"], each["gpu"]) for each in running.started)
    assert where == [([0], "predictor-0@%h", None), ([1], "predictor-1@%h", None)]
    assert [each["blocked"] for each in running.started] == [[], []]


def test_each_sees_its_own_gpu_alone(on_gpus: Running) -> None:
    assert {(each["gpu"], each["host"]) for each in on_gpus.started} == {
        ("3", "predictor-0@%h"),
        ("GPU-aaaa", "predictor-1@%h"),
    }


@two_processors
def test_one_that_dies_is_started_again_in_its_place(running: Running) -> None:
    victim = next(each for each in running.started if each["processors"] == [1])
    os.kill(victim["pid"], signal.SIGKILL)
    wait_until(lambda: len(running.started) == 3)
    assert running.started[-1]["processors"] == [1]
    assert running.process.poll() is None


@two_processors
@pytest.mark.parametrize("to", ["the parent alone", "all"])
def test_a_signal_to_end_reaches_all(running: Running, to: str) -> None:
    send = os.kill if to == "the parent alone" else os.killpg
    send(running.process.pid, signal.SIGTERM)
    assert running.process.wait(timeout=120) == 0
    assert len(running.started) == 2
    assert not any(Path(f"/proc/{each['pid']}").exists() for each in running.started)


@two_processors
def test_none_is_left_alone_when_the_parent_is_killed(running: Running) -> None:
    running.process.kill()
    running.process.wait()
    wait_until(lambda: not any(map(_is_alive, [each["pid"] for each in running.started])))


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
