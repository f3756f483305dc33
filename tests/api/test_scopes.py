"""What a token may be used for, besides what its person may do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import SAFE_METHODS
from rest_framework.test import APIClient

from recognition.api import scopes
from recognition.models import ApiToken
from recognition.people import tokens
from tests.support.files import encoded, picture, sent
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")
SCOPES = {"read", "upload", "review", "train"}
ID = uuid.UUID(int=0)
CALLS = [
    ("read", "get", "photos/"),
    ("read", "get", "photos/results.csv"),
    ("read", "get", f"photos/{ID}/"),
    ("read", "get", f"photos/{ID}/suggestions/"),
    ("read", "get", f"batches/{ID}/"),
    ("read", "get", "labels/"),
    ("read", "get", "models/"),
    ("read", "get", "training-runs/"),
    ("upload", "post", "photos/"),
    ("upload", "post", "photos/bulk/"),
    ("upload", "delete", f"photos/{ID}/"),
    ("review", "put", f"photos/{ID}/label/"),
    ("review", "post", f"photos/{ID}/annotations/"),
    ("review", "delete", f"photos/{ID}/annotations/{ID}/"),
    ("review", "post", f"photos/{ID}/suggestions/"),
    ("review", "delete", f"photos/{ID}/suggestions/{ID}/"),
    ("review", "post", "labels/"),
    ("train", "post", "training-runs/"),
    ("train", "post", f"training-runs/{ID}/cancel/"),
    ("train", "post", f"training-runs/{ID}/resume/"),
    ("train", "post", f"training-runs/{ID}/keep-best/"),
    ("train", "post", "models/1/promote/"),
    ("train", "post", "models/roll-back/"),
]


def client_of(user: User, *chosen: str) -> APIClient:
    _row, token = tokens.make(user, "script", chosen, None, user)
    return APIClient(HTTP_AUTHORIZATION=f"Token {token}")


def code(response: Any) -> str:
    is_json = response.status_code >= 400 and response["Content-Type"] == "application/json"
    return response.json()["code"] if is_json else ""


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser("adele")


@pytest.mark.parametrize(("scope", "method", "path"), CALLS)
def test_a_call_takes_its_scope(scope: str, method: str, path: str, administrator: User) -> None:
    """With all others it is refused, however much the person may do."""
    address = f"/api/v1/{path}"
    without = getattr(client_of(administrator, *SCOPES - {scope}), method)(address)
    assert (without.status_code, code(without)) == (403, "token_scope")
    assert f"“{scope}”" in without.json()["detail"]
    assert code(getattr(client_of(administrator, scope), method)(address)) != "token_scope"


def test_the_persons_own_rights_are_needed_too(uploader: User) -> None:
    photo = add_photo(uploader)
    client = client_of(uploader, *SCOPES)
    response = client.put(f"/api/v1/photos/{photo.id}/label/", {"label": "dog"}, format="json")
    assert (response.status_code, code(response)) == (403, "permission_denied")


@pytest.mark.parametrize("extra", [{"label": "dog"}, {}])
def test_a_label_that_comes_along_is_a_review(extra: dict[str, str], reviewer: User) -> None:
    image = {"image": sent(encoded(picture())), **extra}
    response = client_of(reviewer, "upload").post("/api/v1/photos/", image)
    assert code(response) == ("token_scope" if extra else "")


def test_a_session_has_all_scopes(uploader: User) -> None:
    client = Client()
    client.force_login(uploader)
    assert client.post("/api/v1/photos/", {"image": sent(encoded(picture()))}).status_code == 202


def test_a_view_that_names_no_scope_lets_tokens_change_nothing(administrator: User) -> None:
    response = client_of(administrator, *SCOPES).post(f"/api/v1/batches/{ID}/")
    assert (response.status_code, code(response)) == (405, "method_not_allowed")


def test_every_view_asks_for_a_scope() -> None:
    found = {
        (view.cls.__name__, method): view
        for view in _views(get_resolver().url_patterns)
        if view.cls.__module__.startswith("recognition.api.")
        for method in _methods(view)
    }
    assert len(found) > 15
    for (name, method), view in found.items():
        initial = getattr(view, "initkwargs", {})
        permissions = initial.get("permission_classes", view.cls.permission_classes)
        assert scopes.MayCall in permissions, name
        if method not in SAFE_METHODS:
            assert initial.get("token_scope", view.cls.token_scope) in ApiToken.Scope, name


def _views(patterns: list[URLPattern | URLResolver]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        elif hasattr(pattern.callback, "cls"):
            yield pattern.callback


def _methods(view: Any) -> list[str]:
    """The methods that the view has, in capitals."""
    actions = getattr(view, "actions", None)
    names = actions or [m for m in view.cls.http_method_names if hasattr(view.cls, m)]
    return [name.upper() for name in names]
