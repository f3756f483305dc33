"""Training runs as text: how long, how far, which."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from recognition.cnn.networks.summaries import summaries
from recognition.models import Mode, RunState, Stage, TrainingRun

STATE_COLOURS = {  # as unfold calls them
    RunState.QUEUED: "info",
    RunState.RUNNING: "warning",
    RunState.SUCCEEDED: "success",
    RunState.FAILED: "danger",
    RunState.CANCELLED: "default",
}
BADGES = {  # as review.css calls them
    RunState.QUEUED: "",
    RunState.RUNNING: "is-warn",
    RunState.SUCCEEDED: "is-good",
    RunState.FAILED: "is-bad",
    RunState.CANCELLED: "",
}
_STAGES = {
    Stage.READING: gettext_lazy("Reading the photos"),
    Stage.TRAINING: gettext_lazy("Training"),
    Stage.MEASURING: gettext_lazy("Measuring on the test split"),
    Stage.SAVING: gettext_lazy("Saving the version"),
}

CHOICES = {  # of settings
    "all": gettext_lazy("the whole network"),
    "last_stages": gettext_lazy("its last stages"),
    "head": gettext_lazy("only its last layer"),
    "max": gettext_lazy("max"),
    "average": gettext_lazy("average"),
}


def duration(seconds: float) -> str:
    """In at most two units, such as 8 s or 1 h 20 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("%(seconds)d s") % {"seconds": whole}
    minutes, rest = divmod(whole, 60)
    if minutes < 10 and rest:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    hours, minutes = divmod(round(whole / 60), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    if hours < 24:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return ngettext("%(days)d day", "%(days)d days", round(hours / 24)) % {
        "days": round(hours / 24)
    }


def title(run: TrainingRun) -> str:
    """What the run is, from what to what."""
    if run.mode == Mode.FROM_SCRATCH or run.parent is None:
        return _("%(network)s from scratch") % {"network": network(run.network)}
    parent = {"number": run.parent.number}
    if run.mode == Mode.FINE_TUNE:
        return _("Fine-tuning from version %(number)d") % parent
    return _("Teaching from version %(number)d") % parent


def network(name: str) -> str:
    """As people call it."""
    known = summaries().get(name)
    return _(known.title) if known else name


def stage(run: TrainingRun) -> str:
    if run.state == RunState.QUEUED:
        return _("Waits for its turn")
    if run.state == RunState.RUNNING:
        if run.cancel_asked:
            return _("Is being cancelled")
        return str(_STAGES.get(Stage(run.stage), "")) if run.stage else _("Begins")
    return run.get_state_display().capitalize()


def took_s(run: TrainingRun) -> float | None:
    if not run.started or not run.finished:
        return None
    return (run.finished - run.started).total_seconds()


def took(run: TrainingRun) -> str:
    seconds = took_s(run)
    return "" if seconds is None else duration(seconds)


def many(count: int) -> str:
    """A large count, rounded: 61,706 or 4.7 million; Chinese counts by ten thousands: 470 万."""
    if count < 1_000_000:
        return number_format(count, force_grouping=True)
    scale, unit = 1e6, "million"
    if (get_language() or "").startswith("zh"):
        scale, unit = (1e8, "亿") if count >= 1e8 else (1e4, "万")
    value = count / scale
    places = 1 if value < 100 else 0
    return f"{number_format(round(value, places), places, force_grouping=True)} {unit}"


def number(value: object) -> str:
    """A setting's value as a person would write it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return number_format(value)
    if isinstance(value, float):
        return number_format(f"{value:.6g}") if abs(value) >= 1e-4 or not value else f"{value:.3g}"
    return str(CHOICES.get(value, value)) if isinstance(value, str) else str(value)
