"""What most drills begin with; those that need something else have fixtures of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.instance import WITHOUT_TRAINING, Api, Instance, running


@pytest.fixture(scope="module")
def instance(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    with running(home, network.parent, WITHOUT_TRAINING, ARK_SWEEP_S="1") as instance:
        yield instance


@pytest.fixture(scope="module")
def client(instance: Instance) -> Api:
    return instance.api(instance.token_of("ursula"))
