"""What `pages` asks of the site and the API: lists of an owner of very many photos, of one who has
few, and of everybody's."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from recognition.models import Photo
from recognition.photos.orders.history import Cursor
from recognition.photos.orders.listing import Order

Visit = Callable[[Client], HttpResponseBase]
MANY, FEW = "owner00", "owner49"
_FILTERS: dict[str, dict[str, str]] = {
    "": {},
    "least sure": {"sort": Order.DOUBTFUL},
    "by name": {"sort": Order.NAME},
    "uploaded": {"sort": Order.UPLOADED},
    "a search": {"text": "IMG_12"},
    "a search (none)": {"text": "nowhere"},
    "failed": {"state": "failed"},
    "waiting": {"state": "pending"},
    "vehicles": {"kind": "vehicle"},
    "a guess": {"confidence": "guess"},
    "containing a dog": {"contains": "dog"},
    "of a day": {"first_day": "2026-06-01", "last_day": "2026-06-01"},
}
_ASKED: dict[str, dict[str, str]] = {
    "": {},
    "failed": {"state": "failed"},
    "waiting": {"state": "pending"},
    "a label": {"label": "dog"},
    "a rare label": {"predicted": "zebra"},
    "containing a dog": {"contains": "dog"},
    "a camera (none)": {"camera": "nowhere"},
    "of a day": {"taken_after": "2026-06-01T00:00Z", "taken_before": "2026-06-02T00:00Z"},
}


def visits(rare: str) -> dict[str, Visit]:
    """rare: the slug of a label that is seldom predicted."""
    found: dict[str, Visit] = {}
    asked = {**_ASKED, "a rare label": {"predicted": rare}, "with a rare label": {"label": rare}}
    for who, name in (("many photos", MANY), ("few photos", FEW), ("everybody's", "")):
        whose = {} if name else {"whose": "everybody"}
        for what, query in _FILTERS.items():
            found[_named("history", who, what)] = _get(name, "history", {**whose, **query})
        deep = {"after": str(_middle(name)), **whose}
        found[_named("history", who, "in the middle")] = _get(name, "history", deep)
        for what, query in asked.items():
            found[_named("API", who, what)] = _get(name, "photo-list", query)
        found[_named("trash", who, "")] = _get(name, "trash", whose)
        found[_named("API: trash", who, "")] = _get(name, "trash-list", {})
    return {
        **found,
        "upload page, many photos": _get(MANY, "home", {}),
        "delete a person of many photos": lambda client: client.get(
            reverse("people-delete", args=[_person(MANY).pk])
        ),
        "people": _get("", "people", {"sort": "stored"}),
        "storage": _get("", "storage", {}),
        "audit log": _get("", "audit-log", {}),
        "metrics": _metrics,
    }


def _named(page: str, who: str, what: str) -> str:
    return f"{page}, {who}: {what}" if what else f"{page}, {who}"


def _get(name: str, url: str, query: dict[str, str]) -> Visit:
    """As this person; as the client's, a superuser, without a name."""
    address = f"{reverse(url)}?{urlencode(query)}"
    return lambda client: (_signed_in(name) if name else client).get(address)


def _metrics(client: Client) -> HttpResponseBase:
    settings.ARK_METRICS_TOKEN = "benchmark"
    return client.get(reverse("metrics"), headers={"Authorization": "Bearer benchmark"})


@cache
def _signed_in(name: str) -> Client:
    client = Client()
    client.force_login(_person(name), backend="django.contrib.auth.backends.ModelBackend")
    return client


@cache
def _person(name: str) -> User:
    return User.objects.get(username=name)


def _middle(name: str) -> Cursor:
    """A place some months ago, by when photos were taken or uploaded."""
    photos = Photo.objects.filter(owner=_person(name)) if name else Photo.objects.all()
    times = photos.order_by("-created", "-id").values_list("created", "id")
    newest, oldest = times.first(), times.last()
    return Cursor(oldest[0] + (newest[0] - oldest[0]) / 2, newest[1])
