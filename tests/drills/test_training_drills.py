"""What happens when something dies or fills up while a network is trained: real processes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from recognition.cnn.manifest import WEIGHTS_NAME
from tests.support import drills
from tests.support.disks import fill, make_room, small_disk
from tests.support.instance import Api, Instance, wait_until
from webapp.preflight import answers

PARTS = ("redis", "web", "trainer")
PATIENCE_S = 120  # trainers yield to everybody, other tests too
LONG = {"epochs": 1000, "patience": 0}  # nobody waits for its end
SHORT = {"epochs": 6, "patience": 0, "seed": 7}


@pytest.fixture(scope="module")
def instance(own_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """With labelled digits. Nobody predicts them, because training from scratch needs no answer."""
    home = tmp_path_factory.mktemp("ark")
    instance = Instance(home, own_store)
    instance.prepare()
    instance.start(*PARTS)
    try:
        wait_until(lambda: answers(home / "redis.sock"))
        instance.token_of("tina", "Trainer")
        folder = tmp_path_factory.mktemp("digits")
        _write_digits(folder)
        instance.manage(
            "import_photos", str(folder), "--owner", "tina", "--labelled", "--create-labels"
        )
        yield instance
    finally:
        instance.stop()


@pytest.fixture(scope="module")
def client(instance: Instance) -> Api:
    return instance.api(instance.token_of("tina", "Trainer"))


@drills.only_long
def test_a_killed_trainer_goes_on_where_it_was(instance: Instance, client: Api) -> None:
    """tests/cnn/training shows the same of the process alone."""
    run = _launch(client, SHORT)
    _wait_for_epoch(client, run, 2)
    [trainer, *children] = instance.processes("trainer")
    assert children
    instance.kill("trainer")
    wait_until(lambda: not any(map(_is_there, (trainer, *children))))

    instance.start("trainer")
    resumed = _succeeded(client, run)
    assert [epoch["number"] for epoch in resumed["epochs"]] == list(range(1, SHORT["epochs"] + 1))
    undisturbed = _succeeded(client, _launch(client, SHORT))
    assert _weights(instance, resumed) == _weights(instance, undisturbed)


def test_a_trainer_that_is_stopped_gives_its_run_back(instance: Instance, client: Api) -> None:
    run = _launch(client, LONG)
    _wait_for_epoch(client, run, 1)
    instance.stop("trainer")
    assert _get(client, run)["state"] == "queued"

    instance.start("trainer")
    wait_until(lambda: _get(client, run)["state"] == "running")
    _cancel(client, run)


@drills.only_long
def test_a_cancelled_run_stops_and_its_best_epoch_can_be_kept(
    instance: Instance, client: Api
) -> None:
    run = _launch(client, LONG)
    _wait_for_epoch(client, run, 1)
    children = instance.processes("trainer")[1:]
    _cancel(client, run)
    wait_until(lambda: not any(map(_is_there, children)))

    _call(instance, "keep_best", run)
    assert _succeeded(client, run)["model_version"] > 1


@drills.only_long
def test_a_run_ends_well_without_redis(instance: Instance, client: Api) -> None:
    run = _launch(client, SHORT)
    _wait_for_epoch(client, run, 1)
    instance.kill("redis")
    _succeeded(client, run)

    instance.start("redis")
    wait_until(lambda: answers(instance.home / "redis.sock"))
    _succeeded(client, _launch(client, {"epochs": 1}))


@drills.only_long
def test_a_full_disk_fails_the_run_until_there_is_space(instance: Instance, client: Api) -> None:
    with small_disk(instance.home / "training", "32m") as disk:
        run = _launch(client, LONG)
        _wait_for_epoch(client, run, 1)
        fill(disk)
        wait_until(lambda: _get(client, run)["state"] == "failed")
        assert _get(client, run)["error"]["code"] == "disk_full"
        assert [version["number"] for version in client.get("models/") if version["live"]] == [1]

        make_room(disk)
        _call(instance, "keep_best", run)
        assert _succeeded(client, run)["model_version"] > 1


def _write_digits(folder: Path) -> None:
    """Thirty pictures each of four of scikit-learn's digits, 28 x 28 pixels."""
    digits = load_digits()
    for digit in range(4):
        label = folder / f"digit-{digit}"
        label.mkdir()
        for number, pixels in enumerate(digits.images[digits.target == digit][:30]):
            picture = Image.fromarray((pixels * 255 / 16).astype(np.uint8)).resize((28, 28))
            picture.save(label / f"{number}.png")


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _launch(client: Api, parameters: dict) -> str:
    body = {"mode": "from_scratch", "network": "lenet5", "parameters": parameters}
    response = client.session.post(f"{client.base}/training-runs/", json=body, timeout=60)
    assert response.status_code == 202, response.text
    return response.json()["id"]


def _get(client: Api, run: str) -> dict:
    return client.get(f"training-runs/{run}/")


def _cancel(client: Api, run: str) -> None:
    response = client.session.post(f"{client.base}/training-runs/{run}/cancel/", timeout=60)
    assert response.status_code == 202
    wait_until(lambda: _get(client, run)["state"] == "cancelled")


def _wait_for_epoch(client: Api, run: str, number: int) -> None:
    def has_come_so_far() -> bool:
        found = _get(client, run)
        assert found["state"] in ("queued", "running"), found["error"]
        return len(found["epochs"]) >= number

    wait_until(has_come_so_far, PATIENCE_S)


def _succeeded(client: Api, run: str) -> dict:
    wait_until(lambda: _get(client, run)["state"] not in ("queued", "running"), PATIENCE_S)
    found = _get(client, run)
    assert found["state"] == "succeeded", found["error"]
    return found


def _weights(instance: Instance, run: dict) -> str:
    folder = instance.models_store / str(run["model_version"])
    return hashlib.sha256((folder / WEIGHTS_NAME).read_bytes()).hexdigest()


def _call(instance: Instance, function: str, run: str) -> None:
    """What no door of the API offers yet."""
    instance.manage(
        "shell",
        "-c",
        "from recognition.models import TrainingRun\n"
        "from recognition.training import runs\n"
        f"runs.{function}(TrainingRun.objects.get(id={run!r}))",
    )
