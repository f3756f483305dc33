"""The pages of people, as an administrator and as a manager of less see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.support.pages import client_of


@pytest.fixture
def as_manager(groups: None) -> Client:
    """May change people, and nothing else."""
    user = User.objects.create_user("mia", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_user"))
    return client_of(user)


@pytest.fixture
def change(as_superuser: Client) -> Callable[..., HttpResponse]:
    """Sends a form of a person's page, and returns the page that then comes."""

    def change(name: str, person: User, **fields: str) -> HttpResponse:
        return as_superuser.post(reverse(name, args=[person.pk]), fields, follow=True)

    return change
