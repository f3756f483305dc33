"""One person's page: everything that an administrator can change, each with its consequences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from recognition.models import AuditEvent, Job, Profile
from recognition.people import roles, tokens
from tests.support.pages import client_of, text
from tests.support.rows import add_photo, taught_version

Change = Callable[..., HttpResponse]


def page_of(person: User) -> str:
    return reverse("people-person", args=[person.pk])


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_new_reviewer_enters_the_admin_at_once(change: Change, uploader: User) -> None:
    browser = client_of(uploader)
    assert browser.get(reverse("admin:index"), follow=True).status_code == 403
    response = change("people-role", uploader, role="reviewer")
    assert "The role of ursula is now: Reviewer." in text(response)
    assert browser.get(reverse("admin:index")).status_code == 200
    assert browser.get(reverse("review-queue")).status_code == 200


def test_the_last_administrator_is_told_why_not(change: Change, superuser: User) -> None:
    told = "This is the only administrator who can sign in."
    assert told in text(change("people-role", superuser, role="uploader"))
    assert told in text(change("people-active", superuser, active="no"))
    assert told in text(change("people-delete", superuser))
    assert fresh(superuser).is_superuser
    assert fresh(superuser).is_active


def test_the_page_is_called_as_the_person(as_superuser: Client, uploader: User) -> None:
    html = as_superuser.get(page_of(uploader)).content.decode()
    assert "<title>ursula · Ark</title>" in " ".join(html.split())


def test_no_hashes_no_permissions_no_other_systems(as_superuser: Client, reviewer: User) -> None:
    content = as_superuser.get(page_of(reviewer)).content.decode()
    for word in ("md5$", reviewer.password, "LDAP", "Can change", "add_label"):
        assert word not in content


def test_what_was_given_before_can_be_taken_away(change: Change, uploader: User) -> None:
    uploader.groups.add(Group.objects.create(name="Curators"))
    assert "further groups or rights, from before: Curators" in text(
        change("people-role", uploader, role="reviewer")
    )
    assert "Curators" not in text(change("people-further", uploader))
    assert roles.role_of(fresh(uploader)) == "reviewer"


@pytest.mark.parametrize(
    ("sent", "kept", "said"),
    [
        ("5", 5, "0 bytes of 5.0 MB used"),
        ("0", 0, "0 bytes used"),
        ("", None, "0 bytes of 2.0 MB used"),
        ("-1", 7, "Enter a whole number of MB, or nothing."),
        ("many", 7, "Enter a whole number of MB, or nothing."),
    ],
)
def test_quotas(
    sent: str,
    kept: int | None,
    said: str,
    change: Change,
    uploader: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "ARK_QUOTA_MB", 2)
    Profile.objects.create(user=uploader, quota_mb=7)
    response = change("people-quota", uploader, quota_mb=sent)
    assert said in text(response).replace("\u00a0", " ")
    assert Profile.objects.get(user=uploader).quota_mb == kept


def test_deactivate_and_let_in_again(change: Change, uploader: User) -> None:
    browser = client_of(uploader)
    assert "ursula cannot sign in any more." in text(change("people-active", uploader, active="no"))
    assert browser.get(reverse("home")).status_code == 302
    assert "ursula can sign in again." in text(change("people-active", uploader, active="yes"))


def test_end_all_sessions(change: Change, uploader: User) -> None:
    browsers = [client_of(uploader), client_of(uploader)]
    assert "2 sessions were ended." in text(change("people-sessions", uploader))
    assert {browser.get(reverse("home")).status_code for browser in browsers} == {302}
    assert AuditEvent.objects.filter(action="session_ended").exists()


def test_tokens_are_listed_and_revoked(
    as_superuser: Client, change: Change, uploader: User
) -> None:
    _row, key = tokens.make(uploader, "script", (), None, None)
    content = as_superuser.get(page_of(uploader)).content.decode()
    assert "script" in content
    assert key not in content
    [listed] = tokens.of(uploader)
    as_superuser.post(reverse("people-token", args=[uploader.pk, listed.id]))
    assert not tokens.of(uploader).exists()
    tokens.make(uploader, "script", (), None, None)
    assert "1 token was revoked." in text(change("people-tokens", uploader))
    assert not tokens.of(uploader).exists()


def test_delete(change: Change, as_superuser: Client, uploader: User) -> None:
    photos = [add_photo(uploader) for _ in range(3)]
    Profile.objects.create(user=uploader, stored_photos=5)
    taught_version(2, photos[:2])
    said = text(as_superuser.get(reverse("people-delete", args=[uploader.pk])))
    assert "The account goes for good, with 3 photos" in said
    assert "The trash loses 2 photos." in said
    assert "Photos that version 2 · Taught was trained with; its page will say so: 2" in said
    assert "Backups hold the photos" in said
    jobs_page = text(change("people-delete", uploader))
    assert "ursula cannot sign in any more, and is being deleted." in jobs_page
    assert "Deletion of ursula" in jobs_page
    assert Job.objects.get().kind == Job.Kind.PERSON_DELETION
    assert "This person is being deleted." in text(as_superuser.get(page_of(uploader)))


def test_people_who_are_gone_have_no_page(as_superuser: Client) -> None:
    for name in ("people-person", "people-delete"):
        assert as_superuser.get(reverse(name, args=[12345])).status_code == 404


# Managers who may do less


def test_a_manager_changes_nobody_above_them(
    as_manager: Client, superuser: User, trainer: User
) -> None:
    for person in (superuser, trainer):
        tokens.make(person, "script", (), None, None)
        browser = client_of(person)
        for name in ("role", "quota", "active", "sessions", "tokens", "password", "further"):
            fields = {"role": "uploader", "active": "no", "quota_mb": "1"}
            address = reverse(f"people-{name}", args=[person.pk])
            response = as_manager.post(address, fields, follow=True)
            assert "This person may do something that you may not." in text(response), name
        assert as_manager.get(reverse("people-delete", args=[person.pk])).status_code == 403
        assert browser.get(reverse("home")).status_code == 200
        assert tokens.of(person)
    assert fresh(superuser).is_superuser


def test_a_manager_is_offered_only_what_they_may_give(as_manager: Client, uploader: User) -> None:
    response = as_manager.get(page_of(uploader))
    assert [value for value, _name in response.context["roles"]] == ["uploader"]
    as_manager.post(reverse("people-role", args=[uploader.pk]), {"role": "administrator"})
    assert not fresh(uploader).is_superuser


def test_a_lost_phone_opens_no_gap(change: Change, as_superuser: Client, uploader: User) -> None:
    """Who lost a second factor asks an administrator, who takes it away, and it is noted."""
    Authenticator.objects.create(user=uploader, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert "Remove second factors" in text(as_superuser.get(page_of(uploader)))
    change("people-factors", uploader)
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.filter(action="factor_removed", subject=uploader.username).exists()
