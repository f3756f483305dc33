"""What a predictor does when it is woken: predict until nothing waits.

Uploads come first. Closer looks and then the backfill follow once it is quiet, one batch at a time,
and after each batch the predictor looks for uploads. What takes long to decode goes on beside all
that (`apart`).
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.db import Error

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.serving.classifier import HeavyPhoto, Look, Outcome
from recognition.core import failures, heartbeats, memory, tracing, wakeups
from recognition.core.process import worker_name
from recognition.core.tracing import Taken
from recognition.files.bucket import BucketAway
from recognition.models import ModelVersion, Prediction, Weight
from recognition.predictions import backfill, closer_look, queue
from recognition.predictions.model_cache import Loaded, model_cache
from recognition.versions import looking
from recognition.workers.apart import Apart
from recognition.workers.quiet import AtMostEvery, Quiet

logger = logging.getLogger(__name__)

MAX_DRAIN_S = 60  # then another wake-up, so that no task comes near its time limit

MOMENT_S = 0.05  # that is waited for what is decoded apart, when there is nothing else to do

_is_left = False  # whether this process holds rows because the database was away
_heartbeat = AtMostEvery(1.0)
_look_for_heavy = AtMostEvery(0.25)
quiet = Quiet(wakeups.wake_predictor)
apart = Apart()


def serve() -> None:
    """Follow the live version, in a predictor's process, and predict what waits."""
    model_cache.watch()
    predict_pending()


def predict_pending() -> int:
    """Predict until nothing is left to claim; return how many photos were settled.

    Whatever goes wrong, what was claimed waits again, and is then tried one by one. A database or
    a bucket that is away is no photo's fault.
    """
    global _is_left
    try:
        if _is_left:
            queue.give_back(counts=False)
            _is_left = False
        settled = _drain()
    except Exception as error:
        failures.failed(heartbeats.PREDICTOR, "predicting", error)
        heartbeats.beat(worker_name())  # it lives, and has something to tell
        _is_left = isinstance(error, (Error, BucketAway))
        with contextlib.suppress(Error):  # then when it is back, or the lease runs out
            if queue.give_back(counts=not _is_left):
                wakeups.wake_predictor()
            _is_left = False
        raise
    if settled:
        failures.went_well(heartbeats.PREDICTOR, "predicting")
    return settled


def _drain() -> int:
    wakeups.acknowledge()
    model_cache.catch_up()
    started = time.monotonic()
    ends = started + MAX_DRAIN_S
    settled = _predict_uploads(ends)
    if queue.recover():  # afterwards, because a lone upload need not wait for it
        settled += _predict_uploads(ends)
    while time.monotonic() < ends:
        done = _do_in_background() if quiet.is_now() else None
        if done is None:
            if apart.is_idle:
                break
            done = apart.collect(MOMENT_S)
        settled += done + _predict_uploads(ends)
    if settled:
        _log_drain(settled, 1000 * (time.monotonic() - started))
    else:  # a predictor that finds nothing is there all the same
        heartbeats.beat(worker_name())
    if time.monotonic() >= ends:
        wakeups.wake_predictor()
    return settled


def _predict_uploads(ends: float) -> int:
    """Predict until no upload waits; return how many were settled."""
    settled = 0
    loaded = None
    while loaded is not model_cache.live():  # which may change meanwhile
        loaded = model_cache.live()
        settled += _predict_uploads_by(loaded, ends)
    return settled


def _predict_uploads_by(loaded: Loaded, ends: float) -> int:
    """As long as this is the live network: then only what it has claimed is still its own."""
    claimed: deque[tuple[Taken, list[Prediction]]] = deque()

    def batches() -> Iterator[list[Look]]:
        while time.monotonic() < ends and loaded is model_cache.live():
            rows = queue.claim(loaded.version)
            if not rows:
                return
            queued = {row.photo_id: row.created for row in rows}
            claimed.append((Taken(time.time_ns(), queued), rows))
            yield _looks(rows)

    settled = 0
    for answers in loaded.classifier.stream(batches()):
        taken, rows = claimed.popleft()
        settled += queue.store(rows, answers)
        states = {row.photo_id: row.state for row in rows if row.is_settled}
        tracing.answered(taken, states, loaded.version.number)
        quiet.upload_came()
        _after_batch()
        settled += _predict_apart(loaded) if _look_for_heavy.is_due() else apart.collect()
    return settled + _predict_apart(loaded)


