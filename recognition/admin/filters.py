"""Filters for long lists."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter


class DayField(forms.DateField):
    """A day that databases and all time zones can deal with, and so the next one."""

    default_validators = [
        MinValueValidator(date(1970, 1, 1)),
        MaxValueValidator(date(2999, 12, 31)),
    ]


class DayRangeFilter(RangeDateFilter):
    """Days in the server's time zone; both ends are meant to be in."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": midnight(first)})
        if last:
            after = midnight(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.field_path}__lt": after})
        return queryset

    def _day(self, end: str) -> date | None:
        text = self.used_parameters.get(f"{self.field_path}_{end}", "")
        try:
            return DayField(required=False).clean(text)
        except forms.ValidationError:
            return None


def users_filter(request: HttpRequest, field: str) -> list[tuple[str, type]]:
    """For a list's filters: it completes the names of users, so only who may see them gets it."""
    may_see_users = request.user.has_perm("auth.view_user")
    return [(field, AutocompleteSelectFilter)] if may_see_users else []


def midnight(day: date) -> datetime:
    """When the day begins in the server's time zone."""
    return make_aware(datetime.combine(day, time.min))
