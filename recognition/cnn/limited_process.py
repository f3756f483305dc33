"""Work on what strangers made, in a process of its own that can take neither all memory nor all
time: `python -m recognition.cnn....`, its arguments in, one line of JSON out. Torch-free.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_MEGABYTE = 1024 * 1024
_SHOWN_CHARACTERS = 500
_CHECKOUT = Path(__file__).parent.parent.parent


class Refused(Exception):
    """What the process found wrong. code: such as "damaged"; detail: for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def run(module: str, arguments: Sequence[str], timeout_s: float, max_mb: int) -> dict[str, Any]:
    """What `main` in this module answers. Raises Refused: with what it refused, or "too_demanding"
    if it took more time or memory than it may have, or ended in another way."""
    command = [sys.executable, "-m", module, str(max_mb), str(int(timeout_s)), *arguments]
    try:
        ended = subprocess.run(
            command,
            cwd=_CHECKOUT,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        raise Refused("too_demanding", f"no answer within {timeout_s:.0f} s") from None
    try:
        answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        last = ended.stderr.decode(errors="replace").strip()[-_SHOWN_CHARACTERS:]
        raise Refused("too_demanding", f"ended with {ended.returncode}: {last}") from None
    if "refused" in answer:
        raise Refused(answer["refused"], answer["detail"])
    return answer


def main(work: Callable[[list[str]], dict[str, Any]]) -> None:
    """In the process: limit it, do the work, print the answer."""
    max_mb, cpu_s, *arguments = sys.argv[1:]
    _limit(int(max_mb), int(cpu_s))
    try:
        answer = work(arguments)
    except Refused as refused:
        answer = {"refused": refused.code, "detail": str(refused)}
    except (MemoryError, RuntimeError) as error:  # torch and OpenVINO say so in a RuntimeError
        traceback.print_exc()
        answer = {"refused": "too_demanding", "detail": str(error)[:_SHOWN_CHARACTERS]}
    print(json.dumps(answer), flush=True)
    os._exit(0)  # the engines' threads need not be waited for


def _limit(max_mb: int, cpu_s: int) -> None:
    """What is mapped from files, such as the libraries, does not count: RLIMIT_AS would count it
    all, and be different on each machine."""
    size_bytes = max_mb * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_DATA, (size_bytes, size_bytes))
    processors = os.cpu_count() or 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s * processors, cpu_s * processors + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
