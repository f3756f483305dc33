"""A role is one choice; who is staff follows from it, and nobody changes people above them."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection

from recognition.models import AuditEvent, Role
from recognition.people import ranks, roles
from recognition.people.roles import role_of, set_role


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def manager(*permissions: str) -> User:
    """Somebody who may change people, and what else is said, without being an administrator."""
    user = User.objects.create_user("mia", is_staff=True)
    names = ["change_user", *permissions]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.mark.parametrize("role", Role)
def test_each_role_can_be_chosen_and_makes_staff_of_all_but_uploaders(
    role: Role, administrator: User, uploader: User
) -> None:
    set_role(uploader, role, administrator)
    person = fresh(uploader)
    assert role_of(person) == role
    assert person.is_staff == (role != Role.UPLOADER)
    assert person.is_superuser == (role == Role.ADMINISTRATOR)
    assert person.has_perm("recognition.review") == (
        role in (Role.REVIEWER, Role.REVIEWER_AND_TRAINER, Role.ADMINISTRATOR)
    )


@pytest.mark.parametrize("role", Role)
def test_each_role_can_be_taken_away_again(role: Role, administrator: User, uploader: User) -> None:
    set_role(uploader, role, administrator)
    set_role(uploader, Role.UPLOADER, administrator)
    person = fresh(uploader)
    assert (role_of(person), person.is_staff) == (Role.UPLOADER, False)
    assert not person.get_all_permissions()


def test_a_change_is_recorded_and_none_is_not(administrator: User, uploader: User) -> None:
    set_role(uploader, Role.REVIEWER, administrator)
    set_role(uploader, Role.REVIEWER, administrator)
    event = AuditEvent.objects.get(action=AuditEvent.Action.ROLE_CHANGED)
    assert (event.user_name, event.subject) == ("ada", "ursula")
    assert event.details == {"before": "uploader", "now": "reviewer"}


def test_somebody_with_both_groups_has_both_roles_and_loses_none(reviewer: User) -> None:
    reviewer.groups.add(Group.objects.get(name="Trainer"))
    assert role_of(fresh(reviewer)) == Role.REVIEWER_AND_TRAINER


def test_further_groups_and_rights_stay_until_they_are_taken_away(
    administrator: User, uploader: User
) -> None:
    curators = Group.objects.create(name="Curators")
    curators.permissions.add(Permission.objects.get(codename="delete_photo"))
    uploader.groups.add(curators)
    set_role(uploader, Role.REVIEWER, administrator)
    set_role(uploader, Role.UPLOADER, administrator)
    assert roles.further_rights(fresh(uploader)) == ["Curators"]
    assert fresh(uploader).is_staff  # curators entered before, too
    roles.take_further_rights(uploader, administrator)
    assert roles.further_rights(fresh(uploader)) == []
    assert not fresh(uploader).is_staff


@pytest.mark.parametrize("group", ["Reviewer", "Trainer"])
def test_whoever_comes_into_a_group_by_code_is_staff_and_whoever_leaves_is_not(
    group: str, uploader: User
) -> None:
    wanted = Group.objects.get(name=group)
    uploader.groups.add(wanted)
    assert uploader.is_staff
    assert fresh(uploader).is_staff
    uploader.groups.remove(wanted)
    assert not fresh(uploader).is_staff
    wanted.user_set.add(uploader)
    assert fresh(uploader).is_staff
    wanted.user_set.clear()
    assert not fresh(uploader).is_staff


def test_administrators_stay_staff_whatever_groups_they_leave(administrator: User) -> None:
    administrator.groups.set(Group.objects.filter(name="Reviewer"))
    administrator.groups.clear()
    assert fresh(administrator).is_staff


# The last administrator


def test_the_last_administrator_keeps_the_role(administrator: User) -> None:
    with pytest.raises(ranks.NotAllowed, match="last_administrator"):
        set_role(administrator, Role.REVIEWER, administrator)
    assert fresh(administrator).is_superuser


def test_an_inactive_administrator_is_none(administrator: User, other_administrator: User) -> None:
    User.objects.filter(pk=other_administrator.pk).update(is_active=False)
    with pytest.raises(ranks.NotAllowed, match="last_administrator"):
        set_role(administrator, Role.UPLOADER, other_administrator)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_give_up_at_once_one_stays(
    administrator: User, other_administrator: User
) -> None:
    together = Barrier(2)

    def give_up(person: User) -> None:
        with contextlib.closing(connection), contextlib.suppress(ranks.NotAllowed):
            together.wait()
            set_role(person, Role.UPLOADER, person)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(give_up, [administrator, other_administrator]))
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


# People above


def test_only_administrators_make_administrators(uploader: User) -> None:
    for role in (Role.ADMINISTRATOR, Role.REVIEWER):
        with pytest.raises(ranks.NotAllowed, match="role_above_you"):
            set_role(uploader, role, manager())
        User.objects.filter(username="mia").delete()
    assert role_of(fresh(uploader)) == Role.UPLOADER


def test_a_manager_cannot_give_themselves_a_role(groups: None) -> None:
    mia = manager()
    with pytest.raises(ranks.NotAllowed, match="role_above_you"):
        set_role(mia, Role.TRAINER, mia)


def test_whoever_may_review_themselves_may_make_reviewers(uploader: User) -> None:
    mia = manager(*roles.GROUPS["Reviewer"])
    assert set(roles.grantable(mia)) == {Role.UPLOADER, Role.REVIEWER}
    set_role(uploader, Role.REVIEWER, mia)
    assert role_of(fresh(uploader)) == Role.REVIEWER


def test_nobody_takes_a_role_from_people_above_them(administrator: User, trainer: User) -> None:
    mia = manager()
    for person in (administrator, trainer):
        with pytest.raises(ranks.NotAllowed, match="above_you"):
            set_role(person, Role.UPLOADER, mia)
        User.objects.filter(pk=person.pk).update(is_active=False)  # that changes nothing
        with pytest.raises(ranks.NotAllowed, match="above_you"):
            set_role(person, Role.UPLOADER, mia)


def test_people_are_found_by_their_role(
    administrator: User, uploader: User, reviewer: User, trainer: User
) -> None:
    found = {
        role: [user.username for user in roles.with_role(User.objects.all(), role)] for role in Role
    }
    assert found == {
        Role.UPLOADER: ["ursula"],
        Role.REVIEWER: ["rita"],
        Role.TRAINER: ["tina"],
        Role.REVIEWER_AND_TRAINER: [],
        Role.ADMINISTRATOR: ["ada"],
    }
