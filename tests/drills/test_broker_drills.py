"""Another broker: RabbitMQ, and Redis whose master dies and is replaced. The database is the queue;
whatever becomes of messages, each photo is predicted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support import drills
from tests.support.brokers import RabbitMQ, rabbitmq, watched_redis
from tests.support.instance import Api, Instance, running, wait_until

PARTS = ("web", "redis", "predictor", "teacher")
LABELS = ("cat", "dog", "horse", "chicken")
QUEUES = ("predict", "analyse", "teach", "train", "explain")
WAKE_ALL = """
from recognition.core import wakeups
from recognition.tasks import sweep
for _ in range(3):
    sweep()
    wakeups.acknowledge()
"""


def upload(client: Api, content: bytes, wait_s: int = 0, **data: str) -> str:
    """The id of the photo, which is predicted if somebody waits."""
    answer = client.session.post(
        f"{client.base}/photos/?wait={wait_s}",
        files={"image": ("a.jpg", content + os.urandom(8))},
        data=data,
        timeout=60,
    )
    assert answer.ok, answer.text
    return answer.json()["id"]


def is_done(client: Api, photo: str) -> bool:
    return client.get(f"photos/{photo}/")["state"] == "done"


def checks(instance: Instance) -> dict[str, bool]:
    answer = requests.get(f"{instance.url}/readyz", timeout=30).json()
    return {name: check["ok"] for name, check in answer["checks"].items()}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as broker:
        yield broker


@pytest.fixture(scope="module")
def instance(
    broker: RabbitMQ, network: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    settings = {"ARK_SWEEP_S": "1", "CELERY_BROKER_URL": broker.url}
    with running(home, network.parent, PARTS, **settings) as instance:
        yield instance


@pytest.fixture(scope="module")
def client(instance: Instance) -> Api:
    for group in ("Uploader", "Reviewer", "Trainer"):
        token = instance.token_of("tina", group)
    return instance.api(token)


def test_photos_are_predicted_and_a_version_is_taught(
    instance: Instance, client: Api, photos: list[Path]
) -> None:
    for number in range(20):
        upload(client, photos[number].read_bytes(), 30, label=LABELS[number % 4])
    answer = client.session.post(f"{client.base}/training-runs/", json={"mode": "teach"})
    address = f"training-runs/{answer.json()['id']}/"
    wait_until(lambda: client.get(address)["state"] not in ("queued", "running"))
    assert client.get(address)["state"] == "succeeded"
    wait_until(lambda: all(checks(instance).values()))
    assert checks(instance)["rabbitmq"]


def test_nothing_is_lost_while_it_is_away(
    broker: RabbitMQ, instance: Instance, client: Api, photos: list[Path]
) -> None:
    broker.kill()
    meanwhile = [upload(client, photo.read_bytes()) for photo in photos[:5]]
    assert not checks(instance)["rabbitmq"]
    broker.start()
    wait_until(lambda: all(is_done(client, photo) for photo in meanwhile))
    wait_until(lambda: checks(instance)["rabbitmq"])


def test_it_wakes_the_predictor_without_redis(
    instance: Instance, client: Api, photos: list[Path]
) -> None:
    instance.kill("redis")
    try:
        photo = upload(client, photos[0].read_bytes())
        wait_until(lambda: is_done(client, photo))
    finally:
        instance.start("redis")


def test_each_queue_keeps_one_message(broker: RabbitMQ, instance: Instance) -> None:
    instance.stop("predictor", "teacher")
    instance.manage("shell", "-v", "0", "-c", WAKE_ALL)
    wait_until(lambda: [broker.waiting(queue) for queue in QUEUES] == [1] * len(QUEUES))


@drills.only_long
def test_another_redis_takes_over(network: Path, photos: list[Path], tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    with watched_redis(tmp_path / "redis") as watched:
        settings = {"ARK_SWEEP_S": "1", "REDIS_URL": watched.url}
        home = tmp_path / "ark"
        with running(home, network.parent, ("web", "predictor"), **settings) as instance:
            client = instance.api(instance.token_of("ursula"))
            upload(client, photos[0].read_bytes(), 30)
            watched.kill_master()
            meanwhile = []
            while watched.role(1) != "master":
                meanwhile.append(upload(client, photos[1].read_bytes()))
            meanwhile.append(upload(client, photos[2].read_bytes()))
            wait_until(lambda: all(is_done(client, photo) for photo in meanwhile))
            wait_until(lambda: all(checks(instance).values()))
