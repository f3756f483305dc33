"""Changing one's password, and what to do when it is forgotten."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView, PasswordResetView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from recognition.people.authentication import first_steps


class ChangePassword(PasswordChangeView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.is_first = first_steps.must_change_password(request)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_default_success_url(self) -> str:
        return reverse("home" if self.is_first else "account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, must_change_password=self.is_first)


class AskForReset(PasswordResetView):
    """By mail, or, where no mail goes out, whom to ask."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ask = super().post if settings.ARK_EMAIL else super().get
        response: HttpResponse = ask(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, has_mail=settings.ARK_EMAIL)
