"""The filters of the grid."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from recognition.models import Batch, Kind, Label, Photo
from recognition.photos.orders.filters import Filters
from recognition.photos.selectors import batches_visible_to
from recognition.staff.days import DayField, midnight

_NEWEST_BATCHES = 30


class GridForm(forms.Form):
    """The filters in the address; values that make no sense are ignored."""

    kind = forms.ChoiceField(required=False, choices=Kind.choices)
    predicted = forms.ModelChoiceField(
        Label.objects.filter(merged_into=None), required=False, to_field_name="slug"
    )
    percent = forms.FloatField(required=False, min_value=0, max_value=100)
    batch = forms.UUIDField(required=False)
    owner = forms.CharField(required=False, max_length=150)
    first_day = DayField(required=False)
    last_day = DayField(required=False)

    def filters(self, reviewer: User) -> Filters:
        self.is_valid()
        given = self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        sees_all = reviewer.has_perm("recognition.view_all")
        return Filters(
            to_review=True,
            kind=given.get("kind", ""),
            predicted=given.get("predicted"),
            confidence_at_least=(given.get("percent") or 0) / 100 or None,
            batch=given.get("batch"),
            owner=given.get("owner", "") if sees_all else reviewer.username,
            uploaded_from=midnight(first) if first else None,
            uploaded_before=midnight(last + timedelta(days=1)) if last else None,
        )


def batches_to_choose(reviewer: User, chosen: Filters) -> list[Batch]:
    """The newest batches that have photos, and the chosen one."""
    filled = Exists(Photo.objects.filter(batch=OuterRef("id")))
    batches = batches_visible_to(reviewer).filter(filled).select_related("owner")
    newest = list(batches.order_by("-id")[:_NEWEST_BATCHES])  # their keys grow with time
    if chosen.batch and chosen.batch not in [batch.id for batch in newest]:
        newest += batches.filter(id=chosen.batch)
    return newest
