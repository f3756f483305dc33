"""A link that lets a person set a new password, once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from recognition.core import client, rate_limits
from recognition.people.authentication import password_links
from recognition.site.invitation_page import TRIES, WITHIN_S


class SetPassword(PasswordResetConfirmView):
    """Django's own moves the token out of the address before it shows anything."""

    template_name = "site/invitations/password.html"
    success_url = reverse_lazy("login")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if rate_limits.hit(f"password-link:{client.address.get()}", TRIES, WITHIN_S):
            return render(request, "site/invitations/too_often.html", status=429)
        return super().dispatch(request, *args, **kwargs)

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        status = 200 if self.validlink else 404
        return super().render_to_response(context, status=status, **more)

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        password_links.used(form.user)
        messages.success(self.request, _("The new password is set. Sign in with it."))
        return response
