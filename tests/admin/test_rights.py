"""Who may see and do what in the admin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from recognition.models import Label, LiveChange, ModelVersion, Photo, Prediction
from tests.support.rows import add_photo

TABLES = {
    "recognition_photo": Photo,
    "recognition_prediction": Prediction,
    "recognition_label": Label,
    "recognition_modelversion": ModelVersion,
    "recognition_livechange": LiveChange,
}


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def _photo_with_files(owner: User) -> Photo:
    photo = add_photo(owner)
    for path in [photo.original_path, *photo.rendition_paths]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"pixels")
    return photo


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("table", TABLES)
def test_superusers_see_every_list_and_page(
    table: str, as_superuser: Client, superuser: User
) -> None:
    add_photo(superuser)
    row = TABLES[table].objects.first()
    assert as_superuser.get(reverse(f"admin:{table}_changelist")).status_code == 200
    assert as_superuser.get(reverse(f"admin:{table}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize(
    "table", ["recognition_photo", "recognition_prediction", "recognition_modelversion"]
)
def test_nobody_adds_or_edits_what_the_application_writes(
    table: str, as_superuser: Client, superuser: User
) -> None:
    add_photo(superuser)
    row = TABLES[table].objects.first()
    change = reverse(f"admin:{table}_change", args=[row.pk])
    assert as_superuser.get(reverse(f"admin:{table}_add")).status_code == 403
    assert as_superuser.post(change, {"name": "changed"}).status_code == 403


@pytest.mark.parametrize("table", ["recognition_photo", "recognition_prediction"])
def test_reviewers_look_but_do_not_edit(table: str, as_reviewer: Client, uploader: User) -> None:
    add_photo(uploader)
    row = TABLES[table].objects.first()
    change = reverse(f"admin:{table}_change", args=[row.pk])
    assert as_reviewer.get(reverse(f"admin:{table}_changelist")).status_code == 200
    assert as_reviewer.get(change).status_code == 200
    assert as_reviewer.post(change, {"name_en": "changed"}).status_code == 403
    assert as_reviewer.post(reverse(f"admin:{table}_delete", args=[row.pk])).status_code == 403


@pytest.mark.parametrize("page", ["changelist", "add", "change", "delete", "history"])
def test_the_pages_of_users_lead_to_the_page_of_people(
    page: str, as_superuser: Client, as_reviewer: Client, uploader: User
) -> None:
    keys = [uploader.pk] if page in ("change", "delete", "history") else []
    address = reverse(f"admin:auth_user_{page}", args=keys)
    assert as_superuser.get(address).url.startswith(reverse("people"))
    assert as_superuser.post(address, {"post": "yes"}).url.startswith(reverse("people"))
    assert User.objects.filter(pk=uploader.pk).exists()
    assert as_reviewer.get(address, follow=True).status_code == 403


def test_nobody_edits_permissions(as_superuser: Client) -> None:
    assert as_superuser.get("/admin/auth/group/").status_code == 404


def test_the_names_of_owners_are_completed(as_superuser: Client, uploader: User) -> None:
    asked = {
        "term": "urs",
        "app_label": "recognition",
        "model_name": "photo",
        "field_name": "owner",
    }
    found = as_superuser.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [one["text"] for one in found] == ["ursula"]


def test_uploaders_do_not_enter(uploader: User) -> None:
    client = Client()
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_strangers_are_sent_to_the_one_page_to_sign_in(db: None) -> None:
    response = Client().get(reverse("admin:recognition_photo_changelist"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("login"))
    assert "/admin/recognition/photo/" in response.redirect_chain[-1][0]


def test_a_deleted_photo_leaves_no_file_without_a_trash(
    as_superuser: Client,
    superuser: User,
    media: Path,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.ARK_TRASH_DAYS = 0
    photo = _photo_with_files(superuser)
    with django_capture_on_commit_callbacks(execute=True):
        url = reverse("admin:recognition_photo_delete", args=[photo.pk])
        assert as_superuser.post(url, {"post": "yes"}).status_code == 302
    assert not Photo.objects.exists()
    assert not _files_in(media)


def test_photos_deleted_together_leave_no_file_without_a_trash(
    as_superuser: Client,
    superuser: User,
    media: Path,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.ARK_TRASH_DAYS = 0
    photos = [_photo_with_files(superuser) for _ in range(3)]
    with django_capture_on_commit_callbacks(execute=True):
        _delete_all(as_superuser, "recognition_photo", [photo.pk for photo in photos])
    assert not Photo.objects.exists()
    assert not _files_in(media)


def test_a_label_keeps_its_slug(as_superuser: Client) -> None:
    label = Label.objects.get(slug="dog")
    changed = {"slug": "cat", "name_en": "Hound", "name_zh": "犬", "kind": "animal", "active": "on"}
    as_superuser.post(reverse("admin:recognition_label_change", args=[label.pk]), changed)
    label.refresh_from_db()
    assert (label.slug, label.name_en) == ("dog", "Hound")


def test_labels_can_be_added(as_superuser: Client) -> None:
    new = {
        "slug": "sedan",
        "name_en": "Sedan",
        "name_zh": "轿车",
        "kind": "vehicle",
        "active": "on",
    }
    as_superuser.post(reverse("admin:recognition_label_add"), new)
    assert Label.objects.get(slug="sedan").kind == "vehicle"


def test_a_label_is_not_its_own_grandparent(as_superuser: Client) -> None:
    car, taxi = Label.objects.get(slug="car"), Label.objects.get(slug="taxi")
    body = {"name_en": "Car", "name_zh": "车", "kind": "vehicle", "parent": taxi.pk}
    response = as_superuser.post(reverse("admin:recognition_label_change", args=[car.pk]), body)
    assert response.status_code == 200  # the form again, with what is wrong
    car.refresh_from_db()
    assert car.parent is None


def test_the_live_version_is_marked(as_superuser: Client) -> None:
    listed = as_superuser.get(reverse("admin:recognition_modelversion_changelist"))
    assert listed.context["cl"].model_admin.live_badge(ModelVersion.objects.get())[0] is True


def _delete_all(client: Client, table: str, keys: list[Any]) -> None:
    action = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    client.post(reverse(f"admin:{table}_changelist"), action)
