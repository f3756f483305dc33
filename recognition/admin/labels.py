"""Labels: superusers name, group and retire them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from recognition.models import Kind, Label

KIND_COLOURS = {
    Kind.ANIMAL: "success",
    Kind.VEHICLE: "info",
    Kind.NEITHER: "danger",
    Kind.OTHER: "warning",
}


@admin.register(Label)
class LabelAdmin(ModelAdmin):
    list_display = ("slug", "name_en", "name_zh", "kind_badge", "parent", "active")
    list_filter = (("kind", ChoicesDropdownFilter), ("active", BooleanRadioFilter))
    list_filter_submit = True
    list_select_related = ("parent",)
    search_fields = ("slug", "name_en", "name_zh")
    autocomplete_fields = ("parent",)
    fields = ("slug", "name_en", "name_zh", "kind", "parent", "active")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Label | None = None
    ) -> tuple[str, ...]:
        """Networks and the API know a label by its slug for ever."""
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Label | None = None) -> bool:
        """Versions of the network go on naming it; it can be made inactive."""
        return False

    @display(description=_("kind"), label=KIND_COLOURS, ordering="kind")
    def kind_badge(self, label: Label) -> tuple[str, str]:
        return label.kind, label.get_kind_display()
