"""Who a name and a password belong to, and what people may do."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from recognition.core.statements.queries import Prepared


def _rights(**whose: int) -> QuerySet[Permission]:
    names = Permission.objects.select_related("content_type")
    return names.only("codename", "content_type__app_label").filter(**whose).order_by()


_OWN = Prepared(lambda user: _rights(user=user), int)
_OF_GROUPS = Prepared(lambda user: _rights(group__user=user), int)


class PasswordBackend(AuthenticationBackend):
    """By username, or by the mail address where there is one."""

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is None:
            # Asks no other backend: it would spend half a second on the same password.
            raise PermissionDenied
        return user

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """As Django's, of which nearly every request asks, but by statements that are made once.
        Django's backends keep what one of them has found in the same place."""
        is_known = user_obj.is_superuser or hasattr(user_obj, "_perm_cache")
        if user_obj.is_active and not is_known:
            found = (*_OWN(user_obj.pk), *_OF_GROUPS(user_obj.pk))
            user_obj._perm_cache = {f"{it.content_type.app_label}.{it.codename}" for it in found}
        rights: set[str] = super().get_all_permissions(user_obj, obj)
        return rights
