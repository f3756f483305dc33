"""The model cache: the networks that a predictor has in memory, the live version's and, during a
backfill by another version, that one's.

A thread watches which version is live, and which finder is there. It loads and warms up a network
beside the predictions, and then replaces the old one in a single step: nobody waits for it, and
nobody gets a network that is half loaded. One that cannot be loaded changes nothing; a finder that
cannot be loaded is done without.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import close_old_connections

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.serving.classifier import BATCH_SIZE, Classifier
from recognition.core import events, heartbeats, memory, wakeups
from recognition.core.process import worker_name
from recognition.files import of_versions
from recognition.models import ModelVersion, View
from recognition.versions import looking, registry

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0  # which version is live; Redis usually tells sooner
TRY_AGAIN_S = 20.0  # to load what could not be loaded


class Loaded(NamedTuple):
    """A version and its network. When the last reference to it goes, so does its memory.

    finder: the sha256 of the finder that was there; "" if there was none or it needs none.
    """

    version: ModelVersion
    classifier: Classifier
    finder: str = ""


class _Wanted(NamedTuple):
    """The version that is, or should be, loaded beside the live one, and when it was asked for."""

    version: ModelVersion
    since_s: float


class _Failure(NamedTuple):
    """Why a version could not be loaded, and when that was tried."""

    reason: str
    began_s: float
    ended_s: float


class ModelCache:
    """The networks of one process. One thread predicts with them, another one may watch."""

    def __init__(self) -> None:
        self._live: Loaded | None = None
        self._other: Loaded | None = None
        self._wanted: _Wanted | None = None
        self._failures: dict[int, _Failure] = {}  # by the version's id
        self._finder = ""  # the sha256 of the one that is there
        self._finder_failure = ""  # why that one cannot be loaded
        self._told = ""  # the operator, through Redis
        self._loading = threading.Lock()
        self._watcher: threading.Thread | None = None

    def watch(self) -> None:
        """Follow the live version from now on, in a thread that ends with the process."""
        if not self._is_watched():
            self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
            self._watcher.start()

    def catch_up(self) -> None:
        """Do now what a watcher does all the time, unless there is one."""
        if not self._is_watched():
            self._look()

    def live(self) -> Loaded:
        """The live version or, until that is loaded, the one before.

        Raises CorruptCheckpoint if nothing is loaded and nothing can be.
        """
        if self._live is None:
            self._look()
        if self._live is None:
            failure = self._failures.get(registry.live_version().id)
            raise CorruptCheckpoint(failure.reason if failure else "nothing is loaded yet")
        return self._live

    def loaded(self, version: ModelVersion) -> Loaded | None:
        """Any version; None until it is loaded, after which this wakes a predictor.

        If it is not the live one, it stays until another one is asked for, or `release_other`.
        Raises CorruptCheckpoint if it cannot be loaded. What failed before it was asked for does
        not count: the cause may be gone.
        """
        if self._wanted is None or self._wanted.version.id != version.id:
            self._wanted = _Wanted(version, time.monotonic())
        self.catch_up()
        failure = self._failures.get(version.id)
        for loaded in (self._live, self._other):  # each read once: a watcher may replace them
            if _is(loaded, version):
                return loaded
        if failure and failure.began_s >= self._wanted.since_s:
            raise CorruptCheckpoint(failure.reason)
        return None

    @property
    def finder(self) -> str:
        """The sha256 of the finder that looks closer; "" if there is none, or none that works."""
        return "" if self._finder_failure else self._finder

    def at_hand(self) -> dict[int, Loaded]:
        """What is loaded, by the version's id."""
        loaded = (self._other, self._live)
        return {one.version.id: one for one in loaded if one is not None}

    def release_other(self) -> None:
        """Nothing is left to be predicted by it."""
        self._wanted = self._other = None

    def _is_watched(self) -> bool:
        return self._watcher is not None and self._watcher.is_alive()

    def _watch(self) -> None:
        while True:
            try:
                for _ in events.live_version_events(LOOK_EVERY_S):
                    close_old_connections()
                    self._look()
            except Exception as error:  # the thread must outlive a database that is away
                logger.warning("the live version cannot be looked up: %r", error)
                time.sleep(LOOK_EVERY_S)

    def _look(self) -> None:
        with self._loading:
            finder_before = self._finder
            self._follow_finder()
            self._follow_live()
            self._follow_wanted()
            if self._finder != finder_before:
                wakeups.wake_predictor()  # photos may have waited for it

    def _follow_finder(self) -> None:
        finder = looking.finder()
        if finder != self._finder:
            self._finder, self._finder_failure = finder, ""

    def _follow_live(self) -> None:
        version = registry.live_version()
        if not self._is_current(self._live, version):
            has_other = self._is_current(self._other, version)
            self._live = (self._other if has_other else self._load(version)) or self._live
        failure = self._failures.get(version.id)
        reason = "" if _is(self._live, version) or failure is None else failure.reason
        self._tell(reason or self._finder_failure)

    def _follow_wanted(self) -> None:
        wanted = self._wanted
        if wanted is None or _is(self._live, wanted.version):
            self._other = None
        elif not self._is_current(self._other, wanted.version):
            self._other = self._load(wanted.version, wanted.since_s)
            wakeups.wake_predictor()  # its photos wait

    def _tell(self, complaint: str) -> None:
        if (complaint or self._told) and heartbeats.complain(worker_name(), complaint):
            self._told = complaint

    def _load(self, version: ModelVersion, asked_s: float = 0.0) -> Loaded | None:
        """None if it cannot be loaded, or could not a moment ago, after it had been asked for."""
        began_s = time.monotonic()
        failure = self._failures.get(version.id)
        if failure and failure.began_s >= asked_s and began_s < failure.ended_s + TRY_AGAIN_S:
            return None
        finder = self._finder_for(version)
        try:
            classifier = self._load_with(finder, version)
        except Exception as error:  # whatever is wrong with it, the one that is loaded goes on
            reason = str(error) or repr(error)
            self._failures[version.id] = _Failure(reason, began_s, time.monotonic())
            logger.error("version %d cannot be loaded: %s", version.number, reason)
            return None
        self._failures.pop(version.id, None)
        logger.info("version %d is loaded", version.number, extra={"version": version.number})
        return Loaded(version, classifier, finder)

    def _load_with(self, finder: str, version: ModelVersion) -> Classifier:
        in_haste = self._live is not None
        if not finder or self._finder_failure:
            return load_classifier(version, in_haste=in_haste)
        try:
            return load_classifier(version, in_haste=in_haste, finder=looking.finder_for(version))
        except Exception as error:
            classifier = load_classifier(version, in_haste=in_haste)
            # It is the finder's fault. Photos are answered at first sight until another one comes.
            self._finder_failure = str(error) or repr(error)
            logger.error("the finder cannot be loaded: %s", self._finder_failure)
            return classifier

    def _is_current(self, loaded: Loaded | None, version: ModelVersion) -> bool:
        """Whether it is this version, with the finder that is there."""
        return (
            loaded is not None
            and loaded.version.id == version.id
            and loaded.finder == self._finder_for(version)
        )

    def _finder_for(self, version: ModelVersion) -> str:
        return self._finder if version.view == View.SUBJECTS else ""


def load_classifier(
    version: ModelVersion, in_haste: bool = False, finder: Path | None = None
) -> Classifier:
    """Load a version's network, in haste if it shall take over from another one as soon as it can,
    with the finder in this folder.

    Raises CorruptCheckpoint, BrokenEngine, ValueError.
    """
    classifier = Classifier.load(
        of_versions.folder(version),
        settings.ARK_ENGINE,
        settings.ARK_DEVICE,
        settings.ARK_MAX_PIXELS,
        warm_up=(1, BATCH_SIZE) if in_haste else range(1, BATCH_SIZE + 1),
        finder=finder,
    )
    if classifier.manifest.sha256 != version.sha256:
        raise CorruptCheckpoint(f"{version.folder} holds another version")
    memory.keep_what_is_loaded()
    return classifier


def _is(loaded: Loaded | None, version: ModelVersion) -> bool:
    return loaded is not None and loaded.version.id == version.id


model_cache = ModelCache()
