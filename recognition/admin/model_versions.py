"""Versions of the network."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import FloatField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from recognition.admin.lists import ReadOnly
from recognition.admin.version_actions import PromoteAction
from recognition.models import Comparison, ModelVersion
from recognition.staff import version_page
from recognition.staff.formatting import percent
from recognition.versions import measured


@admin.register(ModelVersion)
class ModelVersionAdmin(PromoteAction, ReadOnly):
    list_display = (
        *("number", "live_badge", "name", "accuracy", "label_count", "way", "view"),
        *("created", "compare"),
    )
    list_select_related = ("training_run",)
    list_per_page = 50
    sortable_by = ("number", "created")
    actions_list = ("import_version",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        live = ModelVersion.objects.filter(live=True).values("number")[:1]
        accuracy = KT("findings__baseline__accuracy")
        made = Comparison.objects.filter(baseline=OuterRef("pk")).exclude(made=None)
        compared = made.annotate(accuracy=Cast(accuracy, FloatField())).order_by("-made")
        return (
            super()
            .get_queryset(request)
            .annotate(
                live_number=Subquery(live), when_compared=Subquery(compared.values("accuracy")[:1])
            )
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Its card instead of a form: nobody changes a version."""
        version = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, version) or request.method == "POST":
            raise PermissionDenied
        if version is None:
            raise Http404
        return version_page.page(request, version)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognition.train")

    @action(
        description=_("Import a version"),
        permissions=["import"],
        url_path="bring-in",
        icon="upload",
    )
    def import_version(self, request: HttpRequest) -> HttpResponse:
        return redirect("training-import")

    @display(description=_("live"), label={True: "success"})
    def live_badge(self, version: ModelVersion) -> tuple[bool, str] | str:
        return (True, gettext("live")) if version.live else ""

    @display(description=_("accuracy"))
    def accuracy(self, version: ModelVersion) -> str:
        here = measured.metrics_of(version).get("accuracy")
        return percent(here or getattr(version, "when_compared", None)) or "–"

    @display(description=_("how"))
    def way(self, version: ModelVersion) -> str:
        run = getattr(version, "training_run", None)
        return run.get_mode_display() if run else "–"

    @display(description=_("labels"))
    def label_count(self, version: ModelVersion) -> int:
        return len(version.labels)

    @display(description=_("compare"))
    def compare(self, version: ModelVersion) -> SafeString | str:
        live_number = getattr(version, "live_number", None)
        if version.live or live_number is None:
            return ""
        address = reverse("training-compare", args=[version.number, live_number])
        return format_html('<a href="{}">{}</a>', address, gettext("with the live one"))
