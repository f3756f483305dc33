"""What load balancers, supervisors and Prometheus ask."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from recognition.site import readiness
from recognition.site.metrics import RecognitionCollector
from webapp import client_address
from webapp import metrics as metrics_of_requests

_LOOPBACK = {"127.0.0.1", "::1", ""}  # "": a Unix socket


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Photos can be accepted and are predicted. What is optional does not count."""
    problems, shortcomings = readiness.problems(), readiness.shortcomings()
    shows_why = _is_operator(request)
    ready = not any(problems.values())
    answer = {
        "ready": ready,
        "checks": _told(problems, shows_why),
        "optional": _told(shortcomings, shows_why),
    }
    return JsonResponse(answer, status=200 if ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus."""
    if not _is_operator(request):
        return HttpResponse("Not from here, or not with this token.\n", status=403)
    content = metrics_of_requests.render([RecognitionCollector()])
    return HttpResponse(content, content_type=CONTENT_TYPE_LATEST)


def _told(problems: dict[str, str | None], shows_why: bool) -> dict[str, dict[str, bool | str]]:
    return {
        name: {"ok": not problem, **({"why": problem} if problem and shows_why else {})}
        for name, problem in problems.items()
    }


def _is_operator(request: HttpRequest) -> bool:
    """Whoever has the token, or is on this machine and was not let through by a proxy on it."""
    if settings.ARK_METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {settings.ARK_METRICS_TOKEN}")
    is_forwarded = request.META.get(client_address.IS_FORWARDED, True)
    return request.META.get("REMOTE_ADDR", "") in _LOOPBACK and not is_forwarded
