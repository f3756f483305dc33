"""How much may be stored: by one person, by all; exact though many upload at once."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from recognition.models import AuditEvent, Photo, Profile
from recognition.people import activation, profiles, quotas
from recognition.photos import deletion, intake
from recognition.photos.intake import Outcome
from tests.conftest import api_of
from tests.support.files import arrived, encoded, noise, picture, sent, zipped

pytestmark = pytest.mark.usefixtures("version")
MEGABYTE = 1024 * 1024


def big(seed: int) -> bytes:
    """A photo of 400,000 bytes, give or take some: two fit into a megabyte, three do not."""
    return encoded(picture(8, 8, seed)) + bytes(400_000)


def store(owner: User, *contents: bytes) -> list[Outcome]:
    return list(intake.accept([(arrived(content), None) for content in contents], owner))


def codes(outcomes: list[Outcome]) -> list[str]:
    return [outcome.refusal.code if outcome.refusal else "" for outcome in outcomes]


def stored(owner: User) -> tuple[int, int]:
    profile = Profile.objects.get(user=owner)
    return profile.stored_bytes, profile.stored_photos


@pytest.fixture(autouse=True)
def _believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows the end of a picture makes it large, and is of no interest here."""
    monkeypatch.setattr(intake, "inspect", lambda *_: intake.PhotoProperties("JPEG", 8, 8))


def test_what_is_stored_is_counted(uploader: User, django_capture_on_commit_callbacks: Any) -> None:
    store(uploader, big(0), big(1), big(0), b"")
    sizes = [len(big(0)), len(big(1)), 0]
    assert stored(uploader) == (sum(sizes), 3)
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete_photo(Photo.objects.get(size_bytes=len(big(1))), for_ever=True)
    assert stored(uploader) == (len(big(0)), 2)


def test_without_a_quota_everything_is_accepted(uploader: User) -> None:
    assert codes(store(uploader, *map(big, range(4)))) == ["", "", "", ""]


def test_what_does_not_fit_is_refused_alone(uploader: User, settings: Settings) -> None:
    settings.ARK_QUOTA_MB = 1
    small = encoded(picture(seed=9))
    outcomes = store(uploader, big(0), big(1), big(2), small)
    assert codes(outcomes) == ["", "", "quota_exceeded", ""]
    assert "Delete photos that you need no more, or ask the administrator" in (
        outcomes[2].refusal.detail
    )
    assert Photo.objects.count() == 3
    assert stored(uploader) == (len(big(0)) + len(big(1)) + len(small), 3)


def test_the_refusal_says_how_much_is_used(uploader: User, settings: Settings) -> None:
    settings.ARK_QUOTA_MB = 1
    store(uploader, big(0), big(1))
    [outcome] = store(uploader, big(2))
    detail = outcome.refusal.detail.replace("\u00a0", " ")
    assert detail.startswith("There is no room for it: 782.")
    assert "of your 1.0 MB" in detail


def test_what_is_there_already_needs_no_room(uploader: User, settings: Settings) -> None:
    settings.ARK_QUOTA_MB = 1
    store(uploader, big(0), big(1))
    [outcome] = store(uploader, big(1))
    assert outcome.is_duplicate


@pytest.mark.parametrize(("own", "expected"), [(2, ""), (0, ""), (None, "quota_exceeded")])
def test_a_persons_own_quota_goes_before_the_settings(
    own: int | None, expected: str, uploader: User, settings: Settings
) -> None:
    settings.ARK_QUOTA_MB = 1
    quotas.set_quota(uploader, own, None)
    assert codes(store(uploader, big(0), big(1), big(2)))[2] == expected


def test_a_quota_of_terabytes_overflows_nothing(uploader: User) -> None:
    quotas.set_quota(uploader, 2_000_000_000, None)
    assert codes(store(uploader, big(0))) == [""]


def test_to_set_a_quota_is_recorded(uploader: User) -> None:
    for _ in range(2):
        quotas.set_quota(uploader, 5, None)
    assert AuditEvent.objects.get().details == {"quota_mb": 5}


def test_all_together_have_a_limit_too(
    uploader: User,
    other_uploader: User,
    settings: Settings,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.ARK_STORAGE_MB = 1
    store(uploader, big(0), big(1))
    [outcome] = store(other_uploader, big(0))
    assert outcome.refusal.code == "storage_quota_exceeded"
    assert "everybody's photos" in outcome.refusal.detail
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete_photo(Photo.objects.first(), for_ever=True)
    assert codes(store(other_uploader, big(0))) == [""]


@pytest.mark.parametrize("setting", ["ARK_QUOTA_MB", "ARK_STORAGE_MB"])
@pytest.mark.django_db(transaction=True)
def test_it_is_exact_though_many_upload_at_once(
    setting: str, uploader: User, other_uploader: User, settings: Settings
) -> None:
    setattr(settings, setting, 2)
    owners = [uploader, other_uploader if setting == "ARK_STORAGE_MB" else uploader]
    files = [(owners[number % 2], arrived(big(number))) for number in range(12)]

    def accept(file: tuple[User, Any]) -> Outcome:
        with contextlib.closing(connection):
            [outcome] = intake.accept([(file[1], None)], file[0])
            return outcome

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(accept, files))
    accepted = [outcome for outcome in outcomes if outcome.photo]
    assert len(accepted) == Photo.objects.count() == 5  # of 400 KB in 2 MB
    assert quotas.usage_in_all().used_bytes == sum(
        Photo.objects.values_list("size_bytes", flat=True)
    )


# A person who is not to store anything any more


def test_nothing_is_stored_for_who_was_deactivated_meanwhile(uploader: User) -> None:
    activation.deactivate(uploader, None)
    assert codes(store(uploader, big(0))) == ["account_closed"]
    assert not Photo.objects.exists()


def test_nor_for_who_is_gone(uploader: User) -> None:
    store(uploader, big(0))
    Photo.objects.all().delete()
    User.objects.get(pk=uploader.pk).delete()
    assert codes(store(uploader, big(0))) == ["account_closed"]


# In the API


@pytest.fixture
def full(uploader: User, settings: Settings) -> APIClient:
    settings.ARK_QUOTA_MB = 1
    profiles.add_stored(uploader.pk, MEGABYTE, 1)
    return api_of(uploader)


def test_a_single_upload_gets_a_413(full: APIClient) -> None:
    response = full.post("/api/v1/photos/", {"image": sent(encoded(noise()))})
    assert response.status_code == 413
    assert response.json()["code"] == "quota_exceeded"
    assert "1.0\u00a0MB of your 1.0\u00a0MB are used" in response.json()["detail"]


@pytest.mark.parametrize("as_archive", [False, True])
def test_of_many_each_is_refused_by_itself(as_archive: bool, full: APIClient) -> None:
    files = {f"{seed}.jpg": encoded(picture(seed=seed)) for seed in range(2)}
    body = {"images": [sent(content, name) for name, content in files.items()]}
    if as_archive:
        body = {"archive": sent(zipped(files), "photos.zip")}
    response = full.post("/api/v1/photos/bulk/", body)
    assert response.status_code == 202
    rejected = {(one["name"], one["code"]) for one in response.json()["rejected"]}
    assert rejected == {(name, "quota_exceeded") for name in files}


def test_who_was_deactivated_in_the_middle_gets_a_403(uploader: User) -> None:
    client = api_of(uploader)  # who had come in by then
    User.objects.filter(pk=uploader.pk).update(is_active=False)
    response = client.post("/api/v1/photos/", {"image": sent(encoded(noise()))})
    assert (response.status_code, response.json()["code"]) == (403, "account_closed")
