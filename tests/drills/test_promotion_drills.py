"""Promotions in a running instance: real processes, real uploads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from recognition.cnn.manifest import WEIGHTS_NAME
from tests.support.candidates import add_nudged, make_live_unchecked, promote
from tests.support.instance import Api, Instance, running, wait_until
from tests.support.meanwhile import meanwhile

PARTS = ("web", "redis", "predictor")
CLIENTS = 4


@pytest.fixture(scope="module")
def instance(own_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """With versions 1, which is live, 2 and 3. The others answer a little differently."""
    home = tmp_path_factory.mktemp("ark")
    with running(home, own_store, PARTS, ARK_SWEEP_S="1") as instance:
        add_nudged(instance, 2)
        yield instance


@pytest.fixture(scope="module")
def uploader(instance: Instance) -> Api:
    return instance.api(instance.token_of("ursula"))


@pytest.fixture(scope="module")
def trainer(instance: Instance) -> Api:
    return instance.api(instance.token_of("tina", "Trainer"))


def test_a_promotion_under_load_goes_live_in_a_single_step_and_loses_nothing(
    instance: Instance, uploader: Api, trainer: Api, photos: list[Path]
) -> None:
    with _uploading(instance, uploader, photos) as answers:
        wait_until(lambda: len(answers) > 20)
        assert promote(trainer, 2).status_code == 200
        wait_until(lambda: [answer.model for answer in answers[-20:]] == [2] * 20)
    models = [answer.model for answer in answers]
    first = models.index(2)
    assert set(models[:first]) == {1}
    assert {answer.model for answer in answers if answer.began_after > first} == {2}


def test_an_idle_predictor_loads_the_new_version_before_a_photo_comes(
    instance: Instance, uploader: Api, trainer: Api, photos: list[Path]
) -> None:
    assert promote(trainer, 3).status_code == 200
    wait_until(lambda: "version 3 is loaded" in (instance.home / "predictor.log").read_text())
    assert _predicted(uploader, _new_file(photos[0]))["model"] == 3


def test_a_tampered_version_is_refused_while_the_live_one_serves(
    instance: Instance, uploader: Api, trainer: Api, photos: list[Path]
) -> None:
    weights = instance.models_store / "2" / WEIGHTS_NAME
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-4] + bytes(4))
    refused = promote(trainer, 2)
    weights.write_bytes(whole)
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_promote")
    assert "sha256" in refused.json()["detail"]
    assert _predicted(uploader, _new_file(photos[0]))["model"] == 3


def test_a_version_that_is_tampered_with_while_it_goes_live_is_not_served(
    instance: Instance, uploader: Api, trainer: Api, photos: list[Path]
) -> None:
    """The predictor goes on with what it has, and readyz says why."""
    weights = instance.models_store / "2" / WEIGHTS_NAME
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-4] + bytes(4))
    make_live_unchecked(instance, 2)
    wait_until(lambda: "sha256" in requests.get(f"{instance.url}/readyz", timeout=5).text)
    assert _predicted(uploader, _new_file(photos[0]))["model"] == 3
    weights.write_bytes(whole)
    assert promote(trainer, 3).status_code == 200
    wait_until(lambda: requests.get(f"{instance.url}/readyz", timeout=5).status_code == 200)


class _Answer(NamedTuple):
    """began_after: how many answers there were before this photo was sent."""

    began_after: int
    model: int


@contextmanager
def _uploading(instance: Instance, uploader: Api, photos: list[Path]) -> Iterator[list[_Answer]]:
    """Meanwhile clients upload one photo after the other; the answers, in the order they come."""
    answers: list[_Answer] = []
    token = str(uploader.session.headers["Authorization"]).split()[1]

    def upload(client: Api, photo: Path) -> None:
        began_after = len(answers)
        answers.append(_Answer(began_after, _predicted(client, _new_file(photo))["model"]))

    clients = [partial(upload, instance.api(token), photo) for photo in photos[:CLIENTS]]
    with meanwhile(*clients):
        yield answers


def _new_file(photo: Path) -> bytes:
    """A file that no earlier upload equals: a few random bytes follow the picture's end."""
    return photo.read_bytes() + os.urandom(8)


def _predicted(client: Api, content: bytes) -> dict:
    response = client.session.post(
        f"{client.base}/photos/", files={"image": ("a.jpg", content)}, timeout=60
    )
    assert response.status_code == 202
    photo = client.get(f"photos/{response.json()['id']}/", wait=20)
    assert photo["state"] == "done"
    return photo["prediction"]
