"""Workers wake themselves: real processes, with nobody else who would wake them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from tests.support.instance import Instance, running, wait_until
from webapp.preflight import answers

# A pool of processes, and a pool that works in the main process, with their queues.
POOLS = {"predictor": "predict", "trainer": "train"}
QUEUES = ("predict", "analyse", "teach", "train")


@pytest.fixture(scope="module")
def instance(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    with running(home, network.parent, ("redis",), ARK_SWEEP_S="1") as instance:
        wait_until(lambda: answers(home / "redis.sock"))
        yield instance


@pytest.fixture(scope="module", params=POOLS)
def part(instance: Instance, request: pytest.FixtureRequest) -> Iterator[str]:
    with _alone(instance, request.param):
        yield request.param


def test_a_worker_wakes_itself(instance: Instance, part: str) -> None:
    for _wake_up in range(2):
        instance.forget_heartbeats(part)
        wait_until(lambda: _is_heard(instance, part))


def test_a_worker_wakes_itself_after_redis_was_away(instance: Instance, part: str) -> None:
    for losses in (1, 2):
        instance.kill("redis")
        wait_until(partial(_has_noticed, instance, part, losses))
        instance.start("redis")
        wait_until(lambda: answers(instance.home / "redis.sock"))
        instance.forget_heartbeats(part)
        wait_until(lambda: _is_heard(instance, part))


def test_nothing_accumulates_while_a_worker_sweeps(instance: Instance, part: str) -> None:
    for _wake_up in range(3):
        instance.forget_heartbeats(part)
        wait_until(lambda: _is_heard(instance, part))
    lengths = {queue: instance.redis.llen(queue) for queue in QUEUES}
    assert lengths.pop(POOLS[part]) <= 1
    assert set(lengths.values()) == {0}


@contextlib.contextmanager
def _alone(instance: Instance, part: str) -> Iterator[None]:
    instance.forget_heartbeats(part)
    instance.start(part)
    try:
        wait_until(lambda: _is_heard(instance, part))
        yield
    finally:
        instance.stop(part)


def _has_noticed(instance: Instance, part: str, losses: int) -> bool:
    """Whether the worker knows, for so many times since its log began, that Redis is away."""
    log = (instance.home / f"{part}.log").read_text()
    return log.count("Connection to broker lost") >= losses


def _is_heard(instance: Instance, part: str) -> bool:
    with contextlib.suppress(redis.ConnectionError):
        return instance.redis.zcard(f"ark:heartbeats:{part}") > 0
    return False
