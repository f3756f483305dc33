"""Whoever was invited chooses a name and a password, and is in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from recognition.core import client, rate_limits
from recognition.people import invitations

TRIES, WITHIN_S = 30, 600  # from one address
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class JoinForm(UserCreationForm):
    """Checks the name and the password; `invitations.accept` makes the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = ""
        self.fields["password2"].help_text = ""


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    if rate_limits.hit(f"invitation:{client.address.get()}", TRIES, WITHIN_S):
        return render(request, "site/invitations/too_often.html", status=429)
    try:
        found = invitations.find(code)
    except invitations.Useless:
        return _useless(request)
    if request.user.is_authenticated:
        return render(request, "site/invitations/signed_in.html")
    form = JoinForm(request.POST or None, initial={"username": found.name})
    form.instance.email = found.email  # a password must not be like it
    if form.is_valid():
        try:
            return _join(request, code, form)
        except invitations.Useless:  # another tab was quicker
            return _useless(request)
        except IntegrityError:
            form.add_error("username", _("Somebody has this name. Choose another one."))
    context = {"form": form, "invitation": found}
    return render(request, "site/invitations/join.html", context)


def _join(request: HttpRequest, code: str, form: JoinForm) -> HttpResponse:
    chosen = form.cleaned_data
    person: User = invitations.accept(code, chosen["username"], chosen["password1"])
    login(request, person, backend=_BACKEND)
    text = _("Welcome, %(name)s. This is where you upload photos.")
    messages.success(request, text % {"name": person.get_username()})
    return redirect("home")


def _useless(request: HttpRequest) -> HttpResponse:
    return render(request, "site/invitations/useless.html", status=404)
