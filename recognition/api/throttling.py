"""A limit of requests a minute, one for each user and for each anonymous address."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from recognition.core import redis_client

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView

_WINDOW_S = 60


class PerMinuteThrottle(BaseThrottle):
    """Counts in fixed windows: one round trip a request, however high the limit is.

    Django REST framework's own throttle keeps the time of each request in one list. Without Redis
    nothing is limited, because uploads must go on.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit = settings.ARK_REQUESTS_PER_MINUTE
        if not limit:
            return True
        window = int(time.time() // _WINDOW_S)
        who = f"user-{request.user.pk}" if request.user.pk else self.get_ident(request)
        key = f"ark:requests:{who}:{window}"
        try:
            connection = redis_client.connection()
            count: int = connection.incr(key)
            if count == 1:
                connection.expire(key, 2 * _WINDOW_S)
        except redis.RedisError:
            return True
        return count <= limit

    def wait(self) -> float:
        return _WINDOW_S - time.time() % _WINDOW_S
