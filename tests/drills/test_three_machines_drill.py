"""Web, predictor and trainer on machines without a common folder: files go through a bucket."""

from __future__ import annotations

import os
import uuid
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from tests.support import drills, s3
from tests.support.instance import Api, Instance, wait_until
from tests.support.servers import PostgreSQL, redis_server

LABELS = ("cat", "dog", "horse", "chicken")
PHOTOS = 20
pytestmark = drills.only_long  # in the short ones tests/cluster predicts out of a bucket


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
    """Photos of four labels, predicted and reviewed; their ids."""
    ids = []
    for number in range(PHOTOS):
        name, content = f"{number}.jpg", photos[number].read_bytes() + os.urandom(8)
        answer = client.session.post(
            f"{client.base}/photos/?wait=30", files={"image": (name, content)}, timeout=60
        )
        assert answer.json()["state"] == "done", answer.text
        ids.append(answer.json()["id"])
        label = {"label": LABELS[number % 4]}
        client.session.put(f"{client.base}/photos/{ids[-1]}/label/", json=label, timeout=30)
        assert client.get(f"photos/{ids[-1]}/")["label"] == label["label"]
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


def _promote(client: Api, number: int) -> None:
    promoted = client.session.post(f"{client.base}/models/{number}/promote/", timeout=120)
    assert promoted.status_code == 200, promoted.text


def _answered_by(client: Api, content: bytes) -> int:
    """The number of the version that predicts a new photo."""
    files = {"image": ("new.jpg", content + os.urandom(8))}
    answer = client.session.post(f"{client.base}/photos/?wait=30", files=files, timeout=60)
    number: int = answer.json()["prediction"]["model"]
    return number


def test_a_version_taught_on_one_machine_goes_live_on_all(
    client: Api, stored: list[str], photos: list[Path]
) -> None:
    run = _run(client, mode="teach")
    assert run["state"] == "succeeded", run
    _promote(client, run["model_version"])
    wait_until(lambda: _answered_by(client, photos[0].read_bytes()) == run["model_version"])


@pytest.fixture(scope="module")
def tuned(client: Api, stored: list[str]) -> int:
    """The number of a version that was fine-tuned, for an epoch of its last layers."""
    run = _run(client, mode="fine_tune", parameters={"epochs": 1, "trainable": "head"})
    assert run["state"] == "succeeded", run
    number: int = run["model_version"]
    return number


def test_a_network_is_fine_tuned_from_what_lies_in_the_bucket(
    machines: Machines, client: Api, tuned: int, photos: list[Path]
) -> None:
    wait_until(lambda: machines.keys("training") == [])  # after it has succeeded
    _promote(client, tuned)
    wait_until(lambda: _answered_by(client, photos[0].read_bytes()) == tuned)


def test_a_version_exported_on_one_machine_is_downloaded_from_the_bucket(
    machines: Machines, tuned: int
) -> None:
    page = f"{machines.web.url}/admin/training/versions/{tuned}/exports/"
    browser = machines.web.signed_in("tina")
    fields = {"form": "bundle", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    assert browser.post(page, data=fields, timeout=30).ok
    wait_until(lambda: browser.get(f"{page}bundle/", timeout=30).ok)
    answer = browser.get(f"{page}bundle/", allow_redirects=False, timeout=30)
    assert machines.bucket.name in answer.headers["Location"]
    content = requests.get(answer.headers["Location"], timeout=30).content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert "model.json" in {Path(name).name for name in archive.namelist()}


def test_photos_leave_as_a_data_set(machines: Machines, stored: list[str]) -> None:
    browser = machines.web.signed_in("tina")
    page = f"{machines.web.url}/admin/review/export/"
    answer = browser.get(page, params={"format": "zip"}, timeout=60)
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
    assert sum(name.endswith(".jpg") for name in names) == PHOTOS
    assert "errors.txt" not in names


def test_a_photo_comes_back_from_the_trash(client: Api, stored: list[str]) -> None:
    client.session.delete(f"{client.base}/photos/{stored[2]}/", timeout=30)
    assert client.session.get(f"{client.base}/photos/{stored[2]}/", timeout=30).status_code == 404
    back = client.session.post(f"{client.base}/trash/{stored[2]}/restore/", timeout=30)
    assert back.ok, back.text
    wait_until(lambda: client.get(f"photos/{stored[2]}/")["state"] == "done")


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
