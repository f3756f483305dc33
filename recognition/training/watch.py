"""Who works on a run: claimed under a lease, which is renewed meanwhile; lost ones wait again.

Whatever is written about a running run is written by the holder of its lease, so that a trainer
that was thought dead cannot disturb its successor.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from recognition.core import leases
from recognition.models import RunState, TrainingRun
from recognition.notifications import happened

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # without an epoch in between
_LOOK_S = 1.0


class Stopped(Exception):
    """The run was cancelled, or its lease is somebody else's: the work must end."""


@transaction.atomic
def claim(modes: tuple[str, ...]) -> TrainingRun | None:
    """Take the oldest queued run of these modes under a lease."""
    queued = TrainingRun.objects.select_for_update(skip_locked=True, of=("self",))
    run = queued.filter(state=RunState.QUEUED, mode__in=modes).order_by("created", "id").first()
    if run is None:
        return None
    TrainingRun.objects.filter(id=run.id).update(
        state=RunState.RUNNING,
        started=run.started or timezone.now(),
        stage="",
        seconds_left=None,
        **leases.claimed(_duration()),
    )
    run.refresh_from_db()
    return run


@transaction.atomic
def recover() -> None:
    """Queue runs again whose worker is gone; end those that were cancelled, or lost too many."""
    lost = leases.lost(TrainingRun.objects.filter(state=RunState.RUNNING))
    now = timezone.now()
    cancelled = lost.filter(cancel_asked__isnull=False)
    happened.runs_ended(cancelled, RunState.CANCELLED)
    cancelled.update(state=RunState.CANCELLED, finished=now, **leases.NO_LEASE)
    crashed = lost.filter(attempts__gte=MAX_ATTEMPTS)
    happened.runs_ended(crashed, RunState.FAILED, "crashed")
    crashed.update(state=RunState.FAILED, error="crashed", finished=now, **leases.NO_LEASE)
    lost.update(state=RunState.QUEUED, **leases.NO_LEASE)


def held(run: TrainingRun) -> QuerySet[TrainingRun]:
    """The run's row while this process holds its lease; no row after that."""
    return leases.held(TrainingRun.objects.filter(id=run.id, state=RunState.RUNNING))


def write(run: TrainingRun, **fields: Any) -> None:
    """Change columns of a run that this process works on. Raises Stopped."""
    if not held(run).update(**fields):
        raise Stopped
    for name, value in fields.items():
        setattr(run, name, value)


@transaction.atomic
def end(run: TrainingRun, state: RunState, **fields: Any) -> bool:
    """Give the run back in this state; False if this process holds it no more."""
    finished = None if state == RunState.QUEUED else timezone.now()
    if not held(run).update(state=state, finished=finished, **leases.NO_LEASE, **fields):
        return False
    if finished:
        row = TrainingRun.objects.filter(id=run.id).select_related("model_version")
        happened.runs_ended(row, state, fields.get("error", ""))
    return True


def put_back(run: TrainingRun) -> None:
    """Let another trainer go on with it: this one is asked to end, which is not the run's fault."""
    end(run, RunState.QUEUED, attempts=F("attempts") - 1)


class Watch:
    """Renews a run's lease, and notices within a second that the work must stop."""

    def __init__(self, run: TrainingRun) -> None:
        self._run = run
        # Called in another thread; whoever sets it looks at `check` afterwards.
        self.on_stop: Callable[[], None] = lambda: None
        self._over = threading.Event()
        self._stop = threading.Event()

    @property
    def must_stop(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """Raises Stopped when the work must stop."""
        if self.must_stop:
            raise Stopped

    def end(self) -> None:
        self._over.set()

    def look(self) -> None:
        """Runs in a thread of its own until the work ends."""
        try:
            while not self._over.wait(_LOOK_S):
                if not self._may_go_on():
                    self._stop.set()
                    self.on_stop()
                    return
        finally:
            connection.close()

    def _may_go_on(self) -> bool:
        try:
            row = held(self._run).filter(cancel_asked=None)
            expires = row.values_list("lease_expires", flat=True).first()
            if expires and expires < timezone.now() + _duration() / 2:
                row.update(lease_expires=timezone.now() + _duration())
            return expires is not None
        except Error:  # the database may be back before the lease runs out
            logger.warning("the database is away; the run goes on", exc_info=True)
            connection.close()
            return True


@contextmanager
def watched(run: TrainingRun) -> Iterator[Watch]:
    """The lease is renewed inside."""
    watch = Watch(run)
    thread = threading.Thread(target=watch.look, name="lease", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


def _duration() -> timedelta:
    return timedelta(seconds=settings.ARK_LEASE_S)
