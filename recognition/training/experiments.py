"""Experiments: several runs on one data set that differ in one thing, read side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from recognition.cnn.measures.intervals import Z_SHOWN
from recognition.cnn.store.safetensors_header import count_parameters
from recognition.cnn.training.parameters import TrainingParameters
from recognition.files import of_versions
from recognition.models import Experiment, Mode, ModelVersion, RunState, TrainingRun
from recognition.models.ids import time_ordered_uuid
from recognition.training import datasets, runs
from recognition.training.failures import CannotTrain
from recognition.versions import measured
from recognition.versions.measured import Measure

MIN_RUNS, MAX_RUNS = 2, 8
NETWORK = "network"  # what varies if it is no parameter and no option of a network
PARAMETERS = tuple(parameter.name for parameter in fields(TrainingParameters))


@dataclass(frozen=True)
class Setup:
    """What the runs of an experiment have in common; as `runs.prepare` takes it.

    parent: needed to fine-tune. network, network_options: to train from scratch.
    """

    mode: str
    parent: ModelVersion | None = None
    network: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    network_options: Mapping[str, Any] = field(default_factory=dict)

    def with_value(self, vary: str, value: Any) -> Setup:
        """With one thing set to this value: the network, a training parameter, or an option."""
        parameters, options = dict(self.parameters), dict(self.network_options)
        if vary == NETWORK:
            return Setup(self.mode, self.parent, str(value), parameters, {})
        changed = parameters if vary in PARAMETERS else options
        changed[vary] = value
        return Setup(self.mode, self.parent, self.network, parameters, options)

    def check(self) -> None:
        """Raises CannotTrain if a run could not be launched so."""
        if self.mode not in (Mode.FINE_TUNE, Mode.FROM_SCRATCH):
            raise CannotTrain("unknown_mode")
        if self.mode == Mode.FINE_TUNE and self.parent is None:
            raise CannotTrain("no_version")
        network = self.parent.network if self.parent else self.network
        runs.checked_parameters(self.mode, network, self.parameters, self.network_options)

    def prepare(self, by: User | None, varied: Mapping[str, Any]) -> runs.Launch:
        """A run that differs in what is varied. Raises CannotTrain."""
        return runs.prepare(
            by,
            self.mode,
            parent=self.parent,
            network=self.network,
            parameters=self.parameters,
            network_options=self.network_options,
            varied=varied,
        )


def compare(
    by: User | None,
    name: str,
    setup: Setup,
    vary: str,
    values: Sequence[Any],
    experiment_id: UUID | None = None,
) -> Experiment:
    """Launch a run for each value, all on the photos as they are now. Raises CannotTrain.

    experiment_id: chosen by who asks, so that asking twice makes one experiment.
    """
    if not MIN_RUNS <= len(set(values)) == len(values) <= MAX_RUNS:
        asked = f"{MIN_RUNS} to {MAX_RUNS} different values"
        raise CannotTrain("wrong_parameter", asked, "values")
    setups = [setup.with_value(vary, value) for value in values]
    for each in setups:
        each.check()
    launches = [each.prepare(by, {vary: value}) for each, value in zip(setups, values, strict=True)]
    draft = read_photos(setup, experiment_id)
    with transaction.atomic():
        experiment, is_new = open_experiment(by, name, setup, {"vary": vary}, draft, experiment_id)
        for launch in launches if is_new else ():
            runs.queue(launch, experiment.dataset, experiment)
    return experiment


def read_photos(setup: Setup, experiment_id: UUID | None) -> datasets.Draft:
    """The photos as they are now, written unless the experiment is known. Raises CannotTrain."""
    draft = datasets.read(setup.mode, setup.parent)
    if experiment_id is None or not Experiment.objects.filter(id=experiment_id).exists():
        datasets.write(draft)
    return draft


@transaction.atomic
def open_experiment(
    by: User | None,
    name: str,
    setup: Setup,
    plan: Mapping[str, Any],
    draft: datasets.Draft,
    experiment_id: UUID | None,
    kind: str = Experiment.Kind.COMPARISON,
) -> tuple[Experiment, bool]:
    """An experiment on these photos; or the one that was opened under this id before, and False."""
    described: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "by": by,
        "dataset": lambda: datasets.write(draft),  # only if it is new
        "plan": {"mode": setup.mode, **plan},
    }
    return Experiment.objects.get_or_create(
        id=experiment_id or time_ordered_uuid(), defaults=described
    )


@transaction.atomic
def stop(experiment: Experiment) -> None:
    """No more trials; runs that were launched go on."""
    Experiment.objects.filter(id=experiment.id, stopped=None).update(stopped=timezone.now())
    experiment.refresh_from_db()


def cancel_all(experiment: Experiment) -> None:
    stop(experiment)
    over = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)
    for run in experiment.runs.exclude(state__in=over):
        runs.cancel(run)


@dataclass(frozen=True)
class Side:
    """A run beside the others.

    accuracy: on the test split of `tested` photos, with its 95 % interval; None until measured.
    test_set: which photos these are; runs are only told apart by the same ones.
    parameters: of the whole network.
    """

    run: TrainingRun
    accuracy: float | None
    interval: tuple[float, float] | None
    tested: int
    test_set: str
    parameters: int | None


def sides(experiment: Experiment) -> list[Side]:
    """In the order in which they were launched."""
    rows = experiment.runs.select_related("model_version", "parent").prefetch_related("epochs")
    found = list(rows.order_by("created", "id"))
    measures = measured.measures_of([run.model_version for run in found if run.model_version])
    return [_side(run, measures.get(run.model_version_id or 0)) for run in found]


def _side(run: TrainingRun, measure: Measure | None) -> Side:
    version = run.model_version
    return Side(
        run=run,
        accuracy=measure.accuracy if measure else None,
        interval=measure.interval if measure else None,
        tested=measure.photos if measure else 0,
        test_set=measure.test_set if measure else "",
        parameters=count_parameters(of_versions.folder(version)) if version else None,
    )


@dataclass(frozen=True)
class Answer:
    """The best run and the next best one on the test split. is_clear: chance alone would seldom
    tell them so far apart."""

    best: Side
    second: Side
    is_clear: bool


def answer(found: Sequence[Side]) -> Answer | None:
    """None before two runs were measured."""
    measured = [side for side in found if side.accuracy is not None and side.tested]
    if len(measured) < 2:
        return None
    best, second = sorted(measured, key=lambda side: -(side.accuracy or 0.0))[:2]
    return Answer(best, second, _is_clear(best, second))


def _is_clear(best: Side, second: Side) -> bool:
    """Whether the two shares differ by more than Z_SHOWN standard deviations. The photos are the
    same, so that this asks for a little more than it must; of others it says nothing."""
    if best.test_set != second.test_set:
        return False
    high, low = best.accuracy or 0.0, second.accuracy or 0.0
    photos = min(best.tested, second.tested)
    together = (high + low) / 2
    deviation = (2 * together * (1 - together) / photos) ** 0.5
    return high - low > Z_SHOWN * deviation
