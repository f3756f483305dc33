"""Who is deactivated is out everywhere, at once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.models import AuditEvent, Invitation, Job, Profile, Role
from recognition.people import activation, invitations, ranks, tokens
from recognition.people.authentication import sessions
from recognition.photos import erasure
from tests.support.pages import client_of

HOME = reverse("home")


def test_sessions_and_tokens_end_for_good(administrator: User, uploader: User) -> None:
    browsers = [client_of(uploader), client_of(uploader)]
    tokens.make(uploader, "script", (), None, None)
    activation.deactivate(uploader, administrator)
    activation.reactivate(uploader, administrator)
    assert [browser.get(HOME).status_code for browser in browsers] == [302, 302]
    assert not tokens.of(uploader).exists()
    assert client_of(User.objects.get(pk=uploader.pk)).get(HOME).status_code == 200


def test_others_stay_signed_in(administrator: User, uploader: User, reviewer: User) -> None:
    other = client_of(reviewer)
    activation.deactivate(uploader, administrator)
    assert other.get(HOME).status_code == 200


def test_what_they_invited_to_is_taken_back(administrator: User, other_administrator: User) -> None:
    _, code = invitations.invite(Role.ADMINISTRATOR, other_administrator)
    activation.deactivate(other_administrator, administrator)
    with pytest.raises(invitations.Useless):
        invitations.find(code)
    assert Invitation.objects.get().revoked


def test_it_is_recorded_once(administrator: User, uploader: User) -> None:
    for _ in range(2):
        activation.deactivate(uploader, administrator)
    activation.reactivate(uploader, administrator)
    done = list(AuditEvent.objects.order_by("at", "id").values_list("action", "subject"))
    assert done == [("person_deactivated", "ursula"), ("person_changed", "ursula")]


def test_the_last_administrator_stays(administrator: User) -> None:
    with pytest.raises(ranks.NotAllowed, match="last_administrator"):
        activation.deactivate(administrator, None)
    assert User.objects.get(pk=administrator.pk).is_active


def test_who_is_being_deleted_is_not_let_in_again(administrator: User, uploader: User) -> None:
    erasure.ask(uploader, administrator)
    with pytest.raises(ranks.NotAllowed, match="being_deleted"):
        activation.reactivate(uploader, administrator)
    assert Profile.objects.get(user=uploader).deletion_asked


def test_after_a_deletion_that_was_called_off_they_are(administrator: User, uploader: User) -> None:
    erasure.ask(uploader, administrator)
    Job.objects.update(state="cancelled")
    activation.reactivate(uploader, administrator)
    assert User.objects.get(pk=uploader.pk).is_active
    assert Profile.objects.get(user=uploader).deletion_asked is None


def test_sessions_are_counted_and_ended(administrator: User, uploader: User) -> None:
    browsers = [client_of(uploader), client_of(uploader)]
    client_of(administrator)
    Client().get(reverse("login"))  # nobody's
    assert sessions.counts([uploader.pk, administrator.pk]) == {
        uploader.pk: 2,
        administrator.pk: 1,
    }
    assert sessions.end_everywhere(uploader, administrator) == 2
    assert [browser.get(HOME).status_code for browser in browsers] == [302, 302]
    assert sessions.counts([uploader.pk, administrator.pk]) == {administrator.pk: 1}
