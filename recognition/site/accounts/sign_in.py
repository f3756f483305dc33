"""Sign in, sign out, and who tries too often."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from webapp import error_answers

_JUST_SIGNED_OUT = "ark_signed_out"
# Pages and pictures that the browser keeps; and what scripts have kept in it.
CLEAR_ALL = '"cache", "storage"'
CLEAR_CACHE = '"cache"'


class SignIn(LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            has_mail=settings.ARK_EMAIL,
            oidc_name=settings.ARK_OIDC_URL and settings.ARK_OIDC_NAME,
        )


class SignOut(LogoutView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        # Over plain HTTP browsers do not heed the header; then the next page clears what it can.
        response["Clear-Site-Data"] = CLEAR_ALL
        self.request.session[_JUST_SIGNED_OUT] = True
        return response


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """What scripts keep in the browser goes right after signing out, never because somebody links
    to this page: decisions that could not be sent may wait there."""
    if request.user.is_authenticated:
        return redirect("home")
    context = {"just_signed_out": request.session.pop(_JUST_SIGNED_OUT, False)}
    return render(request, "site/accounts/signed_out.html", context)


def too_many(request: HttpRequest, wait_s: int = 60) -> HttpResponse:
    """Answer 429, and when to come back."""
    text = ngettext(
        "Too many attempts. Try again in %(count)d second.",
        "Too many attempts. Try again in %(count)d seconds.",
        wait_s,
    )
    return error_answers.answer(
        request,
        429,
        "throttled",
        text % {"count": wait_s},
        as_json=request.headers.get("Accept") == "application/json",
        retry_after_s=wait_s,
        wait_s=wait_s,
    )
