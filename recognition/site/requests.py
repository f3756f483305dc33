"""What the type checker cannot see for itself."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class SignedInRequest(HttpRequest):
    """A request behind `login_required`, as the middleware made it."""

    user: User
    htmx: HtmxDetails
