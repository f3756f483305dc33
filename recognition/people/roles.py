"""Roles: what each may do, who has which, and how it is changed.

A role is membership in groups; whether somebody may enter the admin follows from it
(`recognition.people.staff_status`).
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from recognition.core import audit
from recognition.models import Role
from recognition.people import ranks, staff_status

_VIEW = (
    *("view_photo", "view_prediction", "view_label", "view_modelversion", "view_batch"),
    *("view_decision", "view_bulkdecision", "view_all"),
)
GROUPS = {
    "Uploader": (),
    "Reviewer": (*_VIEW, "review", "add_label", "change_label", "change_promise"),
    "Trainer": (
        *(*_VIEW, "train", "promote", "view_livechange", "view_trainingrun", "view_experiment"),
    ),
}
_GROUPS_OF = {
    Role.UPLOADER: {"Uploader"},
    Role.REVIEWER: {"Reviewer"},
    Role.TRAINER: {"Trainer"},
    Role.REVIEWER_AND_TRAINER: {"Reviewer", "Trainer"},
    Role.ADMINISTRATOR: set[str](),
}


def ensure_groups() -> None:
    """Create the groups that are missing; those that are there may have been edited by staff."""
    for name, codenames in GROUPS.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            group.permissions.set(
                Permission.objects.filter(
                    content_type__app_label="recognition", codename__in=codenames
                )
            )


def role_of(user: User) -> Role:
    if user.is_superuser:
        return Role.ADMINISTRATOR
    held = {group.name for group in user.groups.all()}.intersection(staff_status.GROUPS)
    held_by = (role for role, groups in _GROUPS_OF.items() if held and groups == held)
    return next(held_by, Role.UPLOADER)


def with_role(people: QuerySet[User], role: Role) -> QuerySet[User]:
    """Those of the people who have just this role."""
    if role == Role.ADMINISTRATOR:
        return people.filter(is_superuser=True)
    needed = Q(is_superuser=False)
    for group in staff_status.GROUPS:
        is_in = Exists(User.groups.through.objects.filter(user=OuterRef("pk"), group__name=group))
        needed &= Q(is_in) if group in _GROUPS_OF[role] else ~Q(is_in)
    return people.filter(needed)


def grantable(by: User) -> list[Role]:
    """The roles that this person may give: those that may do no more than they."""
    if by.is_superuser:
        return list(Role)
    own = ranks.rights_of(by)
    roles = [role for role in Role if role != Role.ADMINISTRATOR]
    return [role for role in roles if _rights(role) <= own]


def set_role(user: User, role: Role, by: User | None) -> None:
    """Give a person this role instead of the one they had; other groups they are in stay.

    by: None for the command line. Raises ranks.NotAllowed.
    """
    with transaction.atomic():
        person = ranks.locked(user, by)
        before = role_of(person)
        if before == role:
            return
        if by and role not in grantable(by):
            raise ranks.NotAllowed("role_above_you")
        if before == Role.ADMINISTRATOR:
            ranks.keep_an_administrator(person)
        give(person, role)
        audit.record(
            audit.Action.ROLE_CHANGED, by, person, before=before.value, now=Role(role).value
        )


def give(person: User, role: Role) -> None:
    """Write a role, in the caller's transaction; who may do that was asked before."""
    person.is_superuser = role == Role.ADMINISTRATOR
    person.is_staff = role != Role.UPLOADER or bool(further_rights(person))
    person.save(update_fields=["is_superuser", "is_staff"])
    others = person.groups.exclude(name__in=GROUPS)
    person.groups.set([*others, *Group.objects.filter(name__in=_GROUPS_OF[role])])


def further_rights(person: User) -> list[str]:
    """What a person was given beside a role before there were roles: other groups by name, and
    single permissions as Django names them."""
    groups = person.groups.exclude(name__in=GROUPS).values_list("name", flat=True)
    single = person.user_permissions.values_list("name", flat=True)
    return [*groups, *single]


def take_further_rights(user: User, by: User | None) -> None:
    """Leave a person with what their role may do. Raises ranks.NotAllowed."""
    with transaction.atomic():
        person = ranks.locked(user, by)
        taken = further_rights(person)
        person.groups.remove(*person.groups.exclude(name__in=GROUPS))
        person.user_permissions.clear()
        person.is_staff = person.is_superuser or role_of(person) != Role.UPLOADER
        person.save(update_fields=["is_staff"])
        if taken:
            audit.record(audit.Action.ROLE_CHANGED, by, person, taken=taken)


def _rights(role: Role) -> set[int]:
    granted = Permission.objects.filter(group__name__in=_GROUPS_OF[role])
    return set(granted.values_list("pk", flat=True))
