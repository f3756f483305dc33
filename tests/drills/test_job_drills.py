"""A job whose worker dies in the middle of it: real processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.instance import Instance, wait_until
from webapp.preflight import answers

ASK = (
    "from recognition.models import ModelVersion\n"
    "from recognition.versions import bundles\n"
    "bundles.ask_for(ModelVersion.objects.get(number=1), 'onnx', None)\n"
)


@pytest.fixture
def instance(own_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    database = f"sqlite:///{home}/db.sqlite3"  # which the test reads while it is written
    instance = Instance(home, own_store, ARK_SWEEP_S="1", DATABASE_URL=database)
    instance.prepare()
    instance.start("redis")
    try:
        wait_until(lambda: answers(instance.home / "redis.sock"))
        yield instance
    finally:
        instance.stop()


def test_a_teacher_that_is_killed_in_an_export_makes_it_when_it_is_back(
    instance: Instance,
) -> None:
    instance.manage("shell", "-c", ASK)
    instance.start("teacher")
    wait_until(is_in(instance, "running", 1))
    instance.kill("teacher")
    assert row_of(instance)[0] == "running"
    instance.start("teacher")
    wait_until(is_in(instance, "succeeded", 2))
    assert (instance.home / "exports" / "ark-version-1-onnx.zip").stat().st_size > 1_000_000


def is_in(instance: Instance, state: str, attempts: int) -> Callable[[], bool]:
    return lambda: row_of(instance) == (state, attempts)


def row_of(instance: Instance) -> tuple[str, int]:
    with closing(sqlite3.connect(instance.home / "db.sqlite3")) as database:
        query = "SELECT state, attempts FROM recognition_job"
        found: tuple[str, int] = database.execute(query).fetchone()
    return found
