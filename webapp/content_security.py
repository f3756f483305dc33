"""What a browser may load and run on a page of this site.

docs/decisions/content-security-policy.md says why the admin needs more than the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

SITE = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
_MORE_FOR_ADMIN = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def admin_needs_more(get_response: GetResponse) -> GetResponse:
    """Middleware, to stand below django-csp's."""
    get_admin_response = csp_update(_MORE_FOR_ADMIN)(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_admin = request.path.startswith(_admin())
        return (get_admin_response if is_admin else get_response)(request)

    return middleware


@cache
def _admin() -> str:
    return reverse("admin:index")
