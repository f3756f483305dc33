"""Delete, undo, look into the trash, restore, delete for ever: as pages do it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from recognition.models import Batch, Job, Photo, TrashedPhoto
from recognition.photos import deletion, trash
from recognition.site import trash_page
from tests.support.pages import client_of, text
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")
TRASH, ACT = reverse("trash"), reverse("trash-act")


def stored(owner: User, **fields: Any) -> Photo:
    photo = add_photo(owner, **fields)
    photo.original_path.parent.mkdir(parents=True, exist_ok=True)
    photo.original_path.write_bytes(b"pixels")
    return photo


@pytest.fixture
def rex(uploader: User) -> Photo:
    return stored(uploader, name="rex.jpg")


@pytest.fixture
def root() -> Client:
    return client_of(User.objects.create_superuser("root"))


def act(client: Client, do: str, **fields: Any) -> HttpResponse:
    return client.post(ACT, {"do": do, **fields}, follow=True)


def undo_of(response: HttpResponse) -> dict[str, str]:
    """What the button "Undo" sends."""
    form = re.search(r'<form class="undo".*?</form>', response.content.decode(), re.DOTALL)
    fields = re.findall(r'name="([a-z]+)" value="([^"]*)"', form[0] if form else "")
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_a_deleted_photo_is_back_by_one_button(client: Client, rex: Photo) -> None:
    response = client.post(reverse("delete-photo", args=[rex.id]), follow=True)
    assert "rex.jpg is in the trash." in text(response)
    response = client.post(ACT, undo_of(response), follow=True)
    assert response.redirect_chain[-1][0] == reverse("photo", args=[rex.id])
    assert "1 photo is back, and is recognised again." in text(response)
    assert Photo.objects.get() == rex


def test_deleted_for_ever_there_is_nothing_to_undo(client: Client, rex: Photo) -> None:
    address = reverse("delete-photo", args=[rex.id])
    response = client.post(address, {"for_ever": "yes"}, follow=True)
    assert "rex.jpg was deleted." in text(response)
    assert undo_of(response) == {}


def test_without_a_trash_nothing_is_promised(
    client: Client, rex: Photo, settings: Settings
) -> None:
    settings.ARK_TRASH_DAYS = 0
    address = reverse("delete-photo", args=[rex.id])
    assert "It is gone at once" in text(client.get(address))
    assert undo_of(client.post(address, follow=True)) == {}
    assert "There is no trash on this server" in text(client.get(TRASH))


def test_the_trash_shows_what_is_left_of_its_time(client: Client, rex: Photo) -> None:
    assert "Nothing in the trash" in text(client.get(TRASH))
    deletion.delete_photo(rex, rex.owner)
    shown = text(client.get(TRASH))
    assert "rex.jpg" in shown
    assert "30 days left" in shown
    assert "deleted by staff" not in shown
    assert TRASH in client.get(reverse("history")).content.decode()


def test_the_chosen_are_restored(client: Client, uploader: User) -> None:
    photos = [stored(uploader) for _ in range(3)]
    deletion.delete_many([photo.id for photo in photos], uploader)
    response = act(client, "restore", photo=[photo.id for photo in photos[:2]])
    assert "2 photos are back" in text(response)
    assert TrashedPhoto.objects.get().id == photos[2].id


def test_all_are_restored_in_the_background_if_they_are_many(
    client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash, "AT_ONCE", 2)
    for _ in range(3):
        deletion.delete_photo(stored(uploader), uploader)
    assert "3 photos are restored in the background." in text(act(client, "restore_all"))
    assert "Photos are being restored in the background." in text(client.get(TRASH))
    trash.restore_asked()
    assert (Photo.objects.count(), TrashedPhoto.objects.count()) == (3, 0)
    assert Job.objects.get().state == "succeeded"


@pytest.mark.parametrize("do", ["erase", "erase_all"])
def test_for_ever_is_asked_first(do: str, client: Client, rex: Photo) -> None:
    deletion.delete_photo(rex, rex.owner)
    response = act(client, do, photo=rex.id)
    assert "Delete for ever?" in text(response)
    assert TrashedPhoto.objects.exists()
    assert "1 photo is deleted for ever." in text(act(client, do, photo=rex.id, sure="yes"))
    assert not TrashedPhoto.objects.exists()
    assert not rex.original_path.exists()


def test_of_very_many_the_teacher_removes_the_files(
    client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash, "AT_ONCE", 2)
    for _ in range(5):
        deletion.delete_photo(stored(uploader), uploader)
    act(client, "erase_all", sure="yes")
    assert not trash.visible_to(uploader).exists()
    assert TrashedPhoto.objects.count() == 3
    for _ in range(2):
        trash.empty_expired()
    assert not TrashedPhoto.objects.exists()


def test_the_same_file_again_is_told(client: Client, uploader: User, rex: Photo) -> None:
    deletion.delete_photo(rex, uploader)
    again = stored(uploader, sha256=rex.sha256)
    response = act(client, "restore", photo=rex.id)
    assert "rex.jpg cannot be restored: the same file was uploaded again" in text(response)
    assert escape(reverse("photo", args=[again.id])) in response.content.decode()


@pytest.mark.parametrize("photo", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_nothing_chosen_is_said(photo: str, client: Client) -> None:
    for do in ("restore", "erase", "restore_all", "unknown"):
        assert "There is nothing chosen" in text(act(client, do, photo=photo, sure="yes"))


def test_somebody_elses_trash_is_out_of_reach(
    other_client: Client, reviewer_client: Client, rex: Photo
) -> None:
    deletion.delete_photo(rex, rex.owner)
    picture = reverse("trash-thumbnail", args=[rex.id])
    for client in (other_client, reviewer_client):
        assert "rex.jpg" not in text(client.get(f"{TRASH}?whose=everybody"))
        assert client.get(picture).status_code == 404
        act(client, "restore", photo=rex.id)
        act(client, "erase", photo=rex.id, sure="yes")
        act(client, "erase_all", whose="everybody", sure="yes")
    assert TrashedPhoto.objects.exists()


def test_who_may_delete_any_photo_sees_and_restores_all(root: Client, rex: Photo) -> None:
    deletion.delete_photo(rex, rex.owner)
    assert "rex.jpg" not in text(root.get(TRASH))
    assert "rex.jpg" in text(root.get(f"{TRASH}?whose=everybody"))
    act(root, "restore_all", whose="everybody")
    assert Photo.objects.get() == rex


def test_its_thumbnail_is_shown_and_never_kept_by_the_browser(client: Client, rex: Photo) -> None:
    deletion.delete_photo(rex, rex.owner)
    response = client.get(reverse("trash-thumbnail", args=[rex.id]))
    assert "no-store" in response["Cache-Control"]


def test_a_batch_is_deleted_and_undone(client: Client, uploader: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    earlier, *rest = [stored(uploader, batch=batch) for _ in range(3)]
    deletion.delete_photo(earlier, uploader)
    address = reverse("delete-batch", args=[batch.id])
    assert address in client.get(reverse("batch", args=[batch.id])).content.decode()
    assert "2 photos, what was recognised in them" in text(client.get(address))
    response = client.post(address, follow=True)
    assert "2 photos are in the trash." in text(response)
    client.post(ACT, undo_of(response))
    assert set(Photo.objects.all()) == set(rest)


def test_somebody_elses_batch_is_not_deleted(
    other_client: Client, reviewer_client: Client, uploader: User
) -> None:
    batch = Batch.objects.create(owner=uploader)
    stored(uploader, batch=batch)
    address = reverse("delete-batch", args=[batch.id])
    assert other_client.post(address).status_code == 404
    assert reviewer_client.post(address).status_code == 403
    assert Photo.objects.exists()


def test_a_large_batch_is_deleted_in_the_background(
    client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "AT_ONCE", 2)
    batch = Batch.objects.create(owner=uploader)
    for _ in range(3):
        stored(uploader, batch=batch)
    response = client.post(reverse("delete-batch", args=[batch.id]), follow=True)
    assert "3 photos are deleted in the background." in text(response)
    later = stored(uploader, batch=batch)
    deletion.delete_asked()
    assert Photo.objects.get() == later


def test_pages(client: Client, uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash_page, "PAGE_SIZE", 2)
    for number in range(3):
        deletion.delete_photo(stored(uploader, name=f"{number}.jpg"), uploader)
    first = client.get(TRASH)
    [older] = re.findall(r'href="(/trash/\?after=[^"]+)"', first.content.decode())
    shown = [re.findall(r"\b\d\.jpg", text(page)) for page in (first, client.get(older))]
    assert shown == [["2.jpg", "1.jpg"], ["0.jpg"]]
