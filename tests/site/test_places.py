"""Where a photo was taken: on its page, in its original, in the API; and the switch."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognition.exchange import originals
from recognition.models import Photo, Profile
from recognition.photos import intake
from recognition.photos.capture import columns, places
from tests.cnn.pixels.exif.test_reading import capture
from tests.support.exif import ZURICH, photo
from tests.support.files import arrived

SHOWN = "47.37690"


@pytest.fixture
def stored(uploader: User) -> Photo:
    [outcome] = intake.accept([(arrived(photo(offset="+02:00")), None)], uploader)
    assert outcome.photo
    return Photo.objects.get(id=outcome.photo.id)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, stored: Photo) -> str:
    return client_of(user).get(f"/photos/{stored.id}/").content.decode()


def has_place(user: User, stored: Photo, query: str = "") -> bool:
    response = client_of(user).get(f"/photos/{stored.id}/original{query}")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return columns.of_file(capture(b"".join(response))).place is not None  # type: ignore[call-overload]


def test_the_page_says_when_and_with_what(stored: Photo, uploader: User, trainer: User) -> None:
    for person in (uploader, trainer):
        assert "Canon EOS R5" in page(person, stored)
        assert "2025-06-01T" in page(person, stored)


def test_the_place_is_for_the_owner_and_reviewers(
    stored: Photo, uploader: User, reviewer: User, trainer: User
) -> None:
    assert SHOWN in page(uploader, stored)
    assert SHOWN in page(reviewer, stored)
    assert SHOWN not in page(trainer, stored)


def test_the_api_says_it_to_the_same(
    stored: Photo, uploader: User, reviewer: User, trainer: User
) -> None:
    for person, knows in ((uploader, True), (reviewer, True), (trainer, False)):
        for said in (
            client_of(person).get(f"/api/v1/photos/{stored.id}/").json(),
            client_of(person).get("/api/v1/photos/").json()["results"][0],
        ):
            assert (said["taken_at"], said["camera"]) == ("2025-06-01T12:05:06Z", "Canon EOS R5")
            assert bool(said["place"]) is knows
    place = (
        said["place"] or client_of(uploader).get("/api/v1/photos/").json()["results"][0]["place"]
    )
    assert (place["latitude"], place["longitude"]) == pytest.approx(ZURICH, abs=1e-6)


def test_no_list_of_the_admin_tells_it(stored: Photo, trainer: User, reviewer: User) -> None:
    for person in (trainer, reviewer):
        address = "/admin/recognition/photo/"
        assert client_of(person).get(f"{address}?latitude__gte=40").status_code == 400
        assert SHOWN not in client_of(person).get(f"{address}{stored.id}/change/").content.decode()


def test_an_original_leaves_with_its_place_to_whom_may_know_it(
    stored: Photo, uploader: User, reviewer: User, trainer: User
) -> None:
    assert has_place(uploader, stored)
    assert not has_place(uploader, stored, "?place=without")
    assert not has_place(reviewer, stored)
    assert has_place(reviewer, stored, "?place=with")
    assert "?place=without" in page(uploader, stored)
    assert "?place=with" in page(reviewer, stored)
    assert "?place" not in page(trainer, stored)
    assert not has_place(trainer, stored)
    assert not has_place(trainer, stored, "?place=with")


def test_many_originals_leave_as_each_one_does(
    stored: Photo, uploader: User, reviewer: User
) -> None:
    for person, has in ((uploader, True), (reviewer, False)):
        content = b"".join(originals.archive(Photo.objects.all(), [stored.id], person))
        with ZipFile(BytesIO(content)) as archive:
            [name] = archive.namelist()
            place = columns.of_file(capture(archive.read(name))).place
        assert (place is not None) is has


def test_who_drops_the_place_may_still_take_the_original_as_it_is(
    stored: Photo, uploader: User, reviewer: User
) -> None:
    places.set_dropped(uploader, True)
    assert not has_place(uploader, stored)
    assert has_place(uploader, stored, "?place=with")
    assert not has_place(reviewer, stored, "?place=with")
    assert "?place=with" in page(uploader, stored)


def test_the_switch_is_on_a_page_of_the_account(uploader: User) -> None:
    client = client_of(uploader)
    assert "/account/place/" in client.get("/account/").content.decode()
    assert "checked" not in client.get("/account/place/").content.decode()
    assert client.post("/account/place/", {"drop_place": "on"}).status_code == 302
    assert Profile.objects.get(user=uploader).drop_place
    assert "checked" in client.get("/account/place/").content.decode()
    client.post("/account/place/", {})
    assert not Profile.objects.get(user=uploader).drop_place
