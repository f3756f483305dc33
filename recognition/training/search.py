"""Searches for good settings of training: each trial is a run, and the next one is chosen by what
the earlier ones reached (TPE: Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization").

The runs are the only memory: the study is made anew from them for each choice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from recognition.cnn.training.parameters import TrainingParameters
from recognition.core import wakeups
from recognition.models import Experiment, Mode, ModelVersion, RunState, TrainingRun
from recognition.training import runs
from recognition.training.experiments import Setup, open_experiment, read_photos
from recognition.training.failures import CannotTrain

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import FloatDistribution

logger = logging.getLogger(__name__)

MIN_TRIALS, MAX_TRIALS = 3, 100
AUGMENTATION = "augmentation"  # stands for both
_AUGMENTATIONS = ("crop", "colour")
_BY_CHANCE = 5  # trials before the earlier ones are learnt from
_FAILURES = 3  # in a row: then there is no point in going on


class Range(NamedTuple):
    low: float
    high: float
    is_log: bool


RANGES = {
    Mode.FINE_TUNE: {
        "learning_rate": Range(1e-5, 3e-3, is_log=True),
        "weight_decay": Range(1e-4, 0.3, is_log=True),
        AUGMENTATION: Range(0.0, 1.0, is_log=False),
    },
    Mode.FROM_SCRATCH: {
        "learning_rate": Range(1e-4, 1e-2, is_log=True),
        "weight_decay": Range(1e-4, 0.3, is_log=True),
        AUGMENTATION: Range(0.0, 1.0, is_log=False),
    },
}


def launch(
    by: User | None, name: str, setup: Setup, trials: int, experiment_id: UUID | None = None
) -> Experiment:
    """Begin a search of so many trials, one after another. Raises CannotTrain.

    experiment_id: chosen by who asks, so that asking twice makes one search.
    """
    if not MIN_TRIALS <= trials <= MAX_TRIALS:
        raise CannotTrain("wrong_parameter", f"{MIN_TRIALS} to {MAX_TRIALS} trials", "trials")
    setup.check()
    plan = {
        "trials": trials,
        "parent": setup.parent.pk if setup.parent else None,
        "network": setup.network,
        "parameters": dict(setup.parameters),
        "network_options": dict(setup.network_options),
    }
    draft = read_photos(setup, experiment_id)
    with transaction.atomic():
        experiment, is_new = open_experiment(
            by, name, setup, plan, draft, experiment_id, Experiment.Kind.SEARCH
        )
        if is_new:
            transaction.on_commit(wakeups.wake_trainer)
    return experiment


def advance_all() -> None:
    """The trainer's job before and after each run: launch the next trial of each search whose last
    one is over. Safe to call at any time; without a search it costs one query."""
    going_on = Experiment.objects.filter(kind=Experiment.Kind.SEARCH, stopped=None)
    for search_id in going_on.order_by("created", "id").values_list("id", flat=True):
        try:
            _advance(search_id)
        except CannotTrain as error:
            logger.warning("the search %s ends: %s", search_id, error)
            Experiment.objects.filter(id=search_id).update(stopped=timezone.now())


def _advance(search_id: UUID) -> None:
    """Choosing takes too long for a transaction; what it was chosen by must still be so."""
    search = Experiment.objects.select_related("dataset").get(id=search_id)
    trials = _trials(search)
    if not all(run.is_over for run in trials):
        return
    is_over = len(trials) >= search.plan["trials"] or _is_hopeless(trials)
    launch = None if is_over else _next_trial(search, trials)
    with transaction.atomic():
        locked = Experiment.objects.select_for_update(of=("self",)).get(id=search_id)
        if locked.stopped or _trials(locked) != trials:
            return
        if launch is None:
            locked.stopped = timezone.now()
            locked.save(update_fields=["stopped"])
        else:
            runs.queue(launch, search.dataset, locked)


def _trials(search: Experiment) -> list[TrainingRun]:
    return list(search.runs.order_by("created", "id"))


def _next_trial(search: Experiment, trials: Sequence[TrainingRun]) -> runs.Launch:
    varied = suggest(search.plan, trials)
    return setup_of(search.plan, varied).prepare(search.by, varied)


def _is_hopeless(trials: Sequence[TrainingRun]) -> bool:
    last = trials[-_FAILURES:]
    return len(last) == _FAILURES and all(run.state == RunState.FAILED for run in last)


def setup_of(plan: Mapping[str, Any], varied: Mapping[str, float]) -> Setup:
    """What a trial is launched with."""
    parameters = {**plan["parameters"], **varied}
    strength = parameters.pop(AUGMENTATION)
    return Setup(
        mode=plan["mode"],
        parent=ModelVersion.objects.filter(pk=plan["parent"]).first(),
        network=plan["network"],
        parameters={**parameters, **dict.fromkeys(_AUGMENTATIONS, strength)},
        network_options=plan["network_options"],
    )


def suggest(plan: Mapping[str, Any], trials: Sequence[TrainingRun]) -> dict[str, float]:
    """What to try next: first the settings that the search was launched with, so that it never ends
    with worse ones; then what optuna proposes, the same for the same trials."""
    if not trials:
        return _first(plan)
    import optuna  # a hundred milliseconds that no other process should pay

    space = _space(plan["mode"])
    sampler = optuna.samplers.TPESampler(n_startup_trials=_BY_CHANCE, seed=len(trials))
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for run in trials:
        _tell(study, run, space)
    asked = study.ask(dict(space))
    return {name: _rounded(value, space[name]) for name, value in asked.params.items()}


def _first(plan: Mapping[str, Any]) -> dict[str, float]:
    given = TrainingParameters.defaults(plan["mode"]).to_dict() | plan["parameters"]
    given[AUGMENTATION] = given[_AUGMENTATIONS[0]]
    ranges = RANGES[Mode(plan["mode"])]
    return {
        name: min(max(float(given[name]), limits.low), limits.high)
        for name, limits in ranges.items()
    }


def _space(mode: str) -> dict[str, FloatDistribution]:
    from optuna.distributions import FloatDistribution

    return {
        name: FloatDistribution(limits.low, limits.high, log=limits.is_log)
        for name, limits in RANGES[Mode(mode)].items()
    }


def _tell(study: Study, run: TrainingRun, space: dict[str, FloatDistribution]) -> None:
    """A run that failed or was cancelled says nothing of its settings."""
    from optuna.trial import TrialState, create_trial

    is_done = run.state == RunState.SUCCEEDED and run.score is not None
    study.add_trial(
        create_trial(
            state=TrialState.COMPLETE if is_done else TrialState.FAIL,
            params=dict(run.varied),
            distributions=dict(space),
            value=run.score if is_done else None,
        )
    )


def _rounded(value: float, limits: FloatDistribution) -> float:
    """To the digits that are shown."""
    rounded = float(f"{value:.3g}") if limits.log else round(value, 2)
    return min(max(rounded, limits.low), limits.high)
