"""One cluster for all drills: each leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.machines import Cluster
from tests.cluster.machines import cluster as running_cluster
from tests.support import drills


@pytest.fixture(scope="session")
def cluster(network: Path) -> Iterator[Cluster]:
    with running_cluster() as cluster:
        cluster.prepare(network.parent)
        cluster.start(predictors=drills.times(1, long=2))
        yield cluster
