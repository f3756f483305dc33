"""The list of versions: promote one of them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from recognition.models import ModelVersion


class PromoteAction(ModelAdmin):
    actions = ("make_live",)

    def has_promote_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognition.promote")

    @admin.action(description=gettext_lazy("Make it live …"), permissions=["promote"])
    def make_live(
        self, request: HttpRequest, queryset: QuerySet[ModelVersion]
    ) -> HttpResponse | None:
        """The page that it leads to says what would change."""
        chosen = list(queryset[:2])
        if len(chosen) == 1:
            return redirect("training-promote", chosen[0].number)
        messages.error(request, _("One version is live at a time: choose one."))
        return None
