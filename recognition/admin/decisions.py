"""Decisions about labels, one by one and those that were made together."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
)
from unfold.decorators import display

from recognition.admin.filters import DayRangeFilter, LabelFilter, users_filter
from recognition.admin.lists import LongList, OfPhotos, ReadOnly
from recognition.models import BulkDecision, Decision
from recognition.review import bulk
from recognition.staff import formatting
from recognition.staff.review import undo_page

_UNDO = "admin:recognition_bulkdecision_undo"


def may_review(request: HttpRequest) -> bool:
    return request.user.has_perm("recognition.review")


class _Log(ReadOnly, LongList):
    """A log of what people did, newest first."""

    sortable_by = ()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-at", "-id")


@admin.register(Decision)
class DecisionAdmin(OfPhotos, _Log):
    list_display = ("picture", "change", "prediction", "by", "via", "undone", "at")
    fieldsets = (
        (None, {"fields": ("preview", "photo", "at", "by", "via", "bulk")}),
        (gettext_lazy("Label"), {"fields": ("from_label", "to_label", "undoes", "undone")}),
        (gettext_lazy("Prediction"), {"fields": ("predicted", "percent", "model_version")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        joined = ("photo", "by", "from_label", "to_label", "predicted", "model_version")
        return super().get_queryset(request).select_related(*joined, "undone_by", "undoes", "bulk")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            *users_filter(request, "by"),
            ("via", ChoicesDropdownFilter),
            ("to_label", LabelFilter),
            ("at", DayRangeFilter),
        ]

    @display(description=gettext_lazy("photo"), header=True)
    def picture(self, decision: Decision) -> list[Any]:
        return formatting.in_list(decision.photo, decision.photo.name, "")

    @display(description=gettext_lazy("from → to"))
    def change(self, decision: Decision) -> str:
        return str(decision)

    @display(description=gettext_lazy("prediction"))
    def prediction(self, decision: Decision) -> str:
        if decision.predicted is None:
            return ""
        return f"{decision.predicted} · {self.percent(decision)}"

    @display(description=gettext_lazy("undone"), label={True: "warning"})
    def undone(self, decision: Decision) -> tuple[bool, str] | None:
        return (True, _("undone")) if hasattr(decision, "undone_by") else None

    @display(description=gettext_lazy("picture"))
    def preview(self, decision: Decision) -> str:
        return formatting.preview(decision.photo)

    @display(description=gettext_lazy("confidence"))
    def percent(self, decision: Decision) -> str:
        return formatting.percent(decision.confidence)


@admin.register(BulkDecision)
class BulkDecisionAdmin(_Log):
    fields = ("at", "by", "via", "photos", "undone", "thumbnails")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkDecision]:
        return bulk.visible_to(cast(User, request.user))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            *users_filter(request, "by"),
            ("via", ChoicesDropdownFilter),
            ("at", DayRangeFilter),
        ]

    def get_urls(self) -> list[URLPattern]:
        """Before Django's own, the last of which matches any address."""
        return [
            path("<uuid:bulk_id>/undo/", undo_page.undo, name=_UNDO.partition(":")[2]),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        columns = ("at", "by", "via", "photos", "undone")
        return (*columns, "undo_link") if may_review(request) else columns

    def get_fields(self, request: HttpRequest, obj: BulkDecision | None = None) -> tuple[str, ...]:
        return (*self.fields, "undo_link") if may_review(request) else self.fields

    @display(description="")
    def undo_link(self, decision: BulkDecision) -> str:
        if decision.undone:
            return ""
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            reverse(_UNDO, args=[decision.id]),
            _("Undo …"),
        )

    @display(description=gettext_lazy("pictures"))
    def thumbnails(self, decision: BulkDecision) -> str:
        return formatting.many(made.photo for made in undo_page.some_of(decision))
