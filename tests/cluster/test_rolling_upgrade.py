"""From the version before to this one, machine after machine, while people upload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import uploads
from tests.cluster.machines import Cluster, cluster
from tests.support import drills
from tests.support.before import checkout

BEFORE = "52154ef"  # the first version that knows a bucket and what follows from it
pytestmark = [drills.only_long, pytest.mark.timeout(1800)]


@pytest.fixture
def machines() -> Iterator[Cluster]:
    # That version would limit statements of everybody who uses the pooler.
    with cluster(ARK_STATEMENT_TIMEOUT_S="0") as machines:
        yield machines


def test_nobody_notices(machines: Cluster, photos: list[Path], tmp_path: Path) -> None:
    code = checkout(BEFORE, tmp_path / "before")
    machines.prepare(None, code)
    machines.start(code)
    people = uploads.Uploads(machines, photos)
    with people.going_on():
        people.wait_for_more()
        machines.migrate()
        for predictor in machines.predictors:
            machines.upgrade(predictor, "predictor")
            people.wait_for_more()
        for web in (machines.web_a, machines.web_b):
            machines.upgrade(web, "web")
            people.wait_for_more()
    assert people.failures == []
    uploads.check(machines, people)
