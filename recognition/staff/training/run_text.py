"""Training runs as text: how long, how far, what happened on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
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
_UNREADABLE = "unreadable_photo"


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


def estimate(seconds: float) -> str:
    """A guess, rounded as guesses should be: a few seconds, about 40 minutes, about 3 hours."""
    if seconds < 15:
        return _("a few seconds")
    if seconds < 90:
        return _("about a minute")
    minutes = round(seconds / 60)
    if minutes < 10:
        return _("about %(minutes)d minutes") % {"minutes": minutes}
    if minutes < 90:
        return _("about %(minutes)d minutes") % {"minutes": 5 * round(minutes / 5)}
    hours = round(minutes / 60)
    if hours < 36:
        return ngettext("about %(hours)d hour", "about %(hours)d hours", hours) % {"hours": hours}
    days = round(hours / 24)
    return ngettext("about %(days)d day", "about %(days)d days", days) % {"days": days}


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


def notes(run: TrainingRun) -> list[str]:
    """What happened on the way, with its times. Unreadable photos are told of once."""
    others = [note for note in run.notes if note.get("code") != _UNREADABLE]
    # A run that is taken up again counts them again.
    counts = [note.get("photos", 1) for note in run.notes if note.get("code") == _UNREADABLE]
    unreadable = max(counts, default=0)
    texts = [
        f"{at}: {_note(note)}" if (at := _time(note.get("at"))) else _note(note) for note in others
    ]
    if unreadable:
        text = ngettext(
            "%(photos)d photo could not be read and was left out.",
            "%(photos)d photos could not be read and were left out.",
            unreadable,
        )
        texts.append(text % {"photos": unreadable})
    return texts


def _time(text: object) -> str:
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    return date_format(localtime(moment), "TIME_FORMAT") if moment and moment.tzinfo else ""


def _note(note: Mapping[str, Any]) -> str:
    code = note.get("code")
    if code == "out_of_memory":
        text = _("Memory ran out: from now on %(photos)s photos at once. The result is the same.")
        return text % {"photos": note.get("batch_size", "")}
    if code == "crashed":
        return _("The process that trained died: it goes on from its last checkpoint.")
    if code == "validation_held_out":
        text = _("No labelled photo is in the validation split: %(photos)s of training stand in.")
        return text % {"photos": note.get("photos", "")}
    if code == "validation_is_training":
        return _("There are so few photos that the curves show those that it learns from.")
    rest = {key: value for key, value in note.items() if key not in ("at", "code")}
    details = ", ".join(f"{key}: {value}" for key, value in rest.items())
    return f"{code} ({details})" if details else str(code)


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
