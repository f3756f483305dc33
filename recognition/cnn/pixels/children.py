"""A decoding process as its parent sees it (`child.py` is its other side).

Requests and answers are lines of JSON on a socket; the photo is handed over as an open file, and
pixels come back through memory that both sides map.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from recognition.cnn.pixels.unreadable import UnreadablePhoto

START_TIMEOUT_S = 60
MAX_ANSWER_BYTES = 1 << 16
MEMORY_BYTES = 64 << 20  # as much as an answer may have; what is not used costs nothing
_KEPT_BYTES = 4 << 20  # of that memory, between requests
# One photo after the other needs the same memory: taken from the system anew each time, it costs a
# tenth of the decoding.
_KEEP_FREED_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 20),
}
_ROOT = Path(__file__).parents[3]
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "PYTHONHOME")


class CannotStart(RuntimeError):
    """No decoding process can be started: no photo's fault."""


class Died(Exception):
    """The process is gone, for a reason that may have nothing to do with the photo."""


@dataclass(frozen=True)
class Limits:
    """address_bytes: of a whole process. cpu_s, wall_s: of one request. requests: then the process
    is replaced. idle_s: after so long without any it ends; None: never."""

    address_bytes: int
    cpu_s: int
    wall_s: float
    requests: int
    idle_s: float | None = None


@dataclass(frozen=True)
class Reply:
    """parts: of pixels, or of a file."""

    fields: dict[str, Any]
    parts: list[bytes]


class Child:
    """Used by one thread at a time. Raises CannotStart."""

    def __init__(self, limits: Limits, apart: bool) -> None:
        self._left = limits.requests
        self._socket, theirs = socket.socketpair()
        try:
            with theirs, shared_file(MEMORY_BYTES) as memory:
                self._memory = mmap.mmap(memory.fileno(), MEMORY_BYTES)
                arguments = {
                    "socket": theirs.fileno(),
                    "memory": memory.fileno(),
                    "memory_bytes": MEMORY_BYTES,
                    "apart": apart,
                    "address_bytes": limits.address_bytes,
                    "cpu_s": limits.cpu_s,
                    "requests": limits.requests,
                    "idle_s": limits.idle_s,
                }
                self._process = _start(arguments, (theirs.fileno(), memory.fileno()))
        except OSError as error:
            self._socket.close()
            raise CannotStart(f"no decoding process can be started: {error}") from error
        try:
            self._give_up_after(START_TIMEOUT_S)
            self._read_line()
            self._give_up_after(limits.wall_s)
        except (Died, OSError) as error:
            self.close()
            raise CannotStart("a decoding process ended while it started") from error

    @property
    def is_used_up(self) -> bool:
        return self._left <= 0

    def ask(self, request: dict[str, Any], file: int) -> Reply:
        """Raises UnreadablePhoto; Died and after a time limit the process is gone."""
        self._left -= 1
        try:
            socket.send_fds(self._socket, [json.dumps(request).encode() + b"\n"], [file])
            fields = json.loads(self._read_line())
        except BlockingIOError:
            self.close()
            raise UnreadablePhoto("too_complex") from None
        except (Died, OSError, ValueError) as error:
            self.close()
            if self._process.returncode == -signal.SIGXCPU:
                raise UnreadablePhoto("too_complex") from None
            raise Died from error
        if "code" in fields:
            raise UnreadablePhoto(fields["code"], fields.get("kind", ""))
        return Reply(fields, self._parts(fields.get("sizes", ())))

    def close(self) -> None:
        """End the process, whatever it does."""
        self._left = 0
        self._socket.close()
        self._process.kill()
        self._process.wait()
        self._memory.close()

    def forget(self) -> None:
        """It belongs to the process that this one was forked from."""
        self._left = 0
        self._socket.close()
        self._memory.close()
        self._process.returncode = 0  # so that nobody waits for it

    def _parts(self, sizes: list[int]) -> list[bytes]:
        parts, place = [], 0
        for size in sizes:
            parts.append(self._memory[place : place + size])
            place += size
        if place > _KEPT_BYTES and hasattr(mmap, "MADV_REMOVE"):
            self._memory.madvise(mmap.MADV_REMOVE)
        return parts

    def _give_up_after(self, seconds: float) -> None:
        """A socket that blocks, and yet not for ever: with Python's own time limit each message
        would take twice as many calls."""
        limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

    def _read_line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            some = self._socket.recv(1 << 16)
            if not some or len(line) > MAX_ANSWER_BYTES:
                raise Died
            line += some
        return line


def shared_file(size: int) -> IO[bytes]:
    """A file without a name, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        file: IO[bytes] = os.fdopen(os.memfd_create("pixels"), "w+b")
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115
    file.truncate(size)
    return file


def _start(arguments: dict[str, Any], files: tuple[int, ...]) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-s", "-m", "recognition.cnn.pixels.child", json.dumps(arguments)],
        cwd=_ROOT,
        env={
            **kept,
            "LC_ALL": "C.UTF-8",
            "MALLOC_ARENA_MAX": "1",
            **_KEEP_FREED_MEMORY,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=files,
    )
