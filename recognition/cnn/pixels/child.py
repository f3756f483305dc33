"""A decoding process: `python -m recognition.cnn.pixels.child`, started by `children.py` alone.

It limits itself, says that it is ready, and then answers one request after the other, until its
parent closes the socket or dies. It has no secrets, no network and no file but those that are
handed to it; it can write nothing but pixels.
"""

from __future__ import annotations

import gc
import json
import math
import mmap
import os
import resource
import signal
import socket
import sys
import time
import warnings
from typing import IO, Any

from PIL import Image

from recognition.cnn.pixels import operations
from recognition.cnn.pixels.unreadable import UnreadablePhoto

MAX_REQUEST_BYTES = 1 << 16
_MAX_FILES = 64
_NICE = 10


def main(arguments: dict[str, Any]) -> None:
    # These are for the parent, which finishes its work first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    output = memoryview(mmap.mmap(arguments["memory"], arguments["memory_bytes"]))
    parent = socket.socket(fileno=arguments["socket"])
    parent.settimeout(arguments["idle_s"])
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    _limit(arguments["address_bytes"])
    if arguments["apart"]:
        os.nice(_NICE)  # others come first
    parent.sendall(b"{}\n")
    _say_nothing()  # until here an error is the operator's, from here on it is a photo's
    cpu_s, limit_s = arguments["cpu_s"], 0
    for _ in range(arguments["requests"]):
        request, stream = _next_request(parent)
        if stream is None:
            return
        if time.process_time() + cpu_s > limit_s:
            limit_s = _limit_cpu(cpu_s)
        with stream:
            answer = _answer(request, stream, output, arguments["apart"])
        parent.sendall(json.dumps(answer).encode() + b"\n")


def _limit(address_bytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _MAX_FILES),
    ):
        most = _at_most(what, most)
        resource.setrlimit(what, (most, most))


def _limit_cpu(cpu_s: int) -> int:
    """From now on so much, or up to a second more; then the system ends this process."""
    most = _at_most(resource.RLIMIT_CPU, math.ceil(time.process_time()) + cpu_s)
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return most


def _at_most(what: int, most: int) -> int:
    """That much, unless whoever started this process allows less."""
    hard = resource.getrlimit(what)[1]
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _say_nothing() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)  # libraries would write of every damaged photo


def _next_request(parent: socket.socket) -> tuple[dict[str, Any], IO[bytes] | None]:
    """What to do, and the file; nothing if the parent is gone, or needs nothing for a long time."""
    try:
        message, files, *_ = socket.recv_fds(parent, MAX_REQUEST_BYTES, 1)
        while message and not message.endswith(b"\n"):
            message += parent.recv(MAX_REQUEST_BYTES)
    except OSError:
        return {}, None
    if not message or not files:
        return {}, None
    os.lseek(files[0], 0, os.SEEK_SET)  # another process may have read it
    return json.loads(message), os.fdopen(files[0], "rb")


def _answer(
    request: dict[str, Any], stream: IO[bytes], output: memoryview, apart: bool
) -> dict[str, Any]:
    name = request.pop("do")
    try:
        return operations.run(name, stream, request, output, apart)
    except UnreadablePhoto as error:
        refused = {"code": error.code, "kind": error.kind}
    except MemoryError:
        refused = {"code": "too_complex"}
    except Exception:  # a bug of a decoder
        refused = {"code": "truncated"}
    gc.collect()  # a traceback keeps the half-decoded picture alive
    return refused


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
