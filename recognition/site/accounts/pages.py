"""What people see of their account: one page that leads everywhere, and their sessions."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.people.authentication import factors, sessions
from recognition.photos.capture import places
from recognition.site.accounts import browsers
from recognition.site.requests import SignedInRequest


@login_required
@require_GET
def account(request: SignedInRequest) -> HttpResponse:
    kinds = Authenticator.objects.filter(user=request.user).values_list("type", flat=True)
    return render(
        request,
        "site/accounts/account.html",
        {
            "has_app": Authenticator.Type.TOTP in kinds,
            "passkeys": list(kinds).count(Authenticator.Type.WEBAUTHN),
            "is_asked": factors.is_asked_of(request.user),
            "sessions": len(sessions.of(request.user)),
            "drops_place": places.are_dropped(request.user.pk),
            "has_oidc": bool(settings.ARK_OIDC_URL),
        },
    )


@login_required
@require_GET
def list_sessions(request: SignedInRequest) -> HttpResponse:
    sessions.note(request)
    shown = [
        {"row": one, "browser": browsers.name_of(one.user_agent), "is_this": one.is_current()}
        for one in sessions.of(request.user)
    ]
    shown.sort(key=lambda one: not one["is_this"])
    return render(request, "site/accounts/sessions.html", {"sessions": shown})


@login_required
@require_POST
def end_session(request: SignedInRequest, session_id: int) -> HttpResponse:
    session = get_object_or_404(UserSession, id=session_id, user=request.user)
    if not session.is_current():
        sessions.end(session, request.user)
        messages.success(request, _("That session was signed out."))
    return redirect("usersessions_list")


@login_required
@require_POST
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    sessions.end_all(request.user, request.user, but=request.session.session_key)
    messages.success(request, _("All other sessions were signed out."))
    return redirect("usersessions_list")
