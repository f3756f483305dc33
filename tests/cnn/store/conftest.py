"""Versions that are whole, but not what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.altered_versions import Change, altered_copy


@pytest.fixture
def altered(network: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the network whose model.json was changed, with all digests right again."""

    def alter(change: Change = lambda fields: None, source: Path = network) -> Path:
        return altered_copy(source, tmp_path / "altered", change)

    return alter
