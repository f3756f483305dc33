"""Digits to train with, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.training_jobs import write_digits


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str, str]]:
    return write_digits(tmp_path_factory.mktemp("digits") / "photos")
