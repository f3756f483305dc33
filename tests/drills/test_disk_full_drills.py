"""A running instance whose disk fills up: it says so, and goes on by itself when there is room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.disks import fill, make_room, small_disk
from tests.support.instance import PASSWORD, Api, Instance, running

PARTS = ("web", "redis")


@pytest.fixture(scope="module")
def disks(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """One for the home with the photos, one for the database alone."""
    folder = tmp_path_factory.mktemp("ark")
    with small_disk(folder / "home", "64m") as home, small_disk(folder / "db", "16m") as database:
        yield {"home": home, "database": database}


@pytest.fixture(scope="module")
def instance(disks: dict[str, Path], own_store: Path) -> Iterator[Instance]:
    url = f"sqlite:///{disks['database'] / 'db.sqlite3'}"
    small = {"DATABASE_URL": url, "ARK_MIN_FREE_MB": "0"}
    with running(disks["home"], own_store, PARTS, **small) as instance:
        yield instance


@pytest.fixture(scope="module")
def client(instance: Instance) -> Api:
    return instance.api(instance.token_of("ursula"))


@pytest.fixture(params=["home", "database"])
def disk(request: pytest.FixtureRequest, disks: dict[str, Path]) -> Path:
    return disks[request.param]


def test_a_full_disk_is_told_and_recovered_from(
    disk: Path, instance: Instance, client: Api, photos: list[Path], tmp_path: Path
) -> None:
    """Whether it is the photos' or the database's; nothing is half there."""
    before = client.get("photos/")["results"]
    fill(disk)
    files = [_fresh(photos[number], tmp_path / f"{number}.jpg") for number in range(4)]
    for file in files:
        response = client.upload(file)
        assert response.status_code == 507, response.text
        assert response.json()["code"] == "disk_full"
        assert response.headers["Content-Type"] == "application/json"
    assert requests.get(f"{instance.url}/healthz", timeout=60).status_code == 200
    assert client.get("photos/")["results"] == before

    make_room(disk)
    assert [client.upload(file).status_code for file in files] == [202] * 4
    assert list((instance.home / "incoming").iterdir()) == []
    instance.manage("check_storage", "--all-digests")


def test_signing_in_while_the_database_s_disk_is_full(
    disks: dict[str, Path], instance: Instance, client: Api
) -> None:
    """Nothing answers with a bare 500."""
    fill(disks["database"])
    session = requests.Session()
    page = session.get(f"{instance.url}/sign-in/", timeout=60)
    assert page.status_code in (200, 507)
    fields = {"username": "ursula", "password": PASSWORD}
    fields["csrfmiddlewaretoken"] = session.cookies.get("csrftoken", "")
    answer = session.post(f"{instance.url}/sign-in/", data=fields, timeout=60)
    assert answer.status_code in (200, 507)
    assert client.session.get(f"{client.base}/photos/", timeout=60).status_code in (200, 507)
    make_room(disks["database"])
    assert client.get("photos/")


def _fresh(photo: Path, path: Path) -> Path:
    """A file that no earlier upload equals."""
    path.write_bytes(photo.read_bytes() + os.urandom(8))
    return path
