"""Signing in with OpenID Connect."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

PROVIDER = "oidc"


@require_POST
def start(request: HttpRequest, provider_id: str = PROVIDER) -> HttpResponseBase:
    """A page that leads on: our policy lets no form end up at another site."""
    try:
        response = views.login(request, provider_id=provider_id)
    except requests.RequestException:
        return _failed(request)
    address = response.headers.get("Location", "")
    if urlsplit(address).netloc:
        return render(request, "socialaccount/login_redirect.html", {"redirect_to": address})
    return response


def callback(request: HttpRequest, provider_id: str = PROVIDER) -> HttpResponseBase:
    try:
        return views.callback(request, provider_id=provider_id)
    except requests.RequestException:
        return _failed(request)


def _failed(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/authentication_error.html", status=502)
