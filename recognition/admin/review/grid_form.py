"""What the grid of many is narrowed by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import make_aware

from recognition.history import Filters
from recognition.models import Batch, Kind, Label
from recognition.selectors import batches_visible_to

_NEWEST_BATCHES = 30


class GridForm(forms.Form):
    """What the address says; a value that makes no sense does not narrow."""

    kind = forms.ChoiceField(required=False, choices=Kind.choices)
    predicted = forms.ModelChoiceField(
        Label.objects.filter(merged_into=None), required=False, to_field_name="slug"
    )
    percent = forms.FloatField(required=False, min_value=0, max_value=100)
    batch = forms.UUIDField(required=False)
    owner = forms.CharField(required=False, max_length=150)
    first_day = forms.DateField(required=False)
    last_day = forms.DateField(required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_day", "last_day"):  # others cannot be told in every time zone
            self.fields[name].validators += [
                MinValueValidator(date(1970, 1, 1)),
                MaxValueValidator(date(2999, 12, 31)),
            ]

    def filters(self, reviewer: User) -> Filters:
        self.is_valid()
        said = self.cleaned_data
        first, last = said.get("first_day"), said.get("last_day")
        sees_all = reviewer.has_perm("recognition.view_all")
        return Filters(
            to_review=True,
            kind=said.get("kind", ""),
            predicted=said.get("predicted"),
            confidence_at_least=(said.get("percent") or 0) / 100 or None,
            batch=said.get("batch"),
            owner=said.get("owner", "") if sees_all else reviewer.username,
            uploaded_from=_midnight(first) if first else None,
            uploaded_before=_midnight(last + timedelta(days=1)) if last else None,
        )


def batches_to_choose(reviewer: User, chosen: Filters) -> list[Batch]:
    """The newest, and the one that is chosen."""
    batches = batches_visible_to(reviewer).select_related("owner")
    newest = list(batches.order_by("-id")[:_NEWEST_BATCHES])  # their keys grow with time
    if chosen.batch and chosen.batch not in [batch.id for batch in newest]:
        newest += batches.filter(id=chosen.batch)
    return newest


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
