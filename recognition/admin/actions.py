"""Actions on photos selected in a list; a page first shows what would happen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.admin.lists import OfPhotos
from recognition.labels.fields import LabelForm
from recognition.models import Label
from recognition.predictions import backfill
from recognition.staff.base import StaffRequest
from recognition.staff.bulk_messages import report_asked_again
from recognition.staff.review import plan_page
from recognition.versions import registry

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
        needed = {_NEEDED[name] for name in request.POST.getlist("action") if name in _NEEDED}
        if not request.user.has_perms(needed):
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    @admin.action(
        description=gettext_lazy("Predict again with the live version"), permissions=["promote"]
    )
    def predict_again(self, request: StaffRequest, queryset: QuerySet) -> None:
        photo_ids = set(queryset.values_list(self.photo_field, flat=True)[: plan_page.MAX_PHOTOS])
        report_asked_again(request, backfill.again(photo_ids, registry.live_version()))

    @admin.action(description=gettext_lazy("Confirm the predictions …"), permissions=["review"])
    def confirm_predictions(self, request: StaffRequest, queryset: QuerySet) -> HttpResponse | None:
        if "sure" in request.POST:
            return plan_page.execute(request, None)
        return self._show_plan(request, queryset, _("Confirm the predictions"), None)

    @admin.action(description=gettext_lazy("Give another label …"), permissions=["review"])
    def give_label(self, request: StaffRequest, queryset: QuerySet) -> HttpResponse | None:
        form = LabelForm(request.POST if "label" in request.POST else None)
        label = form.cleaned_data["label"] if form.is_valid() else None
        if label and request.POST.get("sure") == label.slug:  # and not one typed since
            return plan_page.execute(request, label)
        return self._show_plan(request, queryset, _("Give another label"), form, label)

    def _show_plan(
        self,
        request: StaffRequest,
        queryset: QuerySet,
        title: str,
        form: LabelForm | None,
        label: Label | None = None,
    ) -> HttpResponse | None:
        ids = queryset.values_list(self.photo_field, flat=True)
        photo_ids = set(ids[: plan_page.MAX_PHOTOS + 1])
        if len(photo_ids) > plan_page.MAX_PHOTOS:
            text = _("At most %(count)d photos at once.") % {"count": plan_page.MAX_PHOTOS}
            messages.error(request, text)
            return None
        return plan_page.show(request, photo_ids, title, form, label)
