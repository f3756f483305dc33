"""Brokers of a test's own: RabbitMQ, and Redis watched over by sentinels."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis
from kombu import Connection
from kombu.exceptions import OperationalError

from tests.support.instance import free_port, wait_until
from webapp import private_redis

RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one on the PATH changes the user
MASTER, PASSWORD, SENTINEL_PASSWORD = "ark", "of the servers/1", "of-the-sentinels"


class RabbitMQ:
    """A node of its own, with its own cookie and epmd; the test is skipped where there is none."""

    def __init__(self, folder: Path) -> None:
        if not RABBITMQ.is_file() or not shutil.which("epmd"):
            pytest.skip("no RabbitMQ to start here")
        self._log = (folder / "rabbitmq.log").open("ab")
        self._folder, self._port, epmd_port = folder, free_port(), free_port()
        (folder / "rabbitmq.conf").touch()
        (folder / "plugins").write_text("[].")
        self._environment = {
            **os.environ,
            "HOME": str(folder),  # where the cookie is made
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": f"ark-{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
        }
        self._epmd = self._popen("epmd", "-port", str(epmd_port))
        self.start()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    def start(self) -> None:
        self._server = self._popen(str(RABBITMQ))
        wait_until(self._answers)

    def kill(self) -> None:
        """As a power failure does."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def stop(self) -> None:
        for process in (self._server, self._epmd):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._log.close()

    def waiting(self, queue: str) -> int:
        """How many messages nobody has taken yet."""
        with Connection(self.url) as connection:
            return connection.default_channel.queue_declare(queue, passive=True).message_count

    def _answers(self) -> bool:
        assert self._server.poll() is None, (self._folder / "rabbitmq.log").read_text()
        with contextlib.suppress(OperationalError), Connection(self.url) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            return True
        return False

    def _popen(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )


@contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    server = RabbitMQ(folder)
    try:
        yield server
    finally:
        server.stop()


class WatchedRedis:
    """A master and a replica, and three sentinels, two of which are enough to choose another."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._ports = [free_port(), free_port()]
        self._servers = [self._server(port) for port in self._ports]
        wait_until(lambda: self.role(1) == "slave")
        self._sentinels = [free_port() for _ in range(3)]
        for port in self._sentinels:
            self._sentinel(port)
        wait_until(self._is_watched)

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._sentinels)
        login = ":" + PASSWORD.replace(" ", "%20").replace("/", "%2F")
        return f"sentinel://{login}@{hosts}/{MASTER}?sentinel_password={SENTINEL_PASSWORD}"

    def kill_master(self) -> None:
        self._servers[0].kill()
        self._servers[0].wait()

    def role(self, number: int) -> str:
        """Of the first server, which begins as the master, or of the second."""
        with contextlib.suppress(redis.ConnectionError):
            return str(self._client(number).info("replication")["role"])
        return ""

    def _client(self, number: int) -> redis.Redis:
        return redis.Redis(port=self._ports[number], password=PASSWORD)

    def _is_watched(self) -> bool:
        """By all sentinels, who know of each other and of the replica."""
        for port in self._sentinels:
            asked = redis.Redis(port=port, password=SENTINEL_PASSWORD)
            try:
                [about] = asked.sentinel_masters().values()
            except (redis.ConnectionError, ValueError):
                return False
            if (about["num-other-sentinels"], about["num-slaves"]) != (2, 1):
                return False
        return True

    def _server(self, port: int) -> subprocess.Popen[bytes]:
        lines = [f'requirepass "{PASSWORD}"', f'masterauth "{PASSWORD}"', 'save ""']
        if port != self._ports[0]:
            lines.append(f"replicaof 127.0.0.1 {self._ports[0]}")
        return self._start(port, lines)

    def _sentinel(self, port: int) -> None:
        lines = [
            f"requirepass {SENTINEL_PASSWORD}",
            f"sentinel sentinel-pass {SENTINEL_PASSWORD}",
            f"sentinel monitor {MASTER} 127.0.0.1 {self._ports[0]} 2",
            f'sentinel auth-pass {MASTER} "{PASSWORD}"',
            f"sentinel down-after-milliseconds {MASTER} 1000",
            f"sentinel failover-timeout {MASTER} 5000",
        ]
        self._start(port, lines, "--sentinel")

    def _start(self, port: int, lines: list[str], *options: str) -> subprocess.Popen[bytes]:
        place = self._folder / str(port)
        place.mkdir()
        settings = place / "redis.conf"
        settings.write_text("\n".join(["bind 127.0.0.1", f"port {port}", *lines, ""]))
        server = subprocess.Popen(
            [private_redis.program(), settings, *options], cwd=place, stdout=subprocess.DEVNULL
        )
        self._stack.callback(server.wait)
        self._stack.callback(server.kill)
        return server


@contextmanager
def watched_redis(folder: Path) -> Iterator[WatchedRedis]:
    with ExitStack() as stack:
        yield WatchedRedis(folder, stack)
