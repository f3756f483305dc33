"""Predictions, which nobody edits by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from recognition.admin.actions import ReviewActions
from recognition.admin.filters import DayRangeFilter, LabelFilter, users_filter
from recognition.admin.lists import LongList, ReadOnly
from recognition.admin.photos import ReadOnlyInline
from recognition.models import Prediction, State, Subject
from recognition.photos.contents import exactly
from recognition.photos.refusals import Refusal
from recognition.staff import formatting

_OWNER = "photo__owner__id__exact"
_ACCEPTED = "accepted"


class AcceptedFilter(DropdownFilter):
    """Predictions that the accuracy promise accepted."""

    title = _("accepted by machine")
    parameter_name = _ACCEPTED

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("accepted by machine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(accepted__isnull=False) if self.value() == "yes" else queryset


class SubjectsOfPrediction(ReadOnlyInline):
    model = Subject
    fields = readonly_fields = ("label", "percent", "top_five", "part", "found", "score")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subject]:
        return super().get_queryset(request).select_related("label").defer("embedding")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # whoever may see what they belong to

    @display(description=_("confidence"))
    def percent(self, subject: Subject) -> str:
        return formatting.percent(subject.confidence)

    @display(description=_("top five"))
    def top_five(self, subject: Subject) -> str:
        return formatting.top_five(subject)

    @display(description=_("box"))
    def part(self, subject: Subject) -> str:
        return formatting.box(subject.box)


@admin.register(Prediction)
class PredictionAdmin(ReviewActions, ReadOnly, LongList):
    list_display = ("picture", "state_badge", "predicted", "kind", "to_do", "version", "created")
    sortable_by = ("created",)
    inlines = (SubjectsOfPrediction,)
    fieldsets = (
        (None, {"fields": ("preview", "photo", "state", "reason", "created")}),
        (_("Answer"), {"fields": ("label", "kind", "percent", "top_five", "exactly", "accepted")}),
        (_("Work"), {"fields": ("model_version", "milliseconds", "attempts", "lease_owner")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        return (
            super()
            .get_queryset(request)
            .select_related("photo", "label", "model_version")
            .defer("embedding")
        )

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            ("state", ChoicesDropdownFilter),
            ("kind", ChoicesDropdownFilter),
            ("label", LabelFilter),
            ("band", ChoicesDropdownFilter),
            AcceptedFilter,
            ("model_version", RelatedDropdownFilter),
            *users_filter(request, "photo__owner"),
            ("created", DayRangeFilter),
        ]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The order of the index that the filter uses."""
        if request.GET.get(_OWNER):
            return ("-photo__created", "-photo__id")
        if request.GET.get(_ACCEPTED) == "yes":
            return ("-accepted", "id")
        return ("-created", "-id")

    @display(description=_("photo"), header=True)
    def picture(self, prediction: Prediction) -> list[Any]:
        return formatting.in_list(prediction.photo, prediction.photo.name, exactly(prediction))

    @display(description=_("state"), label=formatting.STATE_COLOURS)
    def state_badge(self, prediction: Prediction) -> tuple[str, str]:
        return prediction.state, prediction.get_state_display()

    @display(description=_("prediction"))
    def predicted(self, prediction: Prediction) -> str:
        return formatting.answer(prediction) if prediction.state == State.DONE else ""

    @display(description=_("review"))
    def to_do(self, prediction: Prediction) -> str:
        """What is left to do about the prediction, if anything."""
        if prediction.accepted and prediction.review is None:
            return str(_("accepted by machine"))
        return prediction.get_review_display() or ""

    @display(description=_("version"))
    def version(self, prediction: Prediction) -> str:
        return str(prediction.model_version.number) if prediction.model_version else ""

    @display(description=_("picture"))
    def preview(self, prediction: Prediction) -> str:
        return formatting.preview(prediction.photo)

    @display(description=_("confidence"))
    def percent(self, prediction: Prediction) -> str:
        return formatting.percent(prediction.confidence)

    @display(description=_("top five"))
    def top_five(self, prediction: Prediction) -> str:
        return formatting.top_five(prediction)

    @display(description=_("fine-grained name"))
    def exactly(self, prediction: Prediction) -> str:
        return exactly(prediction)

    @display(description=_("why it failed"))
    def reason(self, prediction: Prediction) -> str:
        return Refusal(prediction.error).detail if prediction.error else ""
