"""Experiments as text and charts: what varies, how far they are, what they answer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from recognition.cnn.networks.summaries import summaries
from recognition.cnn.training.parameters import TrainingParameters, estimate_seconds
from recognition.models import Experiment, RunState, TrainingEpoch
from recognition.staff.formatting import percent
from recognition.staff.line_charts import LinesChart, Point, lines_chart
from recognition.staff.training import launch_summary, run_text
from recognition.staff.training.time_ranges import Range, of_training
from recognition.staff.versions import comparison_summary
from recognition.training import experiments
from recognition.training.experiments import NETWORK, Setup, Side
from recognition.training.search import AUGMENTATION

_TITLES = {field.name: field.metadata["title"] for field in fields(TrainingParameters)}
_CHARTED = 28  # lines that can be told apart


@dataclass(frozen=True)
class Row:
    """A run as a row of the table; what is not known yet is empty.

    number: in the order in which they were launched. values: what it differs in, a cell each.
    """

    number: int
    side: Side
    values: list[str]
    badge: str
    validation: str
    accuracy: str
    interval: str
    parameters: str
    is_best: bool


@dataclass(frozen=True)
class Progress:
    runs: int
    over: int
    wanted: int

    @property
    def share(self) -> float:
        return self.over / self.wanted if self.wanted else 0.0


def progress(experiment: Experiment, found: Sequence[Side]) -> Progress:
    """How many runs there are, how many of them are over, and how many there shall be."""
    over = sum(side.run.is_over for side in found)
    is_stopped = bool(experiment.stopped)
    wanted = len(found) if is_stopped else experiment.plan.get("trials", len(found))
    return Progress(len(found), over, wanted)


def is_going_on(experiment: Experiment, found: Sequence[Side]) -> bool:
    waits = experiment.kind == Experiment.Kind.SEARCH and not experiment.stopped
    return waits or not all(side.run.is_over for side in found)


def columns(found: Sequence[Side]) -> list[str]:
    """Names of what the runs differ in."""
    return [_title(name) for name in found[0].run.varied] if found else []


def rows(experiment: Experiment, found: Sequence[Side]) -> list[Row]:
    """As they were launched; of a search the best ones first."""
    scores = [side.run.score for side in found if side.run.score is not None]
    best = max(scores, default=None)
    made = [
        _row(number, side, side.run.score is not None and side.run.score == best)
        for number, side in enumerate(found, 1)
    ]
    if experiment.kind == Experiment.Kind.SEARCH:
        made.sort(key=lambda row: -(row.side.run.score or -1.0))
    return made


def charts(experiment: Experiment, found: Sequence[Side]) -> dict[str, LinesChart]:
    """Accuracy and loss of all runs by epoch; nothing before the first epoch is over."""
    is_search = experiment.kind == Experiment.Kind.SEARCH
    named = [
        (_("Trial %(number)d") % {"number": number} if is_search else _settings(side), side)
        for number, side in enumerate(found, 1)
        if side.run.epochs.all()
    ][-_CHARTED:]
    if not named:
        return {}

    def lines(curve: str) -> list[tuple[str, list[Point]]]:
        return [(name, _points(side.run.epochs.all(), curve)) for name, side in named]

    epoch = _("epoch")
    return {
        "accuracy": lines_chart(
            lines("validation_accuracy"),
            name=_("Accuracy of all runs by epoch"),
            x_name=epoch,
            y_name=_("accuracy"),
            y_percent=True,
        ),
        "loss": lines_chart(
            lines("validation_loss"),
            name=_("Validation loss of all runs by epoch"),
            x_name=epoch,
            y_name=_("loss"),
        ),
    }


def answer(experiment: Experiment, found: Sequence[Side]) -> str:
    """The experiment's answer in a sentence; empty before there is one."""
    if experiment.kind == Experiment.Kind.SEARCH:
        return _best_trial(found)
    answered = experiments.answer(found)
    if answered is None:
        return ""
    best, second = answered.best, answered.second
    text = {
        "thing": _title(next(iter(best.run.varied))),
        "best": _values(best)[0],
        "best_accuracy": percent(best.accuracy),
        "second": _values(second)[0],
        "second_accuracy": percent(second.accuracy),
        "photos": number_format(min(best.tested, second.tested), force_grouping=True),
    }
    if best.accuracy == second.accuracy:
        sentence = _(
            "%(thing)s: %(best)s and %(second)s both reach %(best_accuracy)s of %(photos)s test "
            "photos."
        )
    elif answered.is_clear:
        sentence = _(
            "%(thing)s: %(best)s is best, with %(best_accuracy)s; the next one, %(second)s, "
            "reaches %(second_accuracy)s. That is more than chance makes of %(photos)s test photos."
        )
    else:
        sentence = _(
            "%(thing)s: %(best)s reaches %(best_accuracy)s, %(second)s %(second_accuracy)s, which "
            "is within the noise of %(photos)s test photos."
        )
    return sentence % text


def seconds(setup: Setup, photos: int) -> Range | None:
    """How long a run takes on this machine; None if it cannot be guessed."""
    network = summaries().get(setup.parent.network if setup.parent else setup.network)
    if network is None:
        return None
    parameters = TrainingParameters.from_dict(dict(setup.parameters))
    guess = estimate_seconds(network, photos, parameters, cores=os.cpu_count() or 1)
    return of_training(guess, parameters, False, launch_summary.has_graphics_card())


def _best_trial(found: Sequence[Side]) -> str:
    scored = [side for side in found if side.run.score is not None]
    if not scored:
        return ""
    best = max(scored, key=lambda side: side.run.score or 0.0)
    text = {"accuracy": percent(best.run.score), "settings": _settings(best)}
    return _("Best so far: %(accuracy)s of the validation photos, with %(settings)s.") % text


def _row(number: int, side: Side, is_best: bool) -> Row:
    between = comparison_summary.interval(side.interval)
    return Row(
        number=number,
        side=side,
        values=_values(side),
        badge=run_text.BADGES[RunState(side.run.state)],
        validation=percent(side.run.score),
        accuracy=percent(side.accuracy),
        interval=between and f"({between})",
        parameters="" if side.parameters is None else run_text.many(side.parameters),
        is_best=is_best,
    )


def _points(epochs: Iterable[TrainingEpoch], name: str) -> list[Point]:
    return [(epoch.number, getattr(epoch, name)) for epoch in epochs]


def _settings(side: Side) -> str:
    """What is different about a run, as text."""
    titles = map(_title, side.run.varied)
    pairs = zip(titles, _values(side), strict=True)
    return _(", ").join(f"{title} {value}" for title, value in pairs)


def _values(side: Side) -> list[str]:
    return [_value(name, value) for name, value in side.run.varied.items()]


def _title(name: str) -> str:
    if name == NETWORK:
        return _("Network")
    if name == AUGMENTATION:
        return _("Augmentation")
    if name in _TITLES:
        return _(_TITLES[name])
    networks = summaries().values()
    options = [network.options[name].title for network in networks if name in network.options]
    return _(options[0]) if options else name


def _value(name: str, value: Any) -> str:
    if name == NETWORK:
        return run_text.network(value)
    return run_text.number(value)
