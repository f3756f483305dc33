"""Which network a predictor has in memory, and how another one takes its place."""

from __future__ import annotations

import contextlib
import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from unittest.mock import Mock

import pytest
import redis
from django.db import connection

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.core import events, heartbeats, redis_client
from recognition.core.process import worker_name
from recognition.models import ModelVersion
from recognition.predictions import model_cache
from recognition.predictions.model_cache import ModelCache
from recognition.versions.registry import register
from tests.support.instance import wait_until
from tests.support.rows import manifest


def with_a_watcher(test: Callable[..., None]) -> Callable[..., None]:
    """Its thread has a connection of its own, and ends by SystemExit at the end of the test."""
    test = pytest.mark.django_db(transaction=True)(test)
    unhandled = "ignore::pytest.PytestUnhandledThreadExceptionWarning"
    return pytest.mark.filterwarnings(unhandled)(test)


class Classifier:
    """Only its identity counts here."""


@pytest.fixture
def newer(version: ModelVersion) -> ModelVersion:
    return register(2, manifest(name="Newer"))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The numbers of versions that cannot be loaded; all others can."""
    numbers: set[int] = set()

    def load(version: ModelVersion, in_haste: bool) -> Classifier:
        if version.number in numbers:
            raise CorruptCheckpoint("its sha256 differs")
        return Classifier()

    monkeypatch.setattr(model_cache, "load_classifier", load)
    return numbers


@pytest.fixture
def cache(version: ModelVersion, broken: set[int]) -> ModelCache:
    """With version 1, which is live, loaded."""
    cache = ModelCache()
    cache.catch_up()
    return cache


@pytest.fixture
def go_live(version: ModelVersion, newer: ModelVersion) -> Callable[[ModelVersion], None]:
    def promote(promoted: ModelVersion) -> None:
        ModelVersion.objects.update(live=False)
        ModelVersion.objects.filter(id=promoted.id).update(live=True)

    return promote


def test_the_live_version_is_loaded_once(cache: ModelCache, version: ModelVersion) -> None:
    first = cache.live()
    cache.catch_up()
    assert cache.live() is first
    assert first.version == version


def test_a_promoted_version_takes_the_place_of_the_old_one(
    cache: ModelCache, newer: ModelVersion, go_live: Callable
) -> None:
    go_live(newer)
    cache.catch_up()
    assert cache.live().version == newer


def test_the_memory_of_the_old_network_is_freed(
    cache: ModelCache, newer: ModelVersion, go_live: Callable
) -> None:
    old = weakref.ref(cache.live().classifier)
    gc.disable()  # not even the garbage collector is needed
    go_live(newer)
    cache.catch_up()
    gc.enable()
    assert old() is None


def test_what_cannot_be_loaded_changes_nothing_and_the_operator_is_told(
    cache: ModelCache, newer: ModelVersion, broken: set[int], go_live: Callable
) -> None:
    before = cache.live()
    heartbeats.beat(worker_name())
    broken.add(2)
    go_live(newer)
    cache.catch_up()
    assert cache.live() is before
    assert heartbeats.complaints() == ["its sha256 differs"]


def test_once_another_version_is_live_nobody_complains_any_more(
    cache: ModelCache,
    version: ModelVersion,
    newer: ModelVersion,
    broken: set[int],
    go_live: Callable,
) -> None:
    heartbeats.beat(worker_name())
    broken.add(2)
    go_live(newer)
    cache.catch_up()
    go_live(version)
    cache.catch_up()
    assert heartbeats.complaints() == []


def test_what_could_not_be_loaded_is_tried_again_later(
    cache: ModelCache,
    newer: ModelVersion,
    broken: set[int],
    go_live: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_cache, "TRY_AGAIN_S", 3600.0)
    broken.add(2)
    go_live(newer)
    cache.catch_up()
    broken.clear()
    cache.catch_up()
    assert cache.live().version != newer
    monkeypatch.setattr(model_cache, "TRY_AGAIN_S", 0.0)
    cache.catch_up()
    assert cache.live().version == newer


def test_a_predictor_that_has_nothing_to_predict_with_says_why(
    version: ModelVersion, broken: set[int]
) -> None:
    broken.add(1)
    with pytest.raises(CorruptCheckpoint, match="sha256 differs"):
        ModelCache().live()


def test_another_version_is_loaded_beside_the_live_one_until_it_is_released(
    cache: ModelCache, version: ModelVersion, newer: ModelVersion
) -> None:
    other = cache.loaded(newer)
    assert other.version == newer
    assert cache.live().version == version
    classifier = weakref.ref(other.classifier)
    del other
    cache.release_other()
    assert classifier() is None


def test_a_version_that_is_loaded_beside_is_live_at_once_when_promoted(
    cache: ModelCache, newer: ModelVersion, go_live: Callable
) -> None:
    other = cache.loaded(newer)
    go_live(newer)
    cache.catch_up()
    assert cache.live() is other


def test_a_folder_that_holds_another_version_is_not_loaded(live_version: ModelVersion) -> None:
    live_version.sha256 = "0" * 64
    with pytest.raises(CorruptCheckpoint, match="another version"):
        model_cache.load_classifier(live_version)


def test_a_watcher_hears_of_a_promotion() -> None:
    news = events.live_version_events(timeout_s=30)
    next(news)  # it looks once before it listens
    next(news)  # Redis confirms that it listens
    events.publish_live_version()
    next(news)


@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_watcher_looks_by_the_clock() -> None:
    news = events.live_version_events(timeout_s=0.01)
    assert [next(news) for _ in range(3)] == [None] * 3


def test_what_failed_before_it_was_asked_for_is_tried_at_once(
    cache: ModelCache, newer: ModelVersion, broken: set[int]
) -> None:
    broken.add(2)
    with pytest.raises(CorruptCheckpoint, match="sha256 differs"):
        cache.loaded(newer)
    cache.release_other()
    broken.clear()
    assert cache.loaded(newer).version == newer


def test_what_failed_is_not_tried_again_at_once(
    cache: ModelCache, newer: ModelVersion, broken: set[int]
) -> None:
    broken.add(2)
    with pytest.raises(CorruptCheckpoint):
        cache.loaded(newer)
    broken.clear()
    with pytest.raises(CorruptCheckpoint):
        cache.loaded(newer)


@with_a_watcher
def test_beside_a_watcher_an_old_failure_does_not_count(
    cache: ModelCache, newer: ModelVersion, broken: set[int]
) -> None:
    broken.add(2)
    with pytest.raises(CorruptCheckpoint):
        cache.loaded(newer)
    cache.release_other()
    broken.clear()
    with watching(cache):
        wait_until(lambda: cache.loaded(newer))


def test_a_complaint_that_could_not_be_taken_back_is_taken_back_later(
    cache: ModelCache,
    version: ModelVersion,
    newer: ModelVersion,
    broken: set[int],
    go_live: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heartbeats.beat(worker_name())
    broken.add(2)
    go_live(newer)
    cache.catch_up()
    go_live(version)
    with monkeypatch.context() as patched:
        away = redis.Redis.from_url("unix:///nowhere/redis.sock")
        patched.setattr(redis_client, "connection", lambda: away)
        cache.catch_up()
    cache.catch_up()
    assert heartbeats.complaints() == []


@with_a_watcher
def test_a_watcher_outlives_whatever_fails(
    cache: ModelCache,
    newer: ModelVersion,
    go_live: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listen, failed = events.live_version_events, threading.Event()

    def fail_once(timeout_s: float) -> Iterator[None]:
        if not failed.is_set():
            failed.set()
            raise OSError("too many open files")
        yield from listen(timeout_s)

    monkeypatch.setattr(events, "live_version_events", fail_once)
    with watching(cache):
        failed.wait()
        go_live(newer)
        wait_until(lambda: cache.live().version == newer)


@with_a_watcher
def test_a_watcher_that_ended_is_replaced(
    cache: ModelCache, newer: ModelVersion, go_live: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(events, "live_version_events", Mock(side_effect=SystemExit))
        cache.watch()
        cache._watcher.join()
    go_live(newer)
    with watching(cache):
        wait_until(lambda: cache.live().version == newer)


@contextlib.contextmanager
def watching(cache: ModelCache) -> Iterator[None]:
    """With a watcher, which a real predictor ends by ending itself."""
    look = cache._look

    def look_and_close() -> None:
        try:
            look()
        finally:
            connection.close()

    cache._look = look_and_close
    cache.watch()
    try:
        yield
    finally:
        cache._look = Mock(side_effect=SystemExit)
        events.publish_live_version()
        cache._watcher.join()


def test_only_predictors_that_are_heard_complain(version: ModelVersion) -> None:
    heartbeats.complain("gone:1", "its sha256 differs")
    assert heartbeats.complaints() == []
