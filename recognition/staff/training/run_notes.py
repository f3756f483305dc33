"""What happened during a run, in words: every note that a trainer or a teacher can leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.models import TrainingRun

_UNREADABLE = "unreadable_photo"
Note = Mapping[str, Any]


def notes(run: TrainingRun) -> list[str]:
    """What happened on the way, with its times. Unreadable photos are told of once."""
    others = [note for note in run.notes if note.get("code") != _UNREADABLE]
    # A run that is taken up again counts them again.
    counts = [note.get("photos", 1) for note in run.notes if note.get("code") == _UNREADABLE]
    texts = [
        f"{at}: {_in_words(note)}" if (at := _time(note.get("at"))) else _in_words(note)
        for note in others
    ]
    if unreadable := max(counts, default=0):
        texts.append(_unreadable({"photos": unreadable}))
    return texts


def _in_words(note: Note) -> str:
    """An event of a version of Ark that this one does not know has words as well, if vague ones."""
    words = WORDS.get(str(note.get("code")))
    return words(note) if words else _("Something else happened; the trainer's log tells more.")


def _time(text: object) -> str:
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    return date_format(localtime(moment), "TIME_FORMAT") if moment and moment.tzinfo else ""


def _number(note: Note, name: str) -> str:
    found = note.get(name)
    return number_format(found) if isinstance(found, int) else "?"


def _unreadable(note: Note) -> str:
    photos = note.get("photos", 1)
    text = ngettext(
        "%(photos)d photo could not be read and was left out.",
        "%(photos)d photos could not be read and were left out.",
        photos,
    )
    return text % {"photos": photos}


def _out_of_memory(note: Note) -> str:
    if "batch_size" not in note:
        return _("Memory ran out: it goes on from its last checkpoint.")
    text = _("Memory ran out: from now on %(photos)s photos at once. The result is the same.")
    return text % {"photos": _number(note, "batch_size")}


def _crashed(note: Note) -> str:
    return _("The process that trained died: it goes on from its last checkpoint.")


def _held_out(note: Note) -> str:
    text = _("No labelled photo is in the validation split: %(photos)s of training stand in.")
    return text % {"photos": _number(note, "photos")}


def _is_training(note: Note) -> str:
    return _("There are so few photos that the curves show those that it learns from.")


def _resumed(note: Note) -> str:
    return _("It goes on with epoch %(epoch)s.") % {"epoch": _number(note, "epoch")}


def _stopped_early(note: Note) -> str:
    text = _(
        "It ended after epoch %(epoch)s, because nothing had become better since epoch %(best)s, "
        "whose network is kept."
    )
    return text % {"epoch": _number(note, "epoch"), "best": _number(note, "best_epoch")}


WORDS: dict[str, Callable[[Note], str]] = {
    _UNREADABLE: _unreadable,
    "out_of_memory": _out_of_memory,
    "crashed": _crashed,
    "validation_held_out": _held_out,
    "validation_is_training": _is_training,
    "resumed": _resumed,
    "stopped_early": _stopped_early,
}
