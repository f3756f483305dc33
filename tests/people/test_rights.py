"""What people may do is found as Django finds it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission, User

from recognition.people.authentication.sign_in_backend import PasswordBackend

pytestmark = pytest.mark.django_db


def again(user: User) -> User:
    """The same, of whom nothing was asked yet."""
    return User.objects.get(pk=user.pk)


def test_rights_of_groups_and_of_ones_own_are_found(reviewer: User) -> None:
    reviewer.user_permissions.add(Permission.objects.get(codename="delete_user"))
    found = PasswordBackend().get_all_permissions(again(reviewer))
    assert {"recognition.review", "auth.delete_user"} <= found
    assert found == ModelBackend().get_all_permissions(again(reviewer))


def test_who_may_do_everything_has_all_rights(admin_user: User) -> None:
    assert len(PasswordBackend().get_all_permissions(again(admin_user))) == (
        Permission.objects.count()
    )


def test_who_was_deactivated_and_strangers_have_none(reviewer: User) -> None:
    reviewer.is_active = False
    assert PasswordBackend().get_all_permissions(reviewer) == set()
    assert PasswordBackend().get_all_permissions(AnonymousUser()) == set()


def test_nobody_is_asked_twice(reviewer: User, django_assert_num_queries: Any) -> None:
    user = again(reviewer)
    with django_assert_num_queries(2):
        assert user.has_perm("recognition.review")
        assert not user.has_perm("auth.delete_user")