def _predict_apart(loaded: Loaded) -> int:
    """Store what was decoded apart, and hand over the next upload that takes long; return how many
    were settled."""
    settled = apart.collect()
    if apart.is_idle and loaded is model_cache.live() and queue.has_heavy():
        rows = queue.claim(loaded.version, weight=Weight.HEAVY)
        for row, look in zip(rows, _looks(rows), strict=True):
            apart.add(loaded.classifier, look, partial(_store_apart, loaded, row))
    return settled


def _store_apart(loaded: Loaded, row: Prediction, outcome: Outcome) -> int:
    """If another version has gone live meanwhile, that one is to answer."""
    is_live = loaded is model_cache.live()
    settled = queue.store([row], [outcome if is_live else HeavyPhoto()])
    _after_batch()
    return settled


def _store_one(store: Callable[[list[Any], list[Outcome]], int], row: Any, outcome: Outcome) -> int:
    settled = store([row], [outcome])
    _after_batch()
    return settled


def _do_in_background() -> int | None:
    """Look closer at a batch or, if none is due, predict one of the backfill; as `_backfill`."""
    if not apart.is_idle:  # it need not grow while uploads may come
        return None
    finder, loaded = model_cache.finder, model_cache.at_hand()
    if finder and (version := closer_look.next_version(loaded.keys())):
        return 0 if closer_look.put_labelled_first(finder) else _look_closer(version)
    return _backfill()


def _look_closer(version: ModelVersion) -> int | None:
    """0, for no photo gets its answer by it, or None if it must wait."""
    try:
        loaded = model_cache.at_hand().get(version.id) or model_cache.loaded(version)
    except CorruptCheckpoint as error:
        logger.error("no closer look by version %d: %s", version.number, error)
        model_cache.release_other()
        closer_look.put_off(version)
        return 0
    if loaded is None:
        return None  # a wake-up comes when it is loaded
    if not loaded.classifier.has_finder:
        return _backfill()  # a wake-up comes when it is loaded with the finder
    claims = closer_look.claim(version)
    for outcomes in loaded.classifier.stream([[claim.look for claim in claims]] if claims else []):
        pairs = list(zip(claims, outcomes, strict=True))
        done = [(claim, said) for claim, said in pairs if not isinstance(said, HeavyPhoto)]
        closer_look.store([claim for claim, _ in done], [said for _, said in done])
        for claim in (claim for claim, said in pairs if isinstance(said, HeavyPhoto)):
            apart.add(loaded.classifier, claim.look, partial(_look_closer_apart, claim))
        _after_batch()
    return 0


def _look_closer_apart(claim: closer_look.Claim, outcome: Outcome) -> int:
    closer_look.store([claim], [outcome])
    return 0


def _backfill() -> int | None:
    """Predict a batch of the backfill, or plan the next ones; return how many photos were settled,
    or None if there is nothing that can be done now."""
    version = backfill.next_version()
    if version is None:
        if backfill.plan_more() or backfill.follow_backbone():
            return 0
        model_cache.release_other()
        return None
    try:
        loaded = model_cache.loaded(version)
    except CorruptCheckpoint as error:
        model_cache.release_other()
        backfill.stop(version, str(error))
        return None
    if loaded is None:
        return None  # a wake-up comes when it is loaded
    rows = queue.claim_backfill(version)
    settled = 0
    if not rows and (heavy := queue.claim_backfill(version, weight=Weight.HEAVY)):
        store = partial(_store_one, backfill.store, heavy[0])
        apart.add(loaded.classifier, _looks(heavy)[0], store)
    for answers in loaded.classifier.stream([_looks(rows)] if rows else []):
        settled += backfill.store(rows, answers)
        _after_batch()
    return settled


def _looks(rows: Sequence[Any]) -> list[Look]:
    """rows: claimed, so that they know whether they have further labels."""
    with_parts = [row.photo_id for row in rows if row.has_parts]
    return looking.looks([row.photo for row in rows], with_parts=with_parts)


def _after_batch() -> None:
    memory.give_back()
    if _heartbeat.is_due():
        heartbeats.beat(worker_name())


def _log_drain(photos: int, milliseconds: float) -> None:
    version = model_cache.live().version.number
    fields = {"photos": photos, "milliseconds": round(milliseconds, 1), "version": version}
    logger.info("predicted %d photos in %.0f ms", photos, milliseconds, extra=fields)
