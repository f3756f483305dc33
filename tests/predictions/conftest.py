"""Two versions, of which one is live."""

from __future__ import annotations

import pytest

from recognition.models import ModelVersion
from recognition.versions.registry import register
from tests.support.rows import manifest


@pytest.fixture
def newer(version: ModelVersion) -> ModelVersion:
    return register(2, manifest(name="Newer"))


@pytest.fixture
def live(newer: ModelVersion) -> ModelVersion:
    """The newer version, promoted."""
    ModelVersion.objects.filter(number=1).update(live=False)
    ModelVersion.objects.filter(number=2).update(live=True)
    newer.refresh_from_db()
    return newer
