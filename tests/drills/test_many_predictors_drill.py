"""Several predictors of one machine: they share what waits, and all follow a promotion."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import drills
from tests.support.candidates import add_nudged, make_live_unchecked, promote
from tests.support.instance import Api, Instance, running, wait_until
from tests.support.meanwhile import meanwhile

PREDICTORS = 2
WAITING = 40  # photos, while others are added
pytestmark = drills.only_long
# Every answer, and which process gave it; it stands in the row until then.
NOTE_ANSWERS = """
CREATE TABLE answered (worker TEXT, version INTEGER, at REAL);
CREATE TRIGGER answered AFTER UPDATE ON recognition_prediction
WHEN OLD.state = 'running' AND NEW.state = 'done' BEGIN
    INSERT INTO answered SELECT OLD.lease_owner, number, (julianday('now') - 2440587.5) * 86400
    FROM recognition_modelversion WHERE id = NEW.model_version_id;
END;
CREATE TABLE gone_live (version INTEGER, at REAL);
CREATE TRIGGER gone_live AFTER UPDATE OF live ON recognition_modelversion
WHEN NEW.live AND NOT OLD.live BEGIN
    INSERT INTO gone_live VALUES (NEW.number, (julianday('now') - 2440587.5) * 86400);
END;
"""


class Answer(NamedTuple):
    worker: str
    version: int
    at_s: float


@pytest.fixture(scope="module")
def instance(own_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """With versions 1, which is live, to 4. The others answer a little differently."""
    home = tmp_path_factory.mktemp("ark")
    parts = ("web", "redis", "predictor")
    settings = {"ARK_SWEEP_S": "1", "ARK_PREDICTORS": str(PREDICTORS)}
    with running(home, own_store, parts, **settings) as instance:
        add_nudged(instance, 3)
        with closing(_database(instance)) as database:
            database.executescript(NOTE_ANSWERS)
        wait_until(lambda: _times_loaded(instance, 1) == PREDICTORS)
        yield instance


@pytest.fixture(scope="module")
def uploader(instance: Instance) -> Api:
    return instance.api(instance.token_of("ursula"))


@pytest.fixture(scope="module")
def trainer(instance: Instance) -> Api:
    return instance.api(instance.token_of("tina", "Trainer"))


def test_all_work_on_what_waits(instance: Instance, uploader: Api, photos: list[Path]) -> None:
    with _uploading(instance, uploader, photos):
        wait_until(lambda: len(_workers_of(instance, 1)) == PREDICTORS)


def test_a_promotion_reaches_all_that_are_busy(
    instance: Instance, uploader: Api, trainer: Api, photos: list[Path]
) -> None:
    with _uploading(instance, uploader, photos):
        wait_until(lambda: len(_workers_of(instance, 1)) == PREDICTORS)
        assert promote(trainer, 2).status_code == 200
        wait_until(lambda: len(_workers_of(instance, 2)) == PREDICTORS)
    _nobody_goes_back(instance, 2, "busy")


def test_a_promotion_of_which_no_message_tells_reaches_all(
    instance: Instance, uploader: Api, photos: list[Path]
) -> None:
    with _uploading(instance, uploader, photos):
        make_live_unchecked(instance, 3)
        wait_until(lambda: len(_workers_of(instance, 3)) == PREDICTORS)
    _nobody_goes_back(instance, 3, "busy, not told")


def test_a_promotion_reaches_all_that_have_nothing_to_do(
    instance: Instance, uploader: Api, trainer: Api, photos: list[Path]
) -> None:
    assert promote(trainer, 4).status_code == 200
    wait_until(lambda: _times_loaded(instance, 4) == PREDICTORS)
    with _uploading(instance, uploader, photos):
        wait_until(lambda: len(_workers_of(instance, 4)) == PREDICTORS)
    _nobody_goes_back(instance, 4, "idle, then busy")


def _nobody_goes_back(instance: Instance, version: int, load: str) -> None:
    """No process answers by a version after it has answered by a later one. How soon each answered
    by this one is printed, for docs/benchmarks.md."""
    answers = _answers(instance)
    with closing(_database(instance)) as database:
        sql = "SELECT at FROM gone_live WHERE version = ?"
        (live_s,) = database.execute(sql, [version]).fetchone()
    for worker in _workers_of(instance, version):
        at_s = next(each.at_s for each in answers if each[:2] == (worker, version))
        print(f"{load}: version {version} by {worker} after {at_s - live_s:.2f} s")
    for worker in {answer.worker for answer in answers}:
        versions = [answer.version for answer in answers if answer.worker == worker]
        assert versions == sorted(versions)


def _workers_of(instance: Instance, version: int) -> set[str]:
    return {answer.worker for answer in _answers(instance) if answer.version == version}


def _answers(instance: Instance) -> list[Answer]:
    """In the order in which they were stored."""
    with closing(_database(instance)) as database:
        rows = database.execute("SELECT worker, version, at FROM answered ORDER BY rowid")
        return [Answer(*row) for row in rows]


def _database(instance: Instance) -> sqlite3.Connection:
    return sqlite3.connect(instance.home / "db.sqlite3", timeout=60)


def _times_loaded(instance: Instance, version: int) -> int:
    return (instance.home / "predictor.log").read_text().count(f"version {version} is loaded")


@contextmanager
def _uploading(instance: Instance, uploader: Api, photos: list[Path]) -> Iterator[None]:
    """Meanwhile so many photos wait, all the time, that each predictor has work."""

    def upload() -> None:
        if _waiting(instance) < WAITING:
            chosen = enumerate(photos * 2)
            uploader.upload_many(
                [(f"{n}.jpg", path.read_bytes() + os.urandom(8)) for n, path in chosen]
            )

    with meanwhile(upload, pause_s=0.05):
        yield
    wait_until(lambda: _waiting(instance) == 0)


def _waiting(instance: Instance) -> int:
    with closing(_database(instance)) as database:
        states = "state IN ('pending', 'running')"
        (count,) = database.execute(
            f"SELECT count(*) FROM recognition_prediction WHERE {states}"
        ).fetchone()
        return count
