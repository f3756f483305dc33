"""What a page that asks whether to delete says about versions trained with the photos."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from recognition.models import Photo
from recognition.photos import deletion


def uses(photos: QuerySet[Photo]) -> dict[str, int]:
    """Lines for the page's summary: how many of the photos each training run used."""
    return {_line(use): use.photos for use in deletion.uses(photos)}


def _line(use: deletion.Use) -> str:
    if use.run.model_version:
        text = _("photos that version %(version)s was trained with; its page will say so")
        return text % {"version": use.run.model_version}
    return _("photos that the training run of %(run)s was given") % {"run": use.run}
