"""kill -9 of each process in turn while people upload, review and teach."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support import drills
from tests.support.instance import Api, Instance, running, wait_until
from tests.support.meanwhile import meanwhile

PARTS = ("web", "redis", "predictor", "analyst", "teacher", "trainer")
UNFINISHED = ("queued", "running")
UPLOADS = drills.times(60, long=200)
_ROUNDS = drills.times(len(PARTS), long=100)
_COUNTED = """
from django.db.models import Count
from recognition.models import Decision, Photo, Prediction, State, TrainingRun
photos = Photo.objects.filter(owner__username="ursula")
print(photos.count(), photos.filter(prediction__state=State.DONE).count())
print(Prediction.objects.filter(photo__owner__username="ursula").count())
print(Decision.objects.filter(by__username="rita").count())
print(*TrainingRun.objects.values_list("state", flat=True))
print(sum(not photo.original_path.exists() for photo in photos))
"""

_PREDICTED_TWICE = """
from django.db.models import Count
from recognition.models import Photo
for photo in Photo.objects.alias(rows=Count("predictions")).filter(rows__gt=1):
    print(list(photo.predictions.values("created", "state", "model_version", "attempts", "error")))
"""


@pytest.fixture(scope="module")
def instance(own_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    with running(home, own_store, PARTS, ARK_SWEEP_S="1", ARK_LEASE_S="5") as instance:
        yield instance


class Stubborn:
    """A client that asks until it is answered, as scripts on a bad line do."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def ask(self, method: str, path: str, **options: object) -> dict:
        while True:
            try:
                answer = self._api.session.request(
                    method, f"{self._api.base}/{path}", timeout=30, **options
                )
            except requests.RequestException:
                time.sleep(0.1)
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                answer.raise_for_status()
                return answer.json()
            time.sleep(0.1)

    def upload(self, name: str, content: bytes) -> str:
        return self.ask("POST", "photos/", files={"image": (name, content)})["id"]


def test_nothing_is_lost_and_nothing_happens_twice(instance: Instance, photos: list[Path]) -> None:
    uploader = Stubborn(instance.api(instance.token_of("ursula")))
    reviewer = Stubborn(instance.api(instance.token_of("rita", "Reviewer")))
    trainer = Stubborn(instance.api(instance.token_of("tara", "Trainer")))
    stored: list[str] = []
    labelled: dict[str, str] = {}

    def upload() -> None:
        content = photos[len(stored) % len(photos)].read_bytes() + os.urandom(8)
        stored.append(uploader.upload(f"{len(stored)}.jpg", content))

    def review() -> None:
        for photo in stored[len(labelled) : len(labelled) + 1]:
            slug = ("dog", "cat", "bus")[len(labelled) % 3]
            reviewer.ask("PUT", f"photos/{photo}/label/", json={"label": slug})
            labelled[photo] = slug

    with meanwhile(upload, review, pause_s=0.02):
        wait_until(lambda: len(labelled) >= 10)
        run = trainer.ask("POST", "training-runs/", json={"mode": "teach"})["id"]
        for part in _in_turn():
            instance.kill(part)
            time.sleep(random.uniform(0, 0.3))
            instance.start(part)
            time.sleep(random.uniform(0.2, 1.0))
        wait_until(lambda: len(stored) >= UPLOADS and len(labelled) >= 20)

    wait_until(lambda: trainer.ask("GET", f"training-runs/{run}/")["state"] not in UNFINISHED)
    taught = trainer.ask("GET", f"training-runs/{run}/")
    assert taught["state"] == "succeeded", taught
    wait_until(lambda: _counted(instance)[0] == [len(stored), len(stored)])
    _photos, predictions, decisions, _runs, missing = _counted(instance)
    assert len(set(stored)) == len(stored)
    assert instance.manage("shell", "-v", "0", "-c", _PREDICTED_TWICE) == ""
    assert predictions == [len(stored)]
    assert decisions == [len(labelled)]
    assert missing == [0]
    said = {photo: uploader.ask("GET", f"photos/{photo}/")["label"] for photo in labelled}
    assert said == labelled


def _in_turn() -> list[str]:
    return [PARTS[number % len(PARTS)] for number in range(_ROUNDS)]


def _counted(instance: Instance) -> list[list[object]]:
    lines = instance.manage("shell", "-v", "0", "-c", _COUNTED).splitlines()
    return [[int(word) if word.isdigit() else word for word in line.split()] for line in lines]
