"""Many photos in one request, and how far they are."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from recognition.models import Batch, Photo, State
from tests.conftest import api_of
from tests.support.files import encoded, incoming, noise, picture, sent, zipped
from tests.support.pages import text
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")
BULK = "/api/v1/photos/bulk/"
JPEG, OTHER = encoded(picture()), encoded(picture(seed=1))


def posted(client: APIClient, **fields: Any) -> dict[str, Any]:
    response = client.post(BULK, fields)
    assert response.status_code == 202, response.content
    assert incoming() == []
    return response.json()


def test_many_photos_are_accepted_together(api: APIClient) -> None:
    body = posted(api, images=[sent(JPEG), sent(OTHER)])
    batch = Batch.objects.get()
    counts = {"accepted": 2, "duplicates": 0, "rejected": [], "left_out": 0}
    assert body == {"batch": str(batch.id), **counts}
    assert Photo.objects.filter(batch=batch).count() == 2


def test_one_bad_file_among_forty_is_refused_alone(api: APIClient) -> None:
    images = [sent(encoded(picture(seed=seed)), f"{seed}.jpg") for seed in range(39)]
    body = posted(api, images=[*images, sent(encoded(noise())[:5000], "broken.jpg")])
    assert body["accepted"] == 39
    [refused] = body["rejected"]
    assert set(refused) == {"name", "code", "detail"}
    assert (refused["name"], refused["code"]) == ("broken.jpg", "truncated")


def test_duplicates_are_counted(api: APIClient) -> None:
    posted(api, images=[sent(JPEG)])
    body = posted(api, images=[sent(JPEG), sent(OTHER), sent(OTHER)])
    assert (body["accepted"], body["duplicates"]) == (1, 2)


def test_an_archive_is_unpacked(api: APIClient) -> None:
    body = posted(api, archive=sent(zipped({"a.jpg": JPEG, "b.txt": b"a letter"})))
    assert body["accepted"] == 1
    assert [(r["name"], r["code"]) for r in body["rejected"]] == [("b.txt", "not_an_image")]
    assert Photo.objects.get().label is None


def test_what_systems_add_to_an_archive_is_counted(api: APIClient) -> None:
    body = posted(api, archive=sent(zipped({"a.jpg": JPEG, "__MACOSX/._a.jpg": b"x"})))
    assert (body["accepted"], body["rejected"], body["left_out"]) == (1, [], 1)


@pytest.mark.parametrize("labelled", ["true", "1", "on", "True"])
def test_a_reviewers_archive_is_labelled_by_its_folders(labelled: str, reviewer: User) -> None:
    archive = sent(zipped({"dog/a.jpg": JPEG}))
    posted(api_of(reviewer), archive=archive, labelled=labelled)
    assert Photo.objects.get().label.slug == "dog"


def test_a_data_set_brings_its_labels_along(reviewer: User) -> None:
    files = {
        "photos.csv": b"file,label,name\nsuv/a.jpg,suv,my car.jpg\n",
        "labels.csv": b"slug,name_en,name_zh,kind,parent\nsuv,SUV,Yue,vehicle,car\n",
        "suv/a.jpg": JPEG,
    }
    body = posted(api_of(reviewer), archive=sent(zipped(files)), labelled="true")
    assert (body["accepted"], body["rejected"]) == (1, [])
    photo = Photo.objects.get()
    assert (photo.name, photo.label.slug, photo.label.parent.slug) == ("my car.jpg", "suv", "car")


@pytest.mark.parametrize("names", ["name_en", "name_en,name_zh"])
def test_its_labels_need_no_chinese_name(names: str, reviewer: User) -> None:
    line = b"suv,SUV,vehicle,car" if names == "name_en" else b"suv,SUV,,vehicle,car"
    files = {
        "photos.csv": b"file,label,name\nsuv/a.jpg,suv,my car.jpg\n",
        "labels.csv": b"slug,%s,kind,parent\n%s\n" % (names.encode(), line),
        "suv/a.jpg": JPEG,
    }
    body = posted(api_of(reviewer), archive=sent(zipped(files)), labelled="true")
    assert (body["accepted"], body["rejected"]) == (1, [])
    label = Photo.objects.get().label
    assert (label.slug, label.name_zh, label.name_in_chinese) == ("suv", "", "SUV")


def test_labels_that_are_missing_are_created_where_that_is_asked_for(reviewer: User) -> None:
    archive = sent(zipped({"Sedan/a.jpg": JPEG}))
    body = posted(api_of(reviewer), archive=archive, labelled="true", create_labels="true")
    assert (body["accepted"], body["rejected"]) == (1, [])
    label = Photo.objects.get().label
    assert (label.slug, label.kind) == ("sedan", "other")


def test_who_may_add_no_labels_creates_none(reviewer: User) -> None:
    group = reviewer.groups.get()
    group.permissions.remove(group.permissions.get(codename="add_label"))
    fields = {"archive": sent(zipped({"sedan/a.jpg": JPEG})), "labelled": "true"}
    response = api_of(reviewer).post(BULK, {**fields, "create_labels": "true"})
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert not Batch.objects.exists()


def test_labels_are_created_only_where_folders_name_them(reviewer: User) -> None:
    fields = {"archive": sent(zipped({"sedan/a.jpg": JPEG})), "create_labels": "true"}
    response = api_of(reviewer).post(BULK, fields)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_an_uploaders_archive_is_not_labelled(api: APIClient) -> None:
    archive = sent(zipped({"dog/a.jpg": JPEG}))
    response = api.post(BULK, {"archive": archive, "labelled": "true"})
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert not Photo.objects.exists()
    assert not Batch.objects.exists()


def test_what_is_no_archive_is_refused(api: APIClient) -> None:
    response = api.post(BULK, {"archive": sent(JPEG)})
    assert (response.status_code, response.json()["code"]) == (400, "not_an_archive")
    assert not Photo.objects.exists()
    assert not Batch.objects.exists()


def test_a_bad_archive_does_not_take_the_images_along(api: APIClient) -> None:
    archive = sent(b"PK\x03\x04 broken", "photos.zip")
    body = posted(api, archive=archive, images=[sent(JPEG), sent(b"a letter", "letter.txt")])
    assert body["accepted"] == Photo.objects.filter(batch=body["batch"]).count() == 1
    rejected = {refused["name"]: refused["code"] for refused in body["rejected"]}
    assert rejected == {"letter.txt": "not_an_image", "photos.zip": "not_an_archive"}


def test_the_page_of_a_batch_shows_what_the_api_refused(
    api: APIClient, client: Client, uploader: User
) -> None:
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    batch = posted(api, images=[sent(JPEG), sent(b"a letter", "letter.txt")])["batch"]
    assert "letter.txt" in text(client.get(reverse("batch", args=[batch])))


def test_an_archive_of_too_many_files_is_refused(api: APIClient, settings: Any) -> None:
    settings.ARK_MAX_BULK_FILES = 2
    archive = sent(zipped({f"{i}.jpg": JPEG for i in range(3)}, zipfile.ZIP_STORED))
    response = api.post(BULK, {"archive": archive})
    assert (response.status_code, response.json()["code"]) == (413, "request_too_large")


@pytest.mark.parametrize("fields", [{}, {"image": JPEG}, {"images": "not a file"}])
def test_there_must_be_something(fields: dict[str, Any], api: APIClient) -> None:
    body = {
        name: sent(field) if isinstance(field, bytes) else field for name, field in fields.items()
    }
    response = api.post(BULK, body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert not Batch.objects.exists()


def test_a_batch_tells_how_far_it_is(api: APIClient, uploader: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    for state in (State.PENDING, State.RUNNING, State.DONE, State.FAILED):
        add_photo(uploader, batch=batch, prediction__state=state)
    response = api.get(f"/api/v1/batches/{batch.id}/")
    assert response.status_code == 200
    assert response.json() == {"total": 4, "pending": 2, "done": 1, "failed": 1}
