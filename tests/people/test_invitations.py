"""An invitation makes one account, once, with the role that it says."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection
from django.utils import timezone

from recognition.models import AuditEvent, Invitation, Profile, Role
from recognition.people import invitations, ranks, roles
from recognition.people.invitations import Useless, accept, find, invite

PASSWORD = "another long passphrase"


@pytest.mark.parametrize("role", Role)
def test_whoever_accepts_has_the_role_and_may_enter(role: Role, administrator: User) -> None:
    _, code = invite(role, administrator, email="nina@example.org")
    person = accept(code, "nina", PASSWORD)
    assert (roles.role_of(person), person.email) == (role, "nina@example.org")
    assert person.check_password(PASSWORD)
    assert User.objects.get(username="nina").is_staff == (role != Role.UPLOADER)
    assert Profile.objects.filter(user=person).exists()


def test_only_a_digest_of_the_code_is_kept(administrator: User) -> None:
    invitation, code = invite(Role.UPLOADER, administrator)
    assert len(code) >= 43  # 256 bits
    kept = Invitation.objects.values().get()
    assert code not in str(kept)
    assert code not in str(list(AuditEvent.objects.values()))
    assert find(code) == invitation


def test_it_works_once(administrator: User) -> None:
    _, code = invite(Role.UPLOADER, administrator)
    accept(code, "nina", PASSWORD)
    with pytest.raises(Useless):
        find(code)
    with pytest.raises(Useless):
        accept(code, "nick", PASSWORD)
    assert not User.objects.filter(username="nick").exists()


@pytest.mark.django_db(transaction=True)
def test_accepted_twice_at_once_it_makes_one_account(administrator: User) -> None:
    _, code = invite(Role.UPLOADER, administrator)

    def join(name: str) -> None:
        with contextlib.closing(connection), contextlib.suppress(Useless):
            accept(code, name, PASSWORD)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(join, ["nina", "nick", "nora", "noel"]))
    assert User.objects.exclude(username="ada").count() == 1


@pytest.mark.parametrize("fields", [{"expires": timezone.now() - timedelta(seconds=1)}])
def test_it_is_useless_when_its_time_is_over(fields: dict, administrator: User) -> None:
    _, code = invite(Role.UPLOADER, administrator)
    Invitation.objects.update(**fields)
    with pytest.raises(Useless):
        find(code)


def test_it_is_useless_once_it_was_taken_back(administrator: User) -> None:
    invitation, code = invite(Role.UPLOADER, administrator)
    for _ in range(2):
        invitations.revoke(invitation, administrator)
    with pytest.raises(Useless):
        accept(code, "nina", PASSWORD)
    assert AuditEvent.objects.filter(details__revoked=True).count() == 1


def test_a_wrong_code_is_useless(administrator: User) -> None:
    invite(Role.UPLOADER, administrator)
    with pytest.raises(Useless):
        find("a guess")


def test_it_is_worth_no_more_than_whoever_gave_it_out(
    administrator: User, other_administrator: User
) -> None:
    _, code = invite(Role.ADMINISTRATOR, other_administrator)
    roles.set_role(other_administrator, Role.UPLOADER, administrator)
    with pytest.raises(Useless):
        accept(code, "nina", PASSWORD)


def test_nobody_invites_people_above_them(groups: None) -> None:
    mia = User.objects.create_user("mia", is_staff=True)
    mia.user_permissions.add(Permission.objects.get(codename="change_user"))
    for role in set(Role) - {Role.UPLOADER}:
        with pytest.raises(ranks.NotAllowed, match="role_above_you"):
            invite(role, mia)
    invite(Role.UPLOADER, mia)


def test_a_name_that_somebody_has_leaves_the_invitation_as_it_was(
    administrator: User, uploader: User
) -> None:
    _, code = invite(Role.UPLOADER, administrator)
    with pytest.raises(IntegrityError):
        accept(code, uploader.username, PASSWORD)
    assert accept(code, "nina", PASSWORD)


def test_both_sides_are_recorded(administrator: User) -> None:
    _, code = invite(Role.REVIEWER, administrator, name="nina")
    accept(code, "nina", PASSWORD)
    events = AuditEvent.objects.order_by("at", "id").values_list("action", "user_name", "subject")
    assert list(events) == [("person_invited", "ada", "nina"), ("person_added", "nina", "nina")]
