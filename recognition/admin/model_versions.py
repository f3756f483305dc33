"""Versions of the network."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.views import ChangeList

from recognition.admin.filters import TrialsFilter
from recognition.admin.lists import ReadOnly
from recognition.admin.version_actions import PromoteAction
from recognition.models import ModelVersion
from recognition.staff import version_page
from recognition.staff.versions import version_summary
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
    list_filter = (TrialsFilter,)
    actions_list = ("import_version", "show_trials")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        live = ModelVersion.objects.filter(live=True).values("number")[:1]
        return super().get_queryset(request).annotate(live_number=Subquery(live))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the figures of the versions on the page."""
        changelist = super().get_changelist_instance(request)
        self._with_measures(changelist.result_list)
        return changelist

    def _with_measures(self, versions: Collection[ModelVersion]) -> None:
        measures = measured.measures_of(versions)
        for version in versions:
            version.__dict__["measure"] = measures.get(version.id)

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

    @action(description=_("Trials of experiments"), url_path="trials", icon="science")
    def show_trials(self, request: HttpRequest) -> HttpResponse:
        return redirect(f"{reverse('admin:recognition_modelversion_changelist')}?trials=only")

    @display(description=_("live"), label={True: "success"})
    def live_badge(self, version: ModelVersion) -> tuple[bool, str] | str:
        return (True, gettext("live")) if version.live else ""

    @display(description=_("accuracy"))
    def accuracy(self, version: ModelVersion) -> str:
        return version_summary.accuracy(getattr(version, "measure", None))

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
