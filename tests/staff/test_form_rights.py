"""Who may only look at things sends no form, on whichever page for staff."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from recognition.staff.jobs import urls as jobs
from recognition.staff.review import urls as review
from recognition.staff.training import urls as training
from recognition.staff.versions import urls as versions
from tests.staff.test_page_rights import _address, _client

PATTERNS = [
    *(*review.urlpatterns, *jobs.urlpatterns, *training.urlpatterns, *versions.urlpatterns),
]


@pytest.fixture
def onlooker(db: None) -> User:
    """Staff with every right to view, and no other."""
    user = User.objects.create_user("olga", password="a long passphrase", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_who_may_only_look_changes_nothing(method: str, onlooker: User) -> None:
    ask = getattr(_client(onlooker), method)
    let_in = [page.name for page in PATTERNS if ask(_address(page)).status_code != 403]
    assert let_in == []


def test_a_reviewer_has_no_versions_compared(reviewer: User, live_version: object) -> None:
    client: Client = _client(reviewer)
    address = "/admin/training/compare/1/1/"
    assert client.post(address).status_code == 403
