"""Decisions about labels, and undoing those that were made together."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from recognition.admin.filters import DayRangeFilter, users_filter
from recognition.admin.lists import LongList, OfPhotos, ReadOnly
from recognition.labels import labelling
from recognition.models import BulkDecision, Decision
from recognition.review import bulk
from recognition.staff import formatting
from recognition.staff.base import StaffRequest, render_page, staff_page

_SHOWN = 48  # thumbnails of a decision about many
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
            ("to_label", RelatedDropdownFilter),
            ("at", DayRangeFilter),
        ]

    @display(description=gettext_lazy("photo"), header=True)
    def picture(self, decision: Decision) -> list[Any]:
        return formatting.in_list(decision.photo, decision.photo.name, "")

    @display(description=gettext_lazy("from → to"))
    def change(self, decision: Decision) -> str:
        return str(decision)

    @display(description=gettext_lazy("the network had said"))
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
        """Ours come before Django's own, the last of which matches any address."""
        return [
            path("<uuid:bulk_id>/undo/", undo, name=_UNDO.partition(":")[2]),
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
        return formatting.many(made.photo for made in _some_of(decision))


@staff_page("recognition.review")
@require_http_methods(["GET", "POST"])
def undo(request: StaffRequest, bulk_id: UUID) -> HttpResponse:
    """First show what undoing would do, then do it."""
    decision = get_object_or_404(bulk.visible_to(request.user), id=bulk_id)
    if request.method == "POST":
        _report(request, *labelling.undo_bulk(decision, request.user))
        return redirect(_way_back(request))
    context = {
        "decision": decision,
        "preview": bulk.preview_undo(decision),
        "decisions": _some_of(decision),
        "back": _way_back(request),
    }
    return render_page(request, "staff/review/undo.html", _("Undo a decision about many"), context)


def _some_of(decision: BulkDecision) -> QuerySet[Decision]:
    made = decision.decision_set.select_related("photo", "from_label", "to_label")
    return made.order_by("id")[:_SHOWN]


def _report(request: HttpRequest, undone: int, since: int) -> None:
    text = ngettext("%(count)d photo went back.", "%(count)d photos went back.", undone)
    messages.success(request, text % {"count": undone})
    if since:
        text = ngettext(
            "%(count)d photo stays as it is: it was decided about again since.",
            "%(count)d photos stay as they are: they were decided about again since.",
            since,
        )
        messages.warning(request, text % {"count": since})


def _way_back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse("admin:recognition_bulkdecision_changelist")
