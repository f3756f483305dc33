"""An instance of the version before goes on in this one: real processes, of both versions."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.instance import Api, Instance, wait_until
from webapp.home import BASE_DIR

BEFORE = "e4e24c365dc4"  # the last commit of the version before: modules not yet in folders
LABELS = ("dog", "cat")
TEACH = {"mode": "teach"}
FROM_SCRATCH = {
    "mode": "from_scratch",
    "network": "lenet5",
    "parameters": {"epochs": 300, "patience": 0, "batch_size": 4},
}
PATIENCE_S = 240  # trainers yield to everybody, other tests too


@pytest.fixture(scope="module")
def code_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the version before."""
    archive = subprocess.run(["git", "archive", BEFORE], cwd=BASE_DIR, capture_output=True)
    if archive.returncode:
        pytest.skip("this checkout does not have the history of the version before")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def upgraded(
    code_before: Path,
    network: Path,
    photos: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Instance, dict[str, Any]]]:
    """The instance with all of its parts running, and what was left to do in it."""
    home, store = tmp_path_factory.mktemp("ark"), tmp_path_factory.mktemp("store")
    shutil.copytree(network, store / "1")
    old = Instance(home, store, code_before)
    try:
        left = _use(old, photos)
    finally:
        old.stop()
    instance = Instance(home, store)
    instance.prepare()
    instance.start()
    try:
        yield instance, left
    finally:
        instance.stop()


def _use(old: Instance, photos: list[Path]) -> dict[str, Any]:
    """Work with the version before, and leave of each kind of work some undone."""
    old.prepare()
    old.start()
    old.token_of("tina", "Reviewer")
    api = old.api(old.token_of("tina", "Trainer"))
    labelled = [api.upload(path).json()["id"] for path in photos[:14]]
    for number, photo in enumerate(labelled):
        wait_until(lambda: api.get(f"photos/{photo}/")["state"] == "done")  # noqa: B023
        slug = LABELS[number % 2]
        api.session.put(
            f"{api.base}/photos/{photo}/label/", json={"label": slug}
        ).raise_for_status()
    taught = _launch(api, TEACH)
    wait_until(lambda: _run(api, taught)["state"] == "succeeded", PATIENCE_S)
    number = _run(api, taught)["model_version"]
    wait_until(lambda: _comparison(old) == "done", PATIENCE_S)
    api.session.post(f"{api.base}/models/{number}/promote/").raise_for_status()

    interrupted = _launch(api, FROM_SCRATCH)
    wait_until(lambda: len(_run(api, interrupted)["epochs"]) > 3, PATIENCE_S)
    old.stop("trainer", "teacher", "predictor")
    old.manage(
        "shell",
        "-c",
        "from recognition.comparison import comparing\n"
        "from recognition.models import ModelVersion\n"
        f"live = ModelVersion.objects.get(number={number})\n"
        "comparing.request(live, ModelVersion.objects.get(number=1), 100)",
    )
    return {
        "live": number,
        "labels": {photo: api.get(f"photos/{photo}/")["label"] for photo in labelled},
        "waiting": api.upload(photos[14]).json()["id"],
        "queued": _launch(api, TEACH),
        "interrupted": interrupted,
        "epochs": _run(api, interrupted)["epochs"],
    }


def test_labels_photos_and_the_live_version_stay(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    _, left = upgraded
    found = {photo: client.get(f"photos/{photo}/")["label"] for photo in left["labels"]}
    assert found == left["labels"]
    [live] = [version["number"] for version in client.get("models/") if version["live"]]
    assert live == left["live"]


def test_a_prediction_that_waited_is_made(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    _, left = upgraded
    wait_until(lambda: client.get(f"photos/{left['waiting']}/")["state"] == "done", PATIENCE_S)
    assert client.get(f"photos/{left['waiting']}/")["prediction"]["model"] == left["live"]


def test_a_queued_run_succeeds(upgraded: tuple[Instance, dict[str, Any]], client: Api) -> None:
    _, left = upgraded
    wait_until(lambda: _run(client, left["queued"])["state"] == "succeeded", PATIENCE_S)


def test_a_queued_comparison_is_made(upgraded: tuple[Instance, dict[str, Any]]) -> None:
    instance, _ = upgraded
    wait_until(lambda: _comparison(instance) == "done", PATIENCE_S)


def test_an_interrupted_run_goes_on_from_its_last_epoch(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    _, left = upgraded
    done = len(left["epochs"])
    wait_until(lambda: len(_run(client, left["interrupted"])["epochs"]) > done, PATIENCE_S)
    assert _run(client, left["interrupted"])["epochs"][: done - 1] == left["epochs"][: done - 1]
    client.session.post(f"{client.base}/training-runs/{left['interrupted']}/cancel/")


@pytest.fixture(scope="module")
def client(upgraded: tuple[Instance, dict[str, Any]]) -> Api:
    instance, _ = upgraded
    return instance.api(instance.token_of("tina", "Trainer"))


def _launch(api: Api, body: dict[str, Any]) -> str:
    response = api.session.post(f"{api.base}/training-runs/", json=body, timeout=60)
    response.raise_for_status()
    return response.json()["id"]


def _run(api: Api, run: str) -> dict[str, Any]:
    return api.get(f"training-runs/{run}/")


def _comparison(instance: Instance) -> str:
    """The state of the first comparison."""
    return instance.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from recognition.models import Comparison; print(Comparison.objects.earliest('id').state)",
    ).split()[-1]
