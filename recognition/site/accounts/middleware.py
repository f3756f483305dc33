"""Between a request and its page: is the session still good, and is there something to do first?"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from recognition.core import audit, client
from recognition.people.authentication import first_steps, sessions
from recognition.site.accounts.sign_in import CLEAR_CACHE
from webapp import error_answers

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_FOR_MACHINES = ("/healthz", "/readyz", "/metrics")  # where no session is looked at
_ALWAYS_OPEN = (
    *("logout", "set-language"),
    *("web-manifest", "favicon", "offline", "service-worker"),  # which browsers ask for
)
_PASSWORD_PAGES = ("change-password", "account_set_password", *_ALWAYS_OPEN)
_FACTOR_PAGES = (
    *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"),
    *("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_reauthenticate"),
    *_PASSWORD_PAGES,
)


def end_old_sessions(get_response: GetResponse) -> GetResponse:
    """To stand below Django's AuthenticationMiddleware."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info in _FOR_MACHINES:
            return get_response(request)
        if not sessions.is_over(request.session):
            if request.path_info not in client.BY_ITSELF:
                sessions.saw(request)
            return get_response(request)
        if isinstance(request.user, User):
            audit.record(audit.Action.SESSION_ENDED, request.user, request.user, why="time")
        request.session.flush()
        request.user = AnonymousUser()
        response = get_response(request)
        # Not what scripts keep: decisions that could not be sent wait until they sign in again.
        response.headers.setdefault("Clear-Site-Data", CLEAR_CACHE)
        return response

    return middleware


def first_things_first(get_response: GetResponse) -> GetResponse:
    """Sends who has a password from somebody else to change it, and who needs a second factor to
    set one up. Whoever uses an API token is not asked: programs have no password."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in _FOR_MACHINES and SESSION_KEY in request.session:
            if first_steps.must_change_password(request):
                return _only(request, "change-password", _PASSWORD_PAGES) or get_response(request)
            if first_steps.must_add_factor(request):
                return _only(request, "mfa_index", _FACTOR_PAGES) or get_response(request)
        return get_response(request)

    return middleware


def _only(request: HttpRequest, page: str, open_pages: tuple[str, ...]) -> HttpResponse | None:
    """The way to this page, or None for a request that may pass."""
    if error_answers.is_program(request):
        detail = _("Sign in on the pages of this site first: something is to be done there.")
        return JsonResponse({"code": "account_incomplete", "detail": detail}, status=403)
    try:
        if resolve(request.path_info).url_name in open_pages:
            return None
    except Resolver404:
        return None
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": reverse(page)})
    return redirect(page)
