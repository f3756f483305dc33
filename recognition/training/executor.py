"""A claimed run from beginning to end, whatever happens on the way.

However it ends, the versions that there were are untouched, and what can be used again is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from django.db import Error, connection, transaction

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.core import wakeups
from recognition.models import ModelVersion, RunState, Stage, TrainingRun
from recognition.training import known_labels, progress, runs
from recognition.training.failures import RunFailed, failure_of
from recognition.training.watch import Stopped, Watch, end, put_back, watched
from recognition.versions import registry
from recognition.versions.comparison import comparing

logger = logging.getLogger(__name__)

# Does the work, and returns the folder of the version that came out of it.
Work = Callable[[TrainingRun, Watch], Path]


def execute(run: TrainingRun, work: Work) -> None:
    """Work on a claimed run until it succeeded, failed, or must stop."""
    try:
        with watched(run) as watch:
            known_labels.freeze_if_missing(run)
            _finish(run, work(run, watch))
    except Stopped:  # if the lease is lost, that is all there is to do
        end(run, RunState.CANCELLED)
    except SystemExit:  # asked to end, perhaps in the middle of a statement
        connection.close()
        put_back(run)
        raise
    except Error:
        # Nothing can be written now. The lease runs out, and the run is taken up again.
        logger.exception("the database failed during run %s", run.id)
    except Exception as error:
        _fail(run, error)


def _finish(run: TrainingRun, result: Path) -> None:
    """Make its result a candidate, to be compared with the live version. Safe to do again."""
    progress.stage(run, Stage.SAVING)
    try:
        version = registry.add_candidate(result, run.parent)
    except CorruptCheckpoint as error:
        raise RunFailed("bug", str(error)) from error
    with transaction.atomic():
        if not end(run, RunState.SUCCEEDED, model_version=version, progress=1.0):
            raise Stopped
        _compare_with_live(version)
    runs.delete_files(run)
    logger.info("run %s made version %d", run.id, version.number)


def _compare_with_live(version: ModelVersion) -> None:
    live = registry.live_version()
    if live != version:
        comparing.request(version, live)
    transaction.on_commit(wakeups.wake_teacher)


def _fail(run: TrainingRun, error: Exception) -> None:
    failure = failure_of(error)
    if failure is None:
        logger.error("run %s failed", run.id, exc_info=error)
        failure = RunFailed("bug", f"{type(error).__name__}: {error}")
    else:
        logger.warning("run %s failed: %s", run.id, failure)
    end(run, RunState.FAILED, error=failure.code, error_detail=failure.cause)
