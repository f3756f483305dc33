"""Filters for long lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)

from recognition.labels.ordering import by_name
from recognition.models import Label
from recognition.staff.days import DayField, midnight
from recognition.versions import registry


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


class TrialsFilter(admin.SimpleListFilter):
    """Versions that came of experiments stay out, unless somebody asks for them."""

    title = _("trials of experiments")
    parameter_name = "trials"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("with", _("with trials")), ("only", _("only trials"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        yield {**everything, "display": _("without trials")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "with":
            return queryset
        if self.value() == "only":
            return queryset.filter(id__in=registry.trials().values("id"))
        return queryset.exclude(id__in=registry.trials().values("id"))


class LabelFilter(RelatedDropdownFilter):
    """Labels by name, as on all other pages."""

    def field_choices(self, *args: Any) -> list[tuple[int, str]]:
        return [(label.pk, str(label)) for label in by_name(Label.objects.order_by())]


def users_filter(request: HttpRequest, field: str) -> list[tuple[str, type]]:
    """For a list's filters: it completes the names of users, so only who may see them gets it."""
    may_see_users = request.user.has_perm("auth.view_user")
    return [(field, AutocompleteSelectFilter)] if may_see_users else []
