"""Versions of the network."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from recognition.admin.lists import ReadOnly
from recognition.admin.pictures import percent
from recognition.admin.staff import render_page
from recognition.admin.training import version_facts
from recognition.admin.version_actions import PromoteAction
from recognition.labels import LabelTree
from recognition.models import ModelVersion


@admin.register(ModelVersion)
class ModelVersionAdmin(PromoteAction, ReadOnly):
    list_display = (
        *("number", "live_badge", "name", "accuracy", "way", "network", "label_count"),
        *("parent_number", "created", "compare"),
    )
    list_select_related = ("parent", "training_run")
    list_per_page = 50
    sortable_by = ("number", "created")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        live = ModelVersion.objects.filter(live=True).values("number")[:1]
        return super().get_queryset(request).annotate(live_number=Subquery(live))

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
        title = gettext("Version %(number)d") % {"number": version.number}
        return render_page(request, "admin/training/version.html", title, _card(version))

    @display(description=_("live"), label={True: "success"})
    def live_badge(self, version: ModelVersion) -> tuple[bool, str] | str:
        return (True, gettext("live")) if version.live else ""

    @display(description=_("accuracy"))
    def accuracy(self, version: ModelVersion) -> str:
        return percent(version.metrics.get("accuracy")) or "–"

    @display(description=_("made by"))
    def way(self, version: ModelVersion) -> str:
        run = getattr(version, "training_run", None)
        return run.get_mode_display() if run else "–"

    @display(description=_("labels"))
    def label_count(self, version: ModelVersion) -> int:
        return len(version.labels)

    @display(description=_("parent"))
    def parent_number(self, version: ModelVersion) -> str:
        return str(version.parent.number) if version.parent else "–"

    @display(description=_("compare"))
    def compare(self, version: ModelVersion) -> SafeString | str:
        live_number = getattr(version, "live_number", None)
        if version.live or live_number is None:
            return ""
        address = reverse("training-compare", args=[version.number, live_number])
        return format_html('<a href="{}">{}</a>', address, gettext("with the live one"))


def _card(version: ModelVersion) -> dict[str, Any]:
    tree = LabelTree()
    manifest = version_facts.manifest_of(version)
    metrics = version_facts.metrics_of(version)
    return {
        "version": version,
        "run": getattr(version, "training_run", None),
        "manifest": manifest,
        "is_own_measure": metrics is version.metrics,
        "metrics": metrics,
        "results": version_facts.results(metrics),
        "scores": version_facts.scores(metrics, tree),
        "reliability": version_facts.reliability(version, metrics),
        "kinds": version_facts.labels_by_kind(version, tree),
        "making": version_facts.making(version, manifest),
        "examples": version_facts.examples(version),
        "limits": version_facts.limits(version, metrics, tree),
        "live_times": version_facts.live_times(version),
        "others": version_facts.others(version),
    }
