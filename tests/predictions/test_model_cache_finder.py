"""Which finder a predictor has in memory, and how another one takes its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.core import heartbeats, redis_client, wakeups
from recognition.core.process import worker_name
from recognition.models import ModelVersion
from recognition.predictions import model_cache
from recognition.predictions.model_cache import ModelCache
from recognition.versions import looking
from recognition.versions.finder import folder
from tests.support.subjects import looks_closer


class Classifier:
    """Only its identity counts here, and the finder's folder."""

    finder: Path | None = None


@pytest.fixture
def with_finder(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Another finder, or none, is there from now on. One that is called "broken" cannot be loaded,
    and all others can; the version knows subjects."""
    looks_closer(version)

    def load(version: ModelVersion, in_haste: bool, finder: Path | None = None) -> Classifier:
        if finder and looking.finder() == "broken":
            raise CorruptCheckpoint("the finder's sha256 differs")
        loaded = Classifier()
        loaded.finder = finder
        return loaded

    def install(sha256: str) -> None:
        monkeypatch.setattr(looking, "finder", lambda: sha256)

    monkeypatch.setattr(model_cache, "load_classifier", load)
    return install


@pytest.fixture
def cache(with_finder: Callable) -> ModelCache:
    """With version 1, which is live, loaded; there is no finder yet."""
    cache = ModelCache()
    cache.catch_up()
    return cache


def test_a_finder_that_comes_is_loaded_without_a_restart(
    cache: ModelCache, with_finder: Callable
) -> None:
    assert cache.finder == ""
    wakeups.acknowledge()
    redis_client.connection().delete("predict")
    with_finder("first")
    cache.catch_up()
    assert (cache.finder, cache.live().finder) == ("first", "first")
    assert cache.live().classifier.finder == folder()
    assert redis_client.connection().llen("predict") == 1  # photos may have waited for it


def test_a_finder_is_loaded_once(cache: ModelCache, with_finder: Callable) -> None:
    with_finder("first")
    cache.catch_up()
    first = cache.live()
    cache.catch_up()
    assert cache.live() is first
    with_finder("second")
    cache.catch_up()
    assert cache.live().finder == "second"


def test_a_version_of_the_centre_needs_no_finder(
    cache: ModelCache, version: ModelVersion, with_finder: Callable
) -> None:
    version.view = "centre"
    version.save()
    before = cache.live()
    with_finder("first")
    cache.catch_up()
    assert cache.live() is before


def test_a_finder_that_cannot_be_loaded_is_done_without_and_the_operator_is_told(
    cache: ModelCache, with_finder: Callable
) -> None:
    heartbeats.beat(worker_name())
    with_finder("broken")
    cache.catch_up()
    assert cache.finder == ""
    assert cache.live().classifier.finder is None
    assert heartbeats.complaints() == ["the finder's sha256 differs"]
    before = cache.live()
    cache.catch_up()
    assert cache.live() is before  # it is not tried again and again
    with_finder("second")
    cache.catch_up()
    assert (cache.finder, heartbeats.complaints()) == ("second", [])
