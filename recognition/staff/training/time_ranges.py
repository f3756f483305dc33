"""How long something takes or has left, as a range that holds: 1 to 15 minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.cnn.training.parameters import TrainingParameters
from recognition.models import Mode, TrainingEpoch, TrainingRun

MINUTE, HOUR, DAY = 60, 3600, 86400
_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90)  # of any unit
# How far off a guess may be: by what the network's size says, by an earlier run of it here, by the
# epochs of the run itself.
BY_SIZE, BY_EARLIER_RUN, BY_ITS_EPOCHS = 4.0, 2.0, 1.5
_GRAPHICS_CARD = 50.0  # times as fast as a processor, at most
_BEFORE_S = 5.0  # starting a process that loads PyTorch
_AFTERWARDS_S = 60.0  # measuring, saving
_TAUGHT_A_SECOND, _TAUGHT_AT_WORST = 2000, 50  # photos
_TEACHING_S = 10.0  # whatever is taught


class Range(NamedTuple):
    """Seconds."""

    low: float
    high: float

    def times(self, count: float) -> Range:
        return Range(self.low * count, self.high * count)

    def __str__(self) -> str:
        return in_words(self.low, self.high)


def in_words(low_s: float, high_s: float) -> str:
    """Rounded outwards: 1 to 15 minutes, 20 seconds to 3 minutes."""
    upper_unit = _unit(high_s)
    low_unit = upper_unit if low_s >= upper_unit else _unit(low_s)
    upper = _up(high_s / upper_unit)
    lower = _down(low_s / low_unit)
    if low_unit == upper_unit:
        if lower == upper:
            return _amount(upper, upper_unit)
        return _both(lower, upper, upper_unit)
    return _("%(low)s to %(high)s") % {
        "low": _amount(lower, low_unit),
        "high": _amount(upper, upper_unit),
    }


def of_teaching(photos: int) -> Range:
    """photos: with embeddings; files that must be read first take longer."""
    return Range(photos / _TAUGHT_A_SECOND, _TEACHING_S + photos / _TAUGHT_AT_WORST)


def of_training(
    seconds: float, parameters: TrainingParameters, is_measured: bool, may_be_quicker: bool
) -> Range:
    """seconds: a guess for all epochs. is_measured: by an earlier run of the same network here.
    may_be_quicker: there is a graphics card, and the guess is for the processor."""
    factor = BY_EARLIER_RUN if is_measured else BY_SIZE
    soonest = seconds / factor
    if parameters.patience:  # the first epoch may be the best
        soonest *= min(parameters.patience + 1, parameters.epochs) / parameters.epochs
    if may_be_quicker and not is_measured:
        soonest /= _GRAPHICS_CARD
    return Range(_BEFORE_S + soonest, seconds * factor + _AFTERWARDS_S)


def left_of(run: TrainingRun, epochs: Sequence[TrainingEpoch]) -> Range | None:
    """What a running run has left; None if nobody knows. epochs: those that are over, in order."""
    if run.seconds_left is None or run.mode == Mode.TEACH:
        return None
    factor = BY_ITS_EPOCHS if epochs else BY_SIZE
    return Range(
        run.seconds_left / factor * _share_of_the_least(run, epochs),
        run.seconds_left * factor + _AFTERWARDS_S,
    )


def _share_of_the_least(run: TrainingRun, epochs: Sequence[TrainingEpoch]) -> float:
    """Of the epochs that are left, those that it does if nothing becomes better any more."""
    wanted, patience = run.parameters.get("epochs", 0), run.parameters.get("patience", 0)
    left = max(wanted - len(epochs), 1)
    if not patience:
        return 1.0
    scores = [epoch.validation_accuracy or 0.0 for epoch in epochs]
    stale = len(scores) - 1 - scores.index(max(scores)) if scores else 0
    return min(max(patience - stale, 0), left) / left


def _unit(seconds: float) -> int:
    if seconds <= 90:
        return 1
    if seconds <= 90 * MINUTE:
        return MINUTE
    return HOUR if seconds <= 2 * DAY else DAY


def _down(number: float) -> int:
    return max((step for step in _STEPS if step <= number), default=1)


def _up(number: float) -> int:
    return min((step for step in _STEPS if step >= number), default=math.ceil(number))


def _amount(number: int, unit: int) -> str:
    return {
        1: ngettext("%(number)d second", "%(number)d seconds", number),
        MINUTE: ngettext("%(number)d minute", "%(number)d minutes", number),
        HOUR: ngettext("%(number)d hour", "%(number)d hours", number),
        DAY: ngettext("%(number)d day", "%(number)d days", number),
    }[unit] % {"number": number}


def _both(low: int, high: int, unit: int) -> str:
    return {
        1: _("%(low)d to %(high)d seconds"),
        MINUTE: _("%(low)d to %(high)d minutes"),
        HOUR: _("%(low)d to %(high)d hours"),
        DAY: _("%(low)d to %(high)d days"),
    }[unit] % {"low": low, "high": high}
