"""Reads pages as a browser would, and makes what they show."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from recognition.models import Label, State


def client_of(user: User) -> Client:
    """A browser in which this person has just signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    key = client.session.session_key
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1", user_agent="pytest")
    return client


def done(slug: str, confidence: float = 0.97, **more: Any) -> dict[str, Any]:
    """The fields of a photo (see tests.support.rows.add_photo) that was recognised as `slug`."""
    label = Label.objects.get(slug=slug)
    fields = {
        "state": State.DONE,
        "label": label,
        "kind": label.kind,
        "confidence": confidence,
        "top": [
            {"label": slug, "confidence": confidence},
            {"label": "neither", "confidence": 0.01},
        ],
        "fine": "Airedale",
        "milliseconds": 12.5,
    }
    return {f"prediction__{name}": value for name, value in (fields | more).items()}


def text(response: HttpResponse) -> str:
    """The words of a page, without its markup."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return " ".join(" ".join(reader.words).split())


def shown(response: HttpResponse) -> list[str]:
    """The file names on the cards of a page, in their order."""
    names = re.findall(r'<p class="card-name">(.*?)</p>', response.content.decode())
    return [name.split(" · ")[0] for name in names]


def inline_code(html: str) -> list[str]:
    """Whatever a content security policy would forbid a page to contain."""
    reader = _Reader()
    reader.feed(html)
    return reader.inline


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = dict(attributes)
        is_data = names.get("type") == "application/json"  # which no browser runs
        if tag == "style" or (tag == "script" and "src" not in names and not is_data):
            self.inline.append(f"<{tag}>")
        self.inline += [
            f"{tag} {name}" for name in names if name == "style" or re.match("on|hx-on", name)
        ]
        self.inline += [
            f"{tag} {name}" for name, value in attributes if (value or "").startswith("javascript:")
        ]

    def handle_data(self, data: str) -> None:
        self.words.append(data)
