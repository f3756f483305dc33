"""The database is locked, restarted, or cuts a connection in the middle of a transaction."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

from tests.support import drills
from tests.support.instance import Api, Instance, running, wait_until
from tests.support.servers import PostgreSQL

LOCKED_S = drills.times(4, long=20)
UPLOADS = drills.times(20, long=400)
PARTS = ("web", "redis", "predictor")
SIGNED_IN = {"sessionid": "x" * 32}  # whether it is so, the database knows


def new_file(photos: list[Path], number: int) -> tuple[str, bytes]:
    return f"{number}.jpg", photos[number % len(photos)].read_bytes() + os.urandom(8)


def all_done(client: Api, stored: list[str]) -> bool:
    return all(client.get(f"photos/{photo}/")["state"] == "done" for photo in stored)


def test_sqlite_is_locked(network: Path, photos: list[Path], tmp_path: Path) -> None:
    """Somebody copies the file by hand, or a script holds a transaction open."""
    with running(tmp_path, network.parent, PARTS, ARK_SWEEP_S="1") as instance:
        client = instance.api(instance.token_of("ursula"))
        answers: list[requests.Response] = []

        def upload(number: int) -> None:
            answers.append(
                client.session.post(
                    f"{client.base}/photos/", files={"image": new_file(photos, number)}, timeout=60
                )
            )

        people = [threading.Thread(target=upload, args=(number,)) for number in range(8)]
        with contextlib.closing(sqlite3.connect(tmp_path / "db.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            for person in people:
                person.start()
            time.sleep(LOCKED_S)
            assert requests.get(f"{instance.url}/healthz", timeout=5).status_code == 200
            assert client.get("photos/")["results"] == []  # who reads does not wait
            other.rollback()
        for person in people:
            person.join()
        assert {answer.status_code for answer in answers} == {202}
        wait_until(lambda: all_done(client, [answer.json()["id"] for answer in answers]))


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    server = PostgreSQL()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def on_postgresql(
    postgresql: PostgreSQL, network: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    settings = {"DATABASE_URL": postgresql.url, "ARK_SWEEP_S": "1", "ARK_LEASE_S": "5"}
    with running(home, network.parent, PARTS, **settings) as instance:
        yield instance


@pytest.mark.parametrize("trouble", ["restart", "cut_connections"])
def test_postgresql_in_trouble_loses_nothing(
    trouble: str, on_postgresql: Instance, postgresql: PostgreSQL, photos: list[Path]
) -> None:
    client = on_postgresql.api(on_postgresql.token_of(f"ursula-{trouble}"))
    stored: list[str] = []
    for number in range(UPLOADS):
        if number % 10 == 5:
            getattr(postgresql, trouble)()
        stored.append(upload_until_answered(client, new_file(photos, number)))
    wait_until(lambda: all_done(client, stored))
    assert len(set(stored)) == UPLOADS
    count = (
        "from recognition.models import Photo, Prediction; "
        f"photos = Photo.objects.filter(owner__username='ursula-{trouble}'); "
        "print(photos.count(), Prediction.objects.filter(photo__in=photos).count(), "
        "sum(photo.original_path.exists() for photo in photos))"
    )
    counted = on_postgresql.manage("shell", "-v", "0", "-c", count).split()
    assert counted == [str(UPLOADS)] * 3


def test_while_postgresql_is_away_people_are_told_to_come_again(
    on_postgresql: Instance, postgresql: PostgreSQL, photos: list[Path]
) -> None:
    client = on_postgresql.api(on_postgresql.token_of("ursula-waits"))
    stored = upload_until_answered(client, new_file(photos, 0))
    with postgresql.away():
        refused = client.session.get(f"{client.base}/photos/{stored}/", timeout=30)
        page = requests.get(f"{on_postgresql.url}/history/", cookies=SIGNED_IN, timeout=30)
    for answer in (refused, page):
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert int(answer.headers["Retry-After"]) > 0
        assert "cannot reach its database" in answer.text
    assert refused.json()["code"] == "busy"
    assert client.get(f"photos/{stored}/")["id"] == stored


def upload_until_answered(client: Api, file: tuple[str, bytes]) -> str:
    while True:
        with contextlib.suppress(requests.RequestException):
            answer = client.session.post(
                f"{client.base}/photos/", files={"image": file}, timeout=60
            )
            if answer.status_code in (200, 202):
                return answer.json()["id"]
            assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE, answer.text
        time.sleep(0.2)
