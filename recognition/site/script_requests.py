"""What a page's script is told when it is not answered: why, in words that it understands.

A page may stay open for days. Meanwhile its person signs out, or signs in again in another tab, or
as somebody else, or loses a role. A browser follows the redirect to the sign-in page by itself, so
a script that is sent there would take that page for its answer.

Scripts say with the header `Ark-Person` whose page they belong to (static/session.js). What stands
in the way is named by the header `Ark-Problem` of the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views import csrf
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

PROBLEM = "Ark-Problem"
SIGNED_OUT, OTHER_PERSON, FORBIDDEN, CSRF = "signed-out", "other-person", "forbidden", "csrf"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def name_problems(get_response: GetResponse) -> GetResponse:
    """Middleware, to stand below the one that knows the user."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        person = request.headers.get("Ark-Person")
        if not person:
            return get_response(request)
        if not request.user.is_authenticated:
            return _refused(SIGNED_OUT, 401)
        if str(request.user.pk) != person:
            return _refused(OTHER_PERSON, 403)
        response = get_response(request)
        if response.status_code == 403 or _leads_to_sign_in(response):
            return response if PROBLEM in response else _refused(FORBIDDEN, 403)
        return response

    return middleware


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Django's page, for people; a script fetches another token and asks again."""
    response: HttpResponseBase = csrf.csrf_failure(request, reason)
    response[PROBLEM] = CSRF
    return response


@never_cache
@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in now, and the token that forms of this session need."""
    person = str(request.user.pk) if request.user.is_authenticated else ""
    return JsonResponse({"person": person, "csrf": get_token(request)})


def _refused(problem: str, status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={PROBLEM: problem, "Cache-Control": "no-store"})


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    """Also the way into the admin, for somebody who is signed in and no staff (any more)."""
    if not isinstance(response, HttpResponseRedirect):
        return False
    return urlsplit(response.url).path in (reverse("login"), reverse("admin:login"))
