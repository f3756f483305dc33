"""Web, predictor and trainer on machines without a common folder: files go through a bucket."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from tests.support import s3
from tests.support.instance import Api, Instance, wait_until
from tests.support.servers import PostgreSQL, redis_server

LABELS = ("cat", "dog", "horse", "chicken")


class Machines(NamedTuple):
    """bucket: as boto3 has it."""

    web: Instance
    predictor: Instance
    trainer: Instance
    bucket: Any

    def keys(self, folder: str) -> list[str]:
        return [found.key for found in self.bucket.objects.filter(Prefix=f"{folder}/")]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    folder = tmp_path_factory.mktemp("machines")
    database = PostgreSQL()
    try:
        with s3.s3_server(folder / "s3") as url, redis_server(folder) as redis_url:
            bucket = s3.make_bucket(url, f"ark-{uuid.uuid4().hex}")
            shared = {
                "DATABASE_URL": database.url,
                "REDIS_URL": redis_url,
                "SECRET_KEY": "of all three " + "x" * 50,
                "ARK_S3_PUBLIC_URL": url,
                **s3.settings_of(url, bucket.name),
            }
            web, predictor, trainer = (
                _machine(folder / name, shared) for name in ("web", "predictor", "trainer")
            )
            try:
                web.start("web")
                predictor.start("predictor")
                trainer.start("teacher", "trainer")
                yield Machines(web, predictor, trainer, bucket)
            finally:
                for instance in (web, predictor, trainer):
                    instance.stop()
    finally:
        database.stop()


def _machine(folder: Path, shared: dict[str, str]) -> Instance:
    instance = Instance(folder / "home", folder / "models", **shared)
    instance.home.mkdir(parents=True)
    instance.prepare()
    return instance


@pytest.fixture(scope="module")
def client(machines: Machines) -> Api:
    for group in ("Uploader", "Reviewer", "Trainer"):
        token = machines.web.token_of("tina", group)
    return machines.web.api(token)


@pytest.fixture(scope="module")
def stored(client: Api, photos: list[Path]) -> list[str]:
    """Photos of four labels, predicted; their ids."""
    ids = []
    for number in range(20):
        name, content = f"{number}.jpg", photos[number % 20].read_bytes() + os.urandom(8)
        answer = client.session.post(
            f"{client.base}/photos/?wait=30",
            files={"image": (name, content)},
            data={"label": LABELS[number % 4]},
            timeout=60,
        )
        assert answer.json()["state"] == "done", answer.text
        ids.append(answer.json()["id"])
    return ids


def _run(client: Api, **asked: Any) -> dict[str, Any]:
    """How a run ended."""
    answer = client.session.post(f"{client.base}/training-runs/", json=asked, timeout=60)
    address = f"training-runs/{answer.json()['id']}/"
    wait_until(lambda: client.get(address)["state"] not in ("queued", "running"))
    return client.get(address)


def test_photos_of_one_machine_are_predicted_by_another(
    machines: Machines, stored: list[str]
) -> None:
    assert len(machines.keys("originals")) == len(stored)
    on_the_web = [path for path in machines.web.home.rglob("originals/*/*") if path.is_file()]
    assert on_the_web == []


def test_a_version_taught_on_one_machine_goes_live_on_all(
    client: Api, stored: list[str], photos: list[Path]
) -> None:
    run = _run(client, mode="teach")
    assert run["state"] == "succeeded", run
    number = run["model_version"]
    promoted = client.session.post(f"{client.base}/models/{number}/promote/", timeout=120)
    assert promoted.status_code == 200, promoted.text
    content = photos[0].read_bytes() + os.urandom(8)

    def answered_by() -> int:
        files = {"image": ("new.jpg", content + os.urandom(8))}
        answer = client.session.post(f"{client.base}/photos/?wait=30", files=files, timeout=60)
        return answer.json()["prediction"]["model"]

    wait_until(lambda: answered_by() == number)


def test_a_network_is_trained_from_what_lies_in_the_bucket(
    machines: Machines, client: Api, stored: list[str]
) -> None:
    run = _run(client, mode="from_scratch", network="lenet5", parameters={"epochs": 1})
    assert run["state"] == "succeeded", run
    wait_until(lambda: machines.keys("training") == [])  # after it has succeeded


def test_an_original_is_downloaded_from_the_bucket_itself(
    machines: Machines, client: Api, stored: list[str], photos: list[Path]
) -> None:
    address = f"{machines.web.url}/photos/{stored[0]}/original"
    browser = machines.web.signed_in("tina")
    answer = browser.get(address, allow_redirects=False, timeout=30)
    assert answer.status_code == 302
    assert machines.bucket.name in answer.headers["Location"]
    content = requests.get(answer.headers["Location"], timeout=30).content
    assert content.startswith(photos[0].read_bytes())


def test_what_is_deleted_for_ever_leaves_the_bucket(
    machines: Machines, client: Api, stored: list[str]
) -> None:
    before = set(machines.keys("originals"))
    client.session.delete(f"{client.base}/photos/{stored[1]}/", timeout=30)
    machines.web.manage("shell", "-v", "0", "-c", EMPTY_THE_TRASH)
    gone = before - set(machines.keys("originals"))
    assert [key.rpartition("/")[2] for key in gone] == [stored[1].replace("-", "")]


def test_the_storage_check_finds_nothing_wrong(machines: Machines, stored: list[str]) -> None:
    assert "compared with their files" in machines.trainer.manage("check_storage")


EMPTY_THE_TRASH = """
from recognition.models import TrashedPhoto
from recognition.photos import trash
trash.delete_for_ever(TrashedPhoto.objects.all())
"""
