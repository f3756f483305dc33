"""Forms that make one job however often they are sent: each has an id of its own."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest

from recognition.models.ids import time_ordered_uuid


class _FormId(forms.Form):
    form_id = forms.UUIDField(required=False)


def new() -> UUID:
    """For a hidden field of the name form_id."""
    return time_ordered_uuid()


def of(request: HttpRequest) -> UUID | None:
    """None if the form had none, or something else."""
    form = _FormId(request.POST)
    return form.cleaned_data["form_id"] if form.is_valid() else None
