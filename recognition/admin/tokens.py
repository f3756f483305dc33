"""Tokens of the API: made here, shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.authtoken.admin import TokenAdmin as RestTokenAdmin
from rest_framework.authtoken.models import TokenProxy
from unfold.admin import ModelAdmin
from unfold.decorators import display

admin.site.unregister(TokenProxy)


@admin.register(TokenProxy)
class TokenAdmin(RestTokenAdmin, ModelAdmin):
    list_display = ("user", "beginning", "created")
    list_filter = ()
    autocomplete_fields = ("user",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[TokenProxy]:
        return super().get_queryset(request).select_related("user")

    def has_change_permission(self, request: HttpRequest, obj: TokenProxy | None = None) -> bool:
        """A token that is wanted no more is deleted, and another one made."""
        return False

    def save_model(self, request: HttpRequest, obj: TokenProxy, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        text = _("The token of %(user)s, shown only now: %(key)s")
        messages.warning(request, text % {"user": obj.user, "key": obj.key})

    @display(description=gettext_lazy("token"))
    def beginning(self, token: TokenProxy) -> str:
        return token.key[:6] + "…"
