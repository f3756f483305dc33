"""Nobody holds others up: clients that are slow, silent, greedy or many, before real processes.

One web process with few threads, so that whatever held one would show.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.support import drills
from tests.support.front import RawClient
from tests.support.instance import Api, Instance, running, wait_until

SOON_S = 10.0  # all eight of a machine's users are busy; held up, it would be half a minute
FEW_THREADS = {"ARK_WEB_PROCESSES": "1", "ARK_WEB_THREADS": "4"}
SLOW_S = 3
NOT_HERE = "192.0.2.1"  # a trusted proxy that nobody is
PHOTOS_OF_THE_EXPORT = 40_000


@pytest.fixture(scope="module")
def instance(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    settings = {**FEW_THREADS, "ARK_SLOW_CLIENT_S": str(SLOW_S), "ARK_TRUSTED_PROXIES": NOT_HERE}
    home = tmp_path_factory.mktemp("ark")
    with running(home, network.parent, ("web", "redis"), **settings) as instance:
        yield instance


@pytest.fixture(scope="module")
def client(instance: Instance) -> Api:
    return instance.api(instance.token_of("ursula"))


def _answers_soon(instance: Instance) -> None:
    for path in ("/healthz", "/sign-in/"):
        started = time.monotonic()
        assert requests.get(instance.url + path, timeout=60).status_code == 200
        assert time.monotonic() - started < SOON_S


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HTTP/1.1\r\nHost: a",
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n",
    ],
)
def test_sixty_slow_clients_hold_nobody_up_and_are_cut(begun: bytes, instance: Instance) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(RawClient(instance.port)) for _ in range(60)]
        for client in slow:
            client.send(begun)
        for client in slow:
            client.send(b"a")
        _answers_soon(instance)
        assert {client.answer()[0] for client in slow} == {408}


@pytest.mark.parametrize("framing", [b"Content-Length: 300000000", b"Transfer-Encoding: chunked"])
def test_a_strangers_file_is_refused_unread(framing: bytes, instance: Instance) -> None:
    before_mb = _resident_mb(instance)
    with RawClient(instance.port) as stranger:
        stranger.send(
            b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n%b\r\n\r\n" % framing
        )
        if b"chunked" in framing:
            for _ in range(2):
                stranger.send(b"a0000\r\n" + bytes(0xA0000) + b"\r\n")
        assert stranger.answer()[0] == 413
        _answers_soon(instance)
    assert list(instance.home.glob("incoming/*")) == []
    assert _resident_mb(instance) - before_mb < 30


def test_a_stranger_uploads_nothing(instance: Instance) -> None:
    with RawClient(instance.port) as stranger:
        stranger.send(
            b"POST /api/v1/photos/ HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 300000000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert stranger.answer()[0] == 401


def test_sixty_who_wait_hold_nobody_up(instance: Instance, client: Api, photos: list[Path]) -> None:
    """No predictor runs."""
    waiting = instance.api(instance.token_of("waldo"))
    photo = waiting.upload(photos[0]).json()

    def wait(number: int) -> str:
        return waiting.get(f"photos/{photo['id']}/", wait=SOON_S)["state"]

    with ThreadPoolExecutor(60) as pool:
        answers = [pool.submit(wait, number) for number in range(60)]
        time.sleep(1)
        _answers_soon(instance)
        started = time.monotonic()
        assert client.upload(photos[1]).status_code == 202
        assert time.monotonic() - started < SOON_S
        assert {answer.result() for answer in answers} == {"pending"}


@drills.only_long
def test_exports_that_nobody_reads_hold_nobody_up_and_are_cut(instance: Instance) -> None:
    token = instance.token_of("edgar")
    instance.manage(
        "shell",
        "-c",
        "from django.contrib.auth.models import User\n"
        "from recognition.models import Photo\n"
        "edgar = User.objects.get(username='edgar')\n"
        "photos = [Photo(owner=edgar, name='x' * 200, sha256=f'{n:064}', size_bytes=1, width=1,"
        f" height=1) for n in range({PHOTOS_OF_THE_EXPORT})]\n"
        "Photo.objects.bulk_create(photos, 1000)",
    )
    request = (
        b"GET /api/v1/photos/results.csv HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Token %b\r\n\r\n" % token.encode()
    )
    with ExitStack() as stack:
        lazy = [stack.enter_context(RawClient(instance.port, 4096)) for _ in range(6)]
        for client in lazy:
            client.send(request)
        statuses = sorted(client.answer(has_content=False)[0] for client in lazy)
        assert statuses == [200] * 2 + [503] * 4
        _answers_soon(instance)
        api = instance.api(token)
        wait_until(lambda: api.session.get(f"{api.base}/photos/results.csv").status_code == 200)


def test_an_address_gets_so_many_connections(instance: Instance) -> None:
    with ExitStack() as stack:
        many = [stack.enter_context(RawClient(instance.port)) for _ in range(110)]
        for client in many:
            client.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        statuses = [client.answer()[0] for client in many]
    assert statuses.count(200) >= 90
    assert statuses.count(200) <= 100
    wait_until(lambda: requests.get(f"{instance.url}/healthz").status_code == 200)


def test_a_trusted_proxy_gets_more(network: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """As one on this machine is."""
    home = tmp_path_factory.mktemp("ark")
    settings = {**FEW_THREADS, "ARK_CONNECTIONS_PER_ADDRESS": "10"}
    with running(home, network.parent, ("web",), **settings) as instance, ExitStack() as stack:
        many = [stack.enter_context(RawClient(instance.port)) for _ in range(50)]
        for client in many:
            client.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert {client.answer()[0] for client in many} == {200}


def _resident_mb(instance: Instance) -> float:
    """Of the process that takes the most."""
    return max(map(_resident_mb_of, instance.processes("web")))


def _resident_mb_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
