"""Users are found here by name, in filters; all else about them stands on the page of people."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from recognition.admin.lists import ReadOnly
from recognition.people import search

admin.site.unregister(User)
admin.site.unregister(Group)
# django-allauth's own lists show seeds and sessions as they are stored.
for table in (EmailAddress, Authenticator, SocialApp, SocialToken, SocialAccount, UserSession):
    admin.site.unregister(table)


@admin.register(User)
class UserAdmin(ReadOnly):
    """Completes names where a list is filtered by its owners. Its own pages lead on."""

    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)

    def search_keys(self, text: str) -> list[int]:
        return search.called(text)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # so that nothing links to it

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("people")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if object_id and object_id.isdecimal() and len(object_id) < 19:
            return redirect("people-person", int(object_id))
        return redirect("people")

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return self.changeform_view(request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return self.changeform_view(request, object_id)
