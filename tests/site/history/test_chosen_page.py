"""From History, many photos are dealt with at once."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from recognition.models import (
    Decision,
    Job,
    Label,
    Photo,
    Prediction,
    State,
    Suggestion,
    TrashedPhoto,
    Via,
)
from recognition.photos import deletion
from recognition.review.bulk import Snapshot
from recognition.site.history import chosen_page
from recognition.versions.registry import register
from tests.support.pages import done, shown, text
from tests.support.rows import add_photo, manifest

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def album(uploader: User, version: object) -> list[Photo]:
    photos = [add_photo(uploader, name=f"{number}.jpg", **done("dog")) for number in range(3)]
    for photo in photos:
        keep_original(photo, photo.name.encode())
    return photos


def send(
    client: Client, do: str, photos: Iterable[Photo] = (), query: str = "", **more: Any
) -> HttpResponse:
    chosen = [str(Snapshot.of(photo)) for photo in photos]
    address = reverse("history-chosen") + query
    return client.post(address, {"do": do, "photo": chosen, **more}, follow=True)


def test_cards_can_be_chosen(client: Client, album: list[Photo]) -> None:
    html = client.get(reverse("history"), {"kind": "animal"}).content.decode()
    assert html.count('form="chosen"') == 3
    assert 'action="/history/chosen/?kind=animal"' in html


def test_chosen_photos_go_to_the_trash_and_come_back(client: Client, album: list[Photo]) -> None:
    response = send(client, "delete", album[:2], query="?kind=animal&sort=name")
    assert response.redirect_chain[0][0] == "/history/?kind=animal&sort=name"
    assert shown(response) == ["2.jpg"]
    assert "2 photos are in the trash." in text(response)
    what = undoing(response.content.decode())
    client.post(reverse("trash-act"), {"do": "restore", "undo": "yes", **what})
    assert Photo.objects.count() == 3


def test_undoing_brings_back_only_what_was_deleted_just_then(
    client: Client, album: list[Photo]
) -> None:
    deletion.delete_photo(album[2], album[2].owner)
    html = send(client, "delete", album[:2]).content.decode()
    client.post(reverse("trash-act"), {"do": "restore", "undo": "yes", **undoing(html)})
    assert TrashedPhoto.objects.get().name == "2.jpg"


def undoing(html: str) -> dict[str, str]:
    """What the button of the message sends."""
    return {
        name: html.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("since", "until")
    }


def test_without_a_trash_it_asks_first(client: Client, album: list[Photo], settings: Any) -> None:
    settings.ARK_TRASH_DAYS = 0
    assert "Delete 2 photos?" in text(send(client, "delete", album[:2]))
    assert Photo.objects.count() == 3
    joined = " ".join(str(Snapshot.of(photo)) for photo in album[:2])
    sure = {"do": "delete", "photos": joined, "sure": "yes"}
    client.post(reverse("history-chosen"), sure)
    assert Photo.objects.get().name == "2.jpg"


def test_very_many_are_deleted_by_a_job(
    client: Client, album: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "AT_ONCE", 2)
    response = send(client, "delete", all="yes")
    assert "3 photos are deleted in the background." in text(response)
    assert Job.objects.get().parameters["total"] == 3


def test_all_that_match_are_those_of_the_filter(client: Client, album: list[Photo]) -> None:
    send(client, "delete", query="?text=1.jpg", all="yes")
    assert TrashedPhoto.objects.get().name == "1.jpg"


def test_what_somebody_else_owns_stays(
    client: Client, reviewer_client: Client, album: list[Photo], other_uploader: User
) -> None:
    theirs = add_photo(other_uploader, **done("dog"))
    assert "Choose some photos first." in text(send(client, "delete", [theirs]))
    words = text(send(reviewer_client, "delete", [theirs], query="?whose=everybody"))
    assert "Only their owners can delete 1 of them." in words
    assert Photo.objects.filter(id=theirs.id).exists()


@pytest.mark.parametrize("do", ["", "nonsense", "delete", "label", "again", "download"])
def test_nothing_chosen_changes_nothing(client: Client, album: list[Photo], do: str) -> None:
    assert send(client, do).status_code == 200
    assert client.post(reverse("history-chosen"), {"photo": "nonsense"}).status_code == 302
    assert Photo.objects.count() == 3


def test_originals_come_as_one_archive(client: Client, album: list[Photo]) -> None:
    album[2].original_path.unlink()
    Photo.objects.filter(id=album[1].id).update(name="0.jpg")
    response = send(client, "download", album)
    assert response["Content-Disposition"] == 'attachment; filename="ark-photos.zip"'
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert archive.namelist() == ["0.jpg", "0-2.jpg", "errors.txt"]
    assert archive.read("0-2.jpg") == b"1.jpg"
    assert b"2.jpg: the original of" in archive.read("errors.txt")


def keep_original(photo: Photo, content: bytes) -> None:
    path: Path = photo.original_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    Photo.objects.filter(id=photo.id).update(sha256=hashlib.sha256(content).hexdigest())


def test_reviewers_label_many_at_once(reviewer_client: Client, album: list[Photo]) -> None:
    query = "?whose=everybody"
    words = text(send(reviewer_client, "label", album[:2], query, label="taxi"))
    assert "2 photos were decided as one." in words
    assert Photo.objects.filter(label__slug="taxi").count() == 2
    assert set(Decision.objects.values_list("via", flat=True)) == {Via.GRID}


def test_what_changed_meanwhile_is_left(reviewer_client: Client, album: list[Photo]) -> None:
    stale = [Photo.objects.get(id=photo.id) for photo in album[:2]]
    Photo.objects.filter(id=album[0].id).update(label=Label.objects.get(slug="car"))
    words = text(send(reviewer_client, "label", stale, "?whose=everybody", label="taxi"))
    assert "1 photo was left as it is: changed since the page was shown." in words
    assert Photo.objects.get(id=album[0].id).label.slug == "car"


def test_owners_suggest_for_many_at_once(client: Client, album: list[Photo]) -> None:
    waiting = add_photo(album[0].owner)
    words = text(send(client, "label", [*album[:2], waiting], label="taxi"))
    assert "You suggested Taxi for 2 photos." in words
    assert "1 photo was left as it is: The photo has no answer yet." in words
    assert Suggestion.objects.filter(label__slug="taxi").count() == 2
    assert not Photo.objects.filter(label__isnull=False).exists()


def test_a_label_that_is_none_is_said_at_the_field(client: Client, album: list[Photo]) -> None:
    html = send(client, "label", album, label="unicorn").content.decode()
    assert "There is no label “unicorn”." in html.partition('id="chosen-label-errors"')[2]


def test_photos_are_predicted_again_by_the_live_version(client: Client, album: list[Photo]) -> None:
    assert "3 photos have the live version" in text(send(client, "again", album))
    newer = register(2, manifest(name="Newer"))
    type(newer).objects.filter(live=True).update(live=False)
    type(newer).objects.filter(id=newer.id).update(live=True)
    assert "2 photos are predicted again" in text(send(client, "again", album[:2]))
    assert Prediction.objects.filter(model_version=newer, state=State.PENDING).count() == 2


def test_very_many_are_predicted_again_by_a_job(
    client: Client, album: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chosen_page, "AT_ONCE", 2)
    assert "3 photos are predicted again" in text(send(client, "again", album))
    send(client, "again", album)
    job = Job.objects.get()
    assert job.kind == Job.Kind.BACKFILL
    assert len(job.parameters["photos"]) == 3


def test_it_is_for_who_is_signed_in(client: Client, album: list[Photo]) -> None:
    assert "sign-in" in Client().post(reverse("history-chosen"))["Location"]
    assert client.get(reverse("history-chosen")).status_code == 405
