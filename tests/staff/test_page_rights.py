"""Nobody without the right gets in, whichever page for staff is added."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, UUIDConverter

from recognition.staff.people import urls as people
from recognition.staff.review import urls as review
from recognition.staff.training import urls as training
from recognition.staff.versions import urls as versions

PAGES = (people, review, training, versions)
PATTERNS = [pattern for pages in PAGES for pattern in pages.urlpatterns]
ADDRESSES = [pytest.param(pattern, id=pattern.name) for pattern in PATTERNS]


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
@pytest.mark.parametrize("pattern", ADDRESSES)
def test_staff_without_the_right_are_refused(
    pattern: URLPattern, method: str, staff_without_rights: User
) -> None:
    response = getattr(_client(staff_without_rights), method)(_address(pattern))
    assert response.status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("pattern", ADDRESSES)
def test_uploaders_are_refused(pattern: URLPattern, method: str, uploader: User) -> None:
    response = getattr(_client(uploader), method)(_address(pattern), follow=True)
    assert response.status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("pattern", ADDRESSES)
def test_strangers_are_sent_to_sign_in(pattern: URLPattern, method: str, db: None) -> None:
    response = getattr(Client(), method)(_address(pattern), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("login"))
