"""Actions on photos selected in a list; a page first shows what would happen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.admin.lists import OfPhotos
from recognition.labels.fields import LabelForm, offered_labels
from recognition.models import Label, Via
from recognition.photos.selectors import photos_visible_to
from recognition.predictions import backfill
from recognition.review import bulk
from recognition.review.bulk import Snapshot
from recognition.staff.base import StaffRequest, render_page
from recognition.staff.bulk_messages import report_asked_again, report_decided, report_left
from recognition.versions import registry

MOST = 200  # photos at once; a page of a list shows 50
_NEEDED = {
    "confirm_predictions": "recognition.review",
    "give_label": "recognition.review",
    "predict_again": "recognition.promote",
}


class ReviewActions(OfPhotos):
    """Lists whose photos can be confirmed, relabelled and predicted again."""

    actions = tuple(_NEEDED)

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognition.review")

    def has_promote_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognition.promote")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse an action without its permission; Django would only ignore it."""
        needed = {_NEEDED[it] for it in request.POST.getlist("action") if it in _NEEDED}
        if not request.user.has_perms(needed):
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    @admin.action(
        description=gettext_lazy("Predict again with the live version"), permissions=["promote"]
    )
    def predict_again(self, request: StaffRequest, queryset: QuerySet) -> None:
        photo_ids = set(queryset.values_list(self.photo_field, flat=True)[:MOST])
        report_asked_again(request, backfill.again(photo_ids, registry.live_version()))

    @admin.action(
        description=gettext_lazy("Confirm what the network says …"), permissions=["review"]
    )
    def confirm_predictions(self, request: StaffRequest, queryset: QuerySet) -> HttpResponse | None:
        if "sure" in request.POST:
            return _carry_out(request, None)
        return self._show_plan(request, queryset, _("Confirm what the network says"), None)

    @admin.action(description=gettext_lazy("Give another label …"), permissions=["review"])
    def give_label(self, request: StaffRequest, queryset: QuerySet) -> HttpResponse | None:
        form = LabelForm(request.POST if "label" in request.POST else None)
        label = form.cleaned_data["label"] if form.is_valid() else None
        if label and request.POST.get("sure") == label.slug:  # and not one typed since
            return _carry_out(request, label)
        return self._show_plan(request, queryset, _("Give another label"), form, label)

    def _show_plan(
        self,
        request: StaffRequest,
        queryset: QuerySet,
        title: str,
        form: LabelForm | None,
        label: Label | None = None,
    ) -> HttpResponse | None:
        photo_ids = set(queryset.values_list(self.photo_field, flat=True)[: MOST + 1])
        if len(photo_ids) > MOST:
            messages.error(request, _("At most %(count)d photos at once.") % {"count": MOST})
            return None
        context = {
            **_plan(request, photo_ids, label),
            "action": request.POST["action"],
            "form": form,
            "label": label,
            "labels": offered_labels(),
            "is_ready": form is None or label is not None,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return render_page(request, "staff/review/plan.html", title, context)


def _plan(request: StaffRequest, photo_ids: set[UUID], label: Label | None) -> dict[str, Any]:
    photos = photos_visible_to(request.user).filter(id__in=photo_ids)
    planned = bulk.changes(photos, label, request.user)
    return {
        "changing": [(change, Snapshot.of(change.photo)) for change in planned if change.label],
        "left": [change for change in planned if change.left],
        "chosen": [change.photo for change in planned],
    }


def _carry_out(request: StaffRequest, label: Label | None) -> HttpResponse:
    snapshots = Snapshot.parse_all(request.POST.getlist("shown")[:MOST])
    decision, left = bulk.decide(snapshots, label, request.user, Via.LISTS)
    if decision:
        report_decided(request, decision)
    report_left(request, left)
    return redirect(request.get_full_path())
