"""Nobody without the right gets in, whichever page for staff is added."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, UUIDConverter

from recognition.staff.notifications import urls as notifications
from recognition.staff.people import urls as people
from recognition.staff.review import urls as review
from recognition.staff.training import urls as training
from recognition.staff.versions import urls as versions

PAGES = (notifications, people, review, training, versions)
PATTERNS = [pattern for pages in PAGES for pattern in pages.urlpatterns]


def _address(pattern: URLPattern) -> str:
    examples = {UUIDConverter: uuid4(), IntConverter: 1}
    converters = pattern.pattern.converters
    given = {name: examples.get(type(converter), "lite0") for name, converter in converters.items()}
    return reverse(pattern.name, kwargs=given)


@pytest.fixture
def staff_without_rights(db: None) -> User:
    return User.objects.create_user("stan", password="a long passphrase", is_staff=True)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_right_are_refused(method: str, staff_without_rights: User) -> None:
    ask = getattr(_client(staff_without_rights), method)
    let_in = [page.name for page in PATTERNS if ask(_address(page)).status_code != 403]
    assert let_in == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_uploaders_are_refused(method: str, uploader: User) -> None:
    ask = getattr(_client(uploader), method)
    let_in = [page.name for page in PATTERNS if ask(_address(page), follow=True).status_code != 403]
    assert let_in == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_sign_in(method: str, db: None) -> None:
    ask, sign_in = getattr(Client(), method), reverse("login")
    let_in = [
        page.name
        for page in PATTERNS
        if not ask(_address(page), follow=True).redirect_chain[-1][0].startswith(sign_in)
    ]
    assert let_in == []
