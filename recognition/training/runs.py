"""Training runs: launched, cancelled, resumed. `watch.py` is about who works on one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.training.parameters import TeachParameters, TrainingParameters, WrongParameter
from recognition.core import heartbeats, wakeups
from recognition.files import of_runs
from recognition.labels.tree import LabelTree
from recognition.models import DataSet, Experiment, Mode, ModelVersion, RunState, TrainingRun
from recognition.models.ids import time_ordered_uuid
from recognition.notifications import happened
from recognition.training import datasets, known_labels
from recognition.training.failures import CannotTrain
from recognition.training.known_labels import Labels
from recognition.versions import registry

if TYPE_CHECKING:
    from recognition.cnn.networks.summaries import NetworkSummary

FINISH_NOW = "finish-now"  # a file: the trainer is to save the best epoch so far
_STOPPED = (RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True)
class Launch:
    """A run that was checked, and is not queued yet.

    parents: the labels of the version to start from; None if its folder is damaged, of which the
        run will fail.
    """

    run: TrainingRun
    parents: Labels | None


def launch(
    by: User | None,
    mode: str,
    parent: ModelVersion | None = None,
    network: str = "",
    parameters: Mapping[str, Any] | None = None,
    network_options: Mapping[str, Any] | None = None,
    dataset: DataSet | None = None,
    run_id: UUID | None = None,
) -> TrainingRun:
    """Freeze the photos, unless there is a data set, and queue a run. Raises CannotTrain.

    The arguments are those of `prepare`. Not for use inside a transaction.
    """
    checked = prepare(by, mode, parent, network, parameters, network_options, run_id=run_id)
    photos = dataset or datasets.read(mode, checked.run.parent)
    if isinstance(photos, datasets.Draft):
        datasets.write(photos)
    try:
        return queue(checked, photos)
    except IntegrityError:
        if known := TrainingRun.objects.filter(id=checked.run.id).first():
            return known  # the same click, twice at once
        raise


def prepare(
    by: User | None,
    mode: str,
    parent: ModelVersion | None = None,
    network: str = "",
    parameters: Mapping[str, Any] | None = None,
    network_options: Mapping[str, Any] | None = None,
    varied: Mapping[str, Any] | None = None,
    run_id: UUID | None = None,
) -> Launch:
    """Check what a run is to be, and change nothing. Raises CannotTrain.

    parent: to teach or to fine-tune; the live version if none is given.
    network, network_options: to train from scratch.
    run_id: chosen by who asks, so that asking twice, such as by a double click, makes one run.
    """
    if mode not in Mode.values:
        raise CannotTrain("unknown_mode")
    if mode == Mode.FROM_SCRATCH:
        parent = None
    else:
        parent = parent or _live_version()
        network, network_options = parent.network, {}
    run = TrainingRun(
        id=run_id or time_ordered_uuid(),
        by=by,
        mode=mode,
        parent=parent,
        network=network,
        parameters=checked_parameters(mode, network, parameters or {}, network_options or {}),
        varied=dict(varied or {}),
    )
    try:
        return Launch(run, known_labels.parents_labels(parent))
    except CorruptCheckpoint:
        return Launch(run, None)


@transaction.atomic
def queue(
    launch: Launch, photos: DataSet | datasets.Draft, experiment: Experiment | None = None
) -> TrainingRun:
    """Queue a checked run, with its photos and labels frozen. Done twice, it makes one run."""
    run = launch.run
    if known := TrainingRun.objects.filter(id=run.id).first():
        return known
    run.dataset = photos if isinstance(photos, DataSet) else datasets.write(photos)
    run.labels = _frozen_labels(launch, photos)
    run.experiment = experiment
    run.save(force_insert=True)
    transaction.on_commit(lambda: ring_for(run))
    return run


def _frozen_labels(launch: Launch, photos: DataSet | datasets.Draft) -> known_labels.Frozen:
    """Runs on one data set that start from one version know the same labels, whenever they are
    launched: so they can be compared. Empty if the parent's are not known."""
    if launch.parents is None:
        return []
    if isinstance(photos, datasets.Draft):
        return known_labels.freeze(launch.parents, photos.trained_labels, photos.tree)
    earlier = photos.runs.filter(parent=launch.run.parent).order_by("created", "id")
    for labels in earlier.values_list("labels", flat=True):
        if labels:
            return labels
    shown = known_labels.trained_labels(photos)
    return known_labels.freeze(launch.parents, shown, LabelTree())


