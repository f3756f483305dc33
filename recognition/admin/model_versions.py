"""Versions of the network, and the log of which one was live when."""

from __future__ import annotations

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from recognition import removal
from recognition.admin.lists import LongList, ReadOnly
from recognition.models import Label, LiveChange, ModelVersion


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnly):
    list_display = ("number", "live_badge", "name", "network", "label_count", "parent", "created")
    list_select_related = ("parent",)
    fieldsets = (
        (None, {"fields": ("number", "live", "name", "network", "parent", "created")}),
        (_("What it was taught with"), {"fields": ("examples",)}),
        (_("What it knows"), {"fields": ("label_names", "metrics_text")}),
        (_("File"), {"fields": ("digest",)}),
    )

    @display(description=_("live"), label={True: "success"})
    def live_badge(self, version: ModelVersion) -> tuple[bool, str] | str:
        return (True, gettext("live")) if version.live else ""

    @display(description=_("labels"))
    def label_count(self, version: ModelVersion) -> int:
        return len(version.labels)

    @display(description=_("photos"))
    def examples(self, version: ModelVersion) -> str:
        taught = removal.taught(version)
        if taught is None:
            return gettext("It came as it is.")
        if not taught.deleted:
            return gettext("%(photos)d photos, all of them still here") % {"photos": taught.photos}
        text = gettext(
            "%(deleted)d of the %(photos)d photos it was taught with were deleted since."
        )
        return text % {"deleted": taught.deleted, "photos": taught.photos}

    @display(description=_("labels"))
    def label_names(self, version: ModelVersion) -> str:
        labels = Label.objects.filter(slug__in=version.labels)
        return ", ".join(label.name for label in labels)

    @display(description="SHA-256")
    def digest(self, version: ModelVersion) -> SafeString:
        """In two halves, which fit a phone."""
        half = len(version.sha256) // 2
        return format_html("{}<wbr>{}", version.sha256[:half], version.sha256[half:])

    @display(description=_("metrics"))
    def metrics_text(self, version: ModelVersion) -> SafeString | str:
        if not version.metrics:
            return ""
        text = json.dumps(version.metrics, indent=2, ensure_ascii=False)
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', text)


@admin.register(LiveChange)
class LiveChangeAdmin(ReadOnly, LongList):
    list_display = ("at", "model_version", "changed_by")
    sortable_by = ()
    fields = ("at", "model_version", "changed_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LiveChange]:
        return super().get_queryset(request).select_related("model_version", "by")

    @display(description=_("by"))
    def changed_by(self, change: LiveChange) -> str:
        return str(change.by or _("set-up"))
