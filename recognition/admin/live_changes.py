"""The log of which version was live from when to when, and who made it so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from recognition.admin.lists import LongList, ReadOnly
from recognition.models import LiveChange


@admin.register(LiveChange)
class LiveChangeAdmin(ReadOnly, LongList):
    list_display = ("since", "until", "model_version", "how", "changed_by")
    sortable_by = ()
    fields = ("at", "until", "model_version", "how", "changed_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LiveChange]:
        next_one = LiveChange.objects.filter(id__gt=OuterRef("id")).order_by("id")
        changes = super().get_queryset(request).select_related("model_version", "by")
        return changes.annotate(ended=Subquery(next_one.values("at")[:1]))

    @display(description=pgettext_lazy("time", "from"))
    def since(self, change: LiveChange) -> datetime:
        return change.at

    @display(description=_("until"))
    def until(self, change: Any) -> datetime | str:
        ended: datetime | None = change.ended
        return ended or gettext("now")

    @display(description=_("by"))
    def changed_by(self, change: LiveChange) -> str:
        return str(change.by or gettext("Ark itself"))
