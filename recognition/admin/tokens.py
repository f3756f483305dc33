"""API tokens: who has which. Their owners make them, on the site; staff may revoke them."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from recognition.admin.filters import users_filter
from recognition.admin.lists import ReadOnly
from recognition.models import ApiToken
from recognition.models.names import plain
from recognition.people import search, tokens


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    list_display = ("user", "called", "scope_names", "expiry", "last_used", "last_address")
    list_display_links = ("called",)
    list_filter_submit = True
    sortable_by = ("user", "last_used")
    search_fields = ("user__username", "name", "beginning")
    search_help_text = gettext_lazy("A person, a name, or how a token begins")
    fields = (
        *("user", "name", "begins", "scope_names", "created", "expiry", "last_used"),
        "last_address",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return super().get_queryset(request).select_related("user")

    def search_keys(self, text: str) -> list[Any]:
        """Of people with all of the words in their names, or with a name or beginning like it."""
        people, wanted = set(search.called(text)), plain(text)
        rows = ApiToken.objects.order_by().values_list("pk", "user", "name", "beginning")
        return [
            key
            for key, user, name, beginning in rows
            if user in people or wanted in plain(name) or wanted in plain(beginning)
        ]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return users_filter(request, "user")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("recognition.delete_apitoken")

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        tokens.revoke(obj, cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            self.delete_model(request, token)

    @display(description=gettext_lazy("name"), ordering="name")
    def called(self, token: ApiToken) -> str:
        return str(token)

    @display(description=gettext_lazy("begins with"))
    def begins(self, token: ApiToken) -> str:
        return token.beginning + "…"

    @display(description=gettext_lazy("scopes"))
    def scope_names(self, token: ApiToken) -> str:
        return _(", ").join(token.scope_names)

    @display(description=gettext_lazy("expires"), ordering="expires", label={True: "danger"})
    def expiry(self, token: ApiToken) -> Any:
        if token.is_expired:
            return True, _("expired")
        return token.expires or _("no end")
