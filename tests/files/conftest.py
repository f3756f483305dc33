from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import s3


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3.s3_server(tmp_path_factory.mktemp("s3")) as url:
        yield url


@pytest.fixture
def bucket(s3_url: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket, which the settings name; as boto3 has it."""
    made = s3.make_bucket(s3_url, f"ark-{uuid.uuid4().hex}")
    for name, value in s3.settings_of(s3_url, made.name).items():
        monkeypatch.setenv(name, value)
    from webapp.settings import bucket as configured

    settings.ARK_S3_BUCKET = made.name
    monkeypatch.setattr(configured, "ARK_S3_BUCKET", made.name)
    settings.STORAGES = {**settings.STORAGES, "default": configured.store(s3_url)}
    settings.MEDIA_ROOT = tmp_path / "media"
    return made


@pytest.fixture
def another_machine(settings: Any, tmp_path: Path) -> Any:
    """From when it is called, the disk is that of another machine."""

    def move() -> None:
        home = tmp_path / f"machine-{os.urandom(2).hex()}"
        settings.MEDIA_ROOT = home / "media"
        settings.ARK_MODELS_STORE = home / "models_store"
        settings.ARK_TRAINING = home / "training"

    return move
