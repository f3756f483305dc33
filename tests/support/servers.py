"""Servers of a test's own: PostgreSQL, and a Redis that is reached over the network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.support.instance import free_port
from webapp import private_redis


class PostgreSQL:
    """Runs as the user postgres; the test is skipped where there is none."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not found or os.getuid() != 0 or not shutil.which("runuser"):
            pytest.skip("no PostgreSQL to start here")
        self.bin, self.port = found[-1], free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="ark-pg-"))  # pytest's is root's alone
        shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "--auth=trust", "--username=ark", f"--pgdata={self.folder}/data")
        self._control("start")

    @property
    def url(self) -> str:
        return f"postgres://ark@127.0.0.1:{self.port}/postgres"

    def restart(self) -> None:
        """As after a power failure: nobody is waited for."""
        self._control("restart", "-m", "immediate")

    @contextmanager
    def away(self) -> Iterator[None]:
        self._control("stop", "-m", "immediate")
        try:
            yield
        finally:
            self._control("start")

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def cut_connections(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND state LIKE 'idle in transaction%' OR "
                "pid <> pg_backend_pid() AND state = 'active' AND backend_type = 'client backend'"
            )

    def _control(self, *arguments: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        self._run(
            "pg_ctl", f"--pgdata={self.folder}/data", "-w", "-o", options,
            "-l", f"{self.folder}/log", *arguments,
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            ["runuser", "-u", "postgres", "--", str(self.bin / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Its address, while it runs."""
    port = free_port()
    command = [private_redis.program(), "--port", str(port), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()
