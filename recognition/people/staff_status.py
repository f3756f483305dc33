"""Reviewers and trainers are staff: whoever puts somebody into their groups, or takes them out,
changes that too."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Exists, OuterRef, Q
from django.db.models.signals import m2m_changed

GROUPS = ("Reviewer", "Trainer")


def follow_groups() -> None:
    """Called once, when Django is ready."""
    m2m_changed.connect(_changed, User.groups.through, dispatch_uid="staff_status")


def follow(user_ids: Collection[int]) -> None:
    """Make these people staff, or not, as their groups say. Who is staff for another reason, with
    rights that were given one by one or through other groups, stays so."""
    people = User.objects.filter(pk__in=user_ids, is_superuser=False)
    memberships = User.groups.through.objects.filter(user=OuterRef("pk"))
    in_group = Exists(memberships.filter(group__name__in=GROUPS))
    may_something = Exists(
        Permission.objects.filter(Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk")))
    )
    people.filter(in_group, is_staff=False).update(is_staff=True)
    people.filter(~in_group, ~may_something, is_staff=True).update(is_staff=False)


def _changed(
    sender: Any,
    instance: User | Group,
    action: str,
    reverse: bool,
    pk_set: set[int] | None,
    **_more: Any,
) -> None:
    if isinstance(instance, Group) and action == "pre_clear":  # afterwards nobody knows who it was
        instance._were_in = list(instance.user_set.values_list("pk", flat=True))  # type: ignore[attr-defined]
    if not action.startswith("post_"):
        return
    if isinstance(instance, Group):
        follow(pk_set if pk_set is not None else instance._were_in)  # type: ignore[attr-defined]
        return
    follow([instance.pk])
    instance.is_staff = User.objects.values_list("is_staff", flat=True).get(pk=instance.pk)
