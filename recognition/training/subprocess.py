"""The subprocess that trains a network: started, its events read, ended.

What kills it, such as a lack of memory, leaves the trainer alive; all its memory goes back to the
system when it ends; and the trainer never loads torch.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MODULE = "recognition.cnn.training"
_PR_SET_PDEATHSIG = 1  # prctl(2)
_ENDS_WITHIN_S = 1.0
_LAST_LINES, _TAIL = 50, 2000  # lines, characters
_libc = ctypes.CDLL(None)


class TrainingProcess:
    """Trains in a folder. Its events are JSON lines on stdout; stderr goes to a log there."""

    def __init__(self, folder: Path) -> None:
        self._log_path = folder / "log.txt"
        self._oom_kills = _oom_kills()
        self._asked_to_end = False
        self._stderr: deque[bytes] = deque(maxlen=_LAST_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # Not the log itself: on a full disk it could not even say why it fails.
            stderr=subprocess.PIPE,
            # Threads that wait for each other sleep, which leaves the processor to others.
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
            preexec_fn=_group_that_dies_with_its_parent,
        )
        self._logger = threading.Thread(target=self._log_stderr, name="stderr", daemon=True)
        self._logger.start()

    def events(self) -> Iterator[dict[str, Any]]:
        """Until it ends."""
        assert self._process.stdout  # noqa: S101
        for line in self._process.stdout:
            if event := _parsed(line):
                yield event
        self._process.wait()
        self._logger.join(_ENDS_WITHIN_S)

    def end(self) -> None:
        """End it with all its processes; safe to call from any thread.

        On a busy machine the system may take seconds to remove a process that was killed. It does
        nothing meanwhile, so nobody waits for that.
        """
        if self._process.poll() is None:
            self._asked_to_end = True
            self._signal(signal.SIGTERM)
            self._wait()
        self._signal(signal.SIGKILL)  # also to the processes that it started
        self._wait()

    @property
    def succeeded(self) -> bool:
        return self._process.returncode == 0

    @property
    def was_killed(self) -> bool:
        """By another process, and without an error event."""
        return self._process.returncode == -signal.SIGKILL and not self._asked_to_end

    @property
    def lacked_memory(self) -> bool:
        """Whether the kernel killed processes for want of memory while it ran."""
        before, now = self._oom_kills, _oom_kills()
        if before is None or now is None:  # a system that does not count them
            return self.was_killed
        return now > before and not self._asked_to_end

    def stderr_tail(self) -> str:
        """The end of what it wrote to stderr."""
        return b"".join(self._stderr).decode("utf-8", "replace")[-_TAIL:].strip()

    def _wait(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDS_WITHIN_S)

    def _log_stderr(self) -> None:
        assert self._process.stderr  # noqa: S101
        for line in self._process.stderr:
            self._stderr.append(line)
            with contextlib.suppress(OSError), self._log_path.open("ab") as log:
                log.write(line)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _group_that_dies_with_its_parent() -> None:
    """In the subprocess. A new session would also get a share of the processors of its own
    (sched(7))."""
    os.setpgid(0, 0)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _parsed(line: bytes) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError):
        event = json.loads(line)
        if isinstance(event, dict) and "event" in event:
            return event
    return None


def _oom_kills() -> int | None:
    """How many processes the kernel has killed for want of memory since it started."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            name, count = line.split()
            if name == "oom_kill":
                return int(count)
    return None
