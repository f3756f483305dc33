from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.instance import Instance, running

PARTS = ("web", "redis", "predictor")


@pytest.fixture(scope="package")
def instance(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    with running(home, network.parent, PARTS) as instance:
        yield instance
