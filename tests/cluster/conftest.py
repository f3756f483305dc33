"""One cluster for all drills: each leaves it as it was. One that fails shows what was logged."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.cluster import hosts
from tests.cluster.machines import Cluster
from tests.cluster.machines import cluster as running_cluster
from tests.support import drills


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        report.sections += hosts.last_words()
    return report


@pytest.fixture(scope="session")
def cluster(network: Path) -> Iterator[Cluster]:
    with running_cluster() as cluster:
        cluster.prepare(network.parent)
        cluster.start(predictors=drills.times(1, long=2))
        yield cluster
