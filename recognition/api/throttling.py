"""A limit of requests a minute, one for each user and for each anonymous address."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView


class PerMinuteThrottle(BaseThrottle):
    """Counts in fixed windows: one round trip a request, however high the limit is.

    Django REST framework's own throttle keeps the time of each request in one list. Without Redis
    nothing is limited, because uploads must go on.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit = settings.ARK_REQUESTS_PER_MINUTE
        if not limit:
            return True
        window = int(time.time() // 60)
        who = f"user-{request.user.pk}" if request.user.pk else self.get_ident(request)
        key = f"requests:{who}:{window}"
        cache.add(key, 0, timeout=120)
        try:
            return cache.incr(key) <= limit
        except (ValueError, TypeError):  # the cache is away
            return True

    def wait(self) -> float:
        return 60 - time.time() % 60