def checked_parameters(
    mode: str, network: str, parameters: Mapping[str, Any], network_options: Mapping[str, Any]
) -> dict[str, Any]:
    """All parameters of a run, those that were not given too. Raises CannotTrain."""
    try:
        if mode == Mode.TEACH:
            return TeachParameters.from_dict(parameters).to_dict()
        summary = _summary_of(network)
        defaults = TrainingParameters.defaults(mode, summary.greyscale)
        checked = TrainingParameters.from_dict(parameters, defaults).to_dict()
        summary.check_options(network_options)
    except WrongParameter as error:
        raise CannotTrain("wrong_parameter", str(error), error.field) from error
    except ValueError as error:
        raise CannotTrain("wrong_parameter", str(error), "network_options") from error
    return {**checked, "network_options": dict(network_options)}


def cancel(run: TrainingRun) -> None:
    """A queued run is over at once; whoever works on a running one stops within seconds.

    Its checkpoints stay, so that it can be resumed. A run that is over stays as it is.
    """
    with transaction.atomic():
        locked = _lock(run.id)
        now = timezone.now()
        if locked.state == RunState.QUEUED:
            locked.state, locked.finished, locked.cancel_asked = RunState.CANCELLED, now, now
            happened.runs_ended([locked], RunState.CANCELLED)
        elif locked.state == RunState.RUNNING:
            locked.cancel_asked = locked.cancel_asked or now
        locked.save(update_fields=["state", "finished", "cancel_asked"])
    run.refresh_from_db()


def resume(run: TrainingRun) -> None:
    """Queue a failed or cancelled run again; it goes on from its last checkpoint.

    Safe to call twice. Raises CannotTrain for a run that succeeded.
    """
    _queue_again(run, must_finish=False)


def keep_best(run: TrainingRun) -> None:
    """Queue a failed or cancelled run again, only to save its best epoch as a version.

    Safe to call twice. Raises CannotTrain if there is no epoch, or if it succeeded.
    """
    if not can_keep_best(run):
        raise CannotTrain("nothing_yet")
    _queue_again(run, must_finish=True)


def can_keep_best(run: TrainingRun) -> bool:
    """Whether a run that is over without a version has an epoch worth saving."""
    return run.state in _STOPPED and run.epochs.exists() and of_runs.is_there(run)


def worked_on_by(run: TrainingRun) -> str:
    """Which part of the product does runs of this mode."""
    return heartbeats.TEACHER if run.mode == Mode.TEACH else heartbeats.TRAINER


def ring_for(run: TrainingRun) -> None:
    if run.mode == Mode.TEACH:
        wakeups.wake_teacher()
    else:
        wakeups.wake_trainer()


def delete_files(run: TrainingRun) -> None:
    """Its checkpoints; of a run that succeeded nothing else needs them."""
    of_runs.remove(run)


def _queue_again(run: TrainingRun, must_finish: bool) -> None:
    run.refresh_from_db(fields=["state"])
    if run.state in _STOPPED:
        # Before it is queued, for a trainer may take it at once; and outside of the transaction,
        # for a bucket may take its time.
        of_runs.mark(run, FINISH_NOW, must_finish)
    with transaction.atomic():
        locked = _lock(run.id)
        if locked.state == RunState.SUCCEEDED:
            raise CannotTrain("not_resumable")
        if locked.state in _STOPPED:
            locked.state, locked.attempts = RunState.QUEUED, 0
            locked.cancel_asked = locked.finished = None
            locked.error = locked.error_detail = ""
            locked.save()
            transaction.on_commit(lambda: ring_for(locked))
    run.refresh_from_db()


def _lock(run_id: UUID) -> TrainingRun:
    return TrainingRun.objects.select_for_update(of=("self",)).get(id=run_id)


def _live_version() -> ModelVersion:
    try:
        return registry.live_version()
    except ModelVersion.DoesNotExist:
        raise CannotTrain("no_version") from None


def _summary_of(network: str) -> NetworkSummary:
    from recognition.cnn.networks.summaries import summaries

    try:
        return summaries()[network]
    except KeyError:
        raise CannotTrain("unknown_network", network) from None
