"""What /metrics tells about this instance, in Prometheus' format.

Gunicorn runs several processes; where PROMETHEUS_MULTIPROC_DIR is set (webapp/gunicorn.py sets it)
each writes its numbers into files there, and whichever is asked adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from webapp import metrics_files

metrics_files.use()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_requests = Histogram(
    "ark_http_request_seconds",
    "Time to answer HTTP requests.",
    ("view", "method", "status"),
    buckets=_SECONDS,
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observe_request(request: HttpRequest, status: int, seconds: float) -> None:
    """Labels have few values whatever people send."""
    match = request.resolver_match
    view = (match.view_name or "unnamed") if match else "none"
    method = request.method if request.method in _METHODS else "other"
    with suppress(OSError):  # on a full disk nothing is counted, and requests go on
        _requests.labels(view, method, str(status)).observe(seconds)


def render(collectors: Iterable[Collector]) -> bytes:
    """All web processes' requests, and what the collectors find out now."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)
