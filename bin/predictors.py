"""`python bin/predictors.py COMMAND`: a predictor on each GPU or, without GPUs, on each NUMA node.

COMMAND starts one predictor. Where there is but one place for it, this turns into it. Otherwise it
runs on every place, bound to that, with a host name of its own for Celery; one that dies is started
again, and signals to end are passed on. Memory comes from the node whose processors first write to
it, so that it need not be bound. ARK_PREDICTORS, a number, shares the machine among so many.

Nothing of Ark is imported, nor torch: what waits here for days takes a few megabytes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

SYSTEM = Path("/sys/devices/system")
DRIVER = Path("/proc/driver/nvidia/gpus")
RESTART_S = 1.0  # as bin/keep-running
_PASSED_ON = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})
_HEARD = _PASSED_ON | {signal.SIGCHLD}
_UUID = re.compile(r"\(UUID: ((GPU|MIG)-[^)]+)\)")
_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None)


class Place(NamedTuple):
    """Where a predictor runs. gpu: as in CUDA_VISIBLE_DEVICES, "" for none of its own; processors:
    none for all that there are."""

    gpu: str = ""
    processors: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return self.gpu or f"{len(self.processors)} processors from {min(self.processors)} on"


def main(command: list[str]) -> None:
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
    try:
        found = places(os.environ)
    except ValueError as error:
        sys.exit(str(error))
    if len(found) == 1:
        os.execvp(command[0], command)  # noqa: S606
    run(command, found)


def places(environment: Mapping[str, str], system: Path = SYSTEM) -> list[Place]:
    """Raises ValueError."""
    asked = environment.get("ARK_PREDICTORS", "").strip() or "0"
    if not asked.isdecimal():
        raise ValueError(f"ARK_PREDICTORS={asked}: expected a whole number.")
    count = int(asked)
    if count == 1 or not hasattr(os, "sched_getaffinity"):  # elsewhere than on Linux
        return [Place()]
    if gpus := _gpus(environment):
        return [Place(gpu=gpus[number % len(gpus)]) for number in range(count or len(gpus))]
    nodes = _nodes(system)
    if not count:
        return [Place(processors=frozenset(node)) for node in nodes]
    return [Place(processors=part) for part in _cut([*chain(*nodes)], count)]


def run(command: Sequence[str], found: Sequence[Place]) -> None:
    """On all places, until asked to end."""
    # Blocked signals wait until they are asked for, so that none comes at a wrong moment.
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    running = {number: _start(command, number, place) for number, place in enumerate(found)}
    due: set[int] = set()  # to be started again
    is_ending = False
    while running or due:
        heard = signal.sigtimedwait(_HEARD, RESTART_S) if due else signal.sigwaitinfo(_HEARD)
        if heard is None:
            running |= {number: _start(command, number, found[number]) for number in due}
            due.clear()
        elif heard.si_signo in _PASSED_ON:
            is_ending = True
            for process in running.values():
                process.send_signal(heard.si_signo)
        due |= _ended(running)
        if is_ending:
            due.clear()


def _ended(running: dict[int, subprocess.Popen[bytes]]) -> set[int]:
    """Takes out those that have."""
    ended = {number for number, process in running.items() if process.poll() is not None}
    for number in ended:
        code = running.pop(number).returncode
        print(f"predictor {number} ended with code {code}", file=sys.stderr, flush=True)
    return ended


def _start(command: Sequence[str], number: int, place: Place) -> subprocess.Popen[bytes]:
    print(f"INFO predictor {number}: {place}", flush=True)
    return subprocess.Popen(
        [word.replace("@%h", f"-{number}@%h") for word in command],
        env={**os.environ, **({"CUDA_VISIBLE_DEVICES": place.gpu} if place.gpu else {})},
        preexec_fn=partial(_bind, place.processors),
    )


def _bind(processors: Collection[int]) -> None:
    """In the child: it does not outlive its parent, which is started again together with it."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if processors:
        os.sched_setaffinity(0, processors)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)


def _gpus(environment: Mapping[str, str]) -> list[str]:
    """As CUDA_VISIBLE_DEVICES names them, each part of one that is divided (MIG) by itself."""
    if environment.get("ARK_DEVICE") == "cpu" or environment.get("ARK_ENGINE") == "openvino":
        return []
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:  # CUDA sees none from the first that cannot be
        named = [name.strip() for name in visible.split(",")]
        return named[: next((n for n, name in enumerate(named) if name in ("", "-1")), None)]
    # A container sees those of NVIDIA_VISIBLE_DEVICES alone: so do its nvidia-smi and its /proc.
    if program := shutil.which("nvidia-smi"):
        with contextlib.suppress(subprocess.SubprocessError, OSError):  # without a driver
            return _listed(
                subprocess.run(
                    [program, "-L"], capture_output=True, text=True, timeout=60, check=True
                ).stdout
            )
    return [str(number) for number, _ in enumerate(DRIVER.glob("*"))]


def _listed(text: str) -> list[str]:
    """What `nvidia-smi -L` lists: below each GPU stand its parts, if it is divided."""
    found: list[str] = []
    whole = False
    for uuid, kind in _UUID.findall(text):
        if kind == "MIG" and whole:
            found.pop()
        whole = kind == "GPU"
        found.append(uuid)
    return found


def _nodes(system: Path) -> list[list[int]]:
    """The processors of each node that this process may use, those of a core side by side."""
    usable = os.sched_getaffinity(0)  # what a container was given, too
    files = sorted(system.glob("node/node*/cpulist"), key=lambda path: int(path.parent.name[4:]))
    nodes = [usable & _numbers(path.read_text()) for path in files]
    return [
        sorted(node, key=lambda number: (_core(system, number), number))
        for node in [node for node in nodes if node] or [usable]
    ]


def _core(system: Path, number: int) -> int:
    """The first processor of the core that this one is a thread of."""
    siblings = system / f"cpu/cpu{number}/topology/thread_siblings_list"
    return min(_numbers(siblings.read_text())) if siblings.exists() else number


def _numbers(text: str) -> set[int]:
    """Of a list as the kernel writes it: "0-3,8"."""
    found: set[int] = set()
    for part in text.strip().split(","):
        if part:
            first, _, last = part.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def _cut(ordered: Sequence[int], count: int) -> list[frozenset[int]]:
    """In so many parts of about equal size; all of them where there are fewer processors."""
    bounds = [number * len(ordered) // count for number in range(count + 1)]
    parts = [ordered[first:last] for first, last in pairwise(bounds)]
    return [frozenset(part or ordered) for part in parts]


if __name__ == "__main__":
    main(sys.argv[1:])
