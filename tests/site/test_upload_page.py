"""Photos arrive through the pages, with JavaScript and without."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from recognition.core import heartbeats
from recognition.models import Batch, Photo, State
from recognition.photos import batches, intake
from tests.support.files import encoded, picture, sent, zipped
from tests.support.pages import done, text
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")
JPEG, PNG = encoded(picture()), encoded(picture(seed=1), "PNG")


@pytest.fixture
def batch(uploader: User) -> Batch:
    return intake.open_batch(uploader)


def add(client: Client, batch: Batch, **files: Any) -> Any:
    return client.post(reverse("add-to-batch", args=[batch.id]), files)


def news(client: Client, **query: str) -> dict[str, Any]:
    return client.get(reverse("news"), query).json()


def test_the_home_page_invites_to_upload(client: Client) -> None:
    assert "Drop photos, folders or a ZIP here" in text(client.get(reverse("home")))


def test_a_script_opens_a_batch(client: Client, uploader: User) -> None:
    response = client.post(reverse("open-batch"), headers={"Accept": "application/json"})
    batch = Batch.objects.get(owner=uploader)
    assert response.status_code == 201
    assert response.json() == {"id": str(batch.id), "url": f"/batches/{batch.id}/"}


def test_one_photo_answers_with_its_card(client: Client, batch: Batch) -> None:
    response = add(client, batch, images=sent(JPEG, "rex.jpg"))
    photo = Photo.objects.get(batch=batch)
    assert f'data-photo="{photo.id.hex}"' in response.content.decode()
    assert "Waiting … rex.jpg" in text(response)


def test_a_bad_file_is_refused_alone_and_says_what_to_do(client: Client, batch: Batch) -> None:
    response = add(client, batch, images=[sent(JPEG), sent(b"a letter", "letter.txt")])
    assert response.status_code == 200
    assert Photo.objects.count() == 1
    assert "This file is not a photo. Upload a JPEG" in text(response)
    assert "letter.txt" in text(response)


def test_an_archive_answers_with_a_card_for_each_of_its_files(client: Client, batch: Batch) -> None:
    archive = zipped({"a.jpg": JPEG, "b.png": PNG, "c.txt": b"no photo"})
    words = text(add(client, batch, archive=sent(archive, "photos.zip")))
    assert all(name in words for name in ("a.jpg", "b.png", "c.txt", "Not accepted"))


def test_a_broken_archive_is_one_refusal(client: Client, batch: Batch) -> None:
    words = text(add(client, batch, archive=sent(b"PK\x03\x04 broken", "photos.zip")))
    assert "not a ZIP archive" in words
    assert "photos.zip" in words


def test_of_a_large_archive_only_the_first_cards_are_drawn(
    client: Client, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_CARDS", 1)
    archive = zipped({"a.jpg": JPEG, "b.png": PNG})
    response = add(client, batch, archive=sent(archive, "photos.zip"))
    assert response["Ark-More"] == "true"
    page = client.get(reverse("batch", args=[batch.id]))
    assert "There are more photos in this batch than fit here." in text(page)
    assert news(client, batch=str(batch.id))["progress"]["total"] == 2


def test_what_was_uploaded_before_says_so(client: Client, batch: Batch) -> None:
    add(client, batch, images=sent(JPEG))
    again = intake.open_batch(batch.owner)
    assert "You had uploaded it before" in text(add(client, again, images=sent(JPEG)))
    assert Photo.objects.count() == 1


def test_everything_is_still_there_after_a_reload(client: Client, batch: Batch) -> None:
    add(client, batch, images=sent(JPEG, "before.jpg"))
    again = intake.open_batch(batch.owner)
    files = [sent(JPEG, "before.jpg"), sent(PNG, "new.png"), sent(b"a letter", "letter.txt")]
    add(client, again, images=files)
    words = text(client.get(reverse("batch", args=[again.id])))
    assert all(name in words for name in ("before.jpg", "new.png", "letter.txt"))
    assert "This file is not a photo." in words


def test_without_redis_photos_are_accepted_and_shown(
    client: Client, batch: Batch, no_redis: None
) -> None:
    add(client, batch, images=[sent(JPEG, "rex.jpg"), sent(b"a letter")])
    words = text(client.get(reverse("batch", args=[batch.id])))
    assert "rex.jpg" in words
    assert "The predictor is not running; your photos are safe" in words


def test_a_plain_form_uploads_photos_and_an_archive(client: Client) -> None:
    files = {"images": [sent(JPEG), sent(PNG)], "archive": sent(zipped({"c.jpg": b"no"}))}
    response = client.post(reverse("open-batch"), files, follow=True)
    assert response.redirect_chain == [(reverse("batch", args=[Batch.objects.get().id]), 302)]
    assert "Uploaded 2 / 2 Recognised 0 Refused 1" in text(response)
    assert "Not accepted" in text(response)


def test_a_plain_form_without_files_leads_back(client: Client) -> None:
    assert client.post(reverse("open-batch")).url == reverse("home")
    assert not Batch.objects.exists()


def test_news_are_the_settled_cards_and_what_is_gone(client: Client, uploader: User) -> None:
    settled = add_photo(uploader, **done("dog"))
    failed = add_photo(uploader, prediction__state=State.FAILED, prediction__error="truncated")
    waiting = add_photo(uploader)
    gone = "00000000000040008000000000000000"
    asked = [settled.id.hex, failed.id.hex, waiting.id.hex, gone]
    answer = news(client, waiting=",".join(asked))
    assert set(answer["cards"]) == {settled.id.hex, failed.id.hex}
    assert "Airedale" in answer["cards"][settled.id.hex]
    assert "damaged or incomplete" in answer["cards"][failed.id.hex]
    assert answer["gone"] == [gone]
    assert answer["silent"] is True


def test_a_predictor_that_is_heard_is_not_silent(client: Client, uploader: User) -> None:
    heartbeats.beat("worker")
    assert news(client, waiting=add_photo(uploader).id.hex)["silent"] is False


def test_news_of_nothing_and_of_nonsense(client: Client) -> None:
    empty = {"cards": {}, "gone": [], "progress": None, "silent": False}
    assert news(client) == empty
    assert news(client, waiting="nonsense", batch="nonsense") == empty


def test_news_need_few_queries(
    client: Client, uploader: User, django_assert_max_num_queries: Any
) -> None:
    ids = [add_photo(uploader, **done("dog")).id.hex for _ in range(20)]
    with django_assert_max_num_queries(8):
        assert len(news(client, waiting=",".join(ids))["cards"]) == 20


def test_a_batch_needs_few_queries(
    client: Client, batch: Batch, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        add_photo(batch.owner, batch=batch, **done("dog"))
    with django_assert_max_num_queries(12):
        client.get(reverse("batch", args=[batch.id]))


def test_somebody_elses_batch_is_not_found(other_client: Client, batch: Batch) -> None:
    photo = add_photo(batch.owner, batch=batch)
    assert other_client.get(reverse("batch", args=[batch.id])).status_code == 404
    assert add(other_client, batch, images=sent(JPEG)).status_code == 404
    answer = news(other_client, waiting=photo.id.hex, batch=str(batch.id))
    assert answer["gone"] == [photo.id.hex]
    assert answer["progress"] is None


def test_a_reviewer_sees_a_batch_but_cannot_add_to_it(
    reviewer_client: Client, batch: Batch
) -> None:
    words = text(reviewer_client.get(reverse("batch", args=[batch.id])))
    assert "Drop photos" not in words
    assert add(reviewer_client, batch, images=sent(JPEG)).status_code == 404


def test_only_reviewers_are_asked_about_labels(client: Client, reviewer_client: Client) -> None:
    asked = "The folders in a ZIP name the labels"
    assert asked not in text(client.get(reverse("home")))
    assert asked in text(reviewer_client.get(reverse("home")))


def test_folders_in_a_reviewers_archive_name_labels(
    reviewer_client: Client, reviewer: User
) -> None:
    archive = zipped({"dog/a.jpg": JPEG, "unicorn/a.jpg": PNG})
    batch = intake.open_batch(reviewer)
    response = add(reviewer_client, batch, archive=sent(archive, "a.zip"), labelled="on")
    assert Photo.objects.get().label.slug == "dog"
    assert "unicorn/a.jpg" in text(response)
    assert "Rename the folder, or have somebody add the label." in text(response)


def test_a_plain_form_names_labels_too(reviewer_client: Client) -> None:
    archive = sent(zipped({"dog/a.jpg": JPEG}), "a.zip")
    reviewer_client.post(reverse("open-batch"), {"archive": archive, "labelled": "on"})
    assert Photo.objects.get().label.slug == "dog"


def test_an_uploader_labels_nothing(client: Client, batch: Batch) -> None:
    archive = zipped({"dog/a.jpg": JPEG})
    for address in (reverse("add-to-batch", args=[batch.id]), reverse("open-batch")):
        body = {"archive": sent(archive, "a.zip"), "labelled": "on"}
        assert client.post(address, body).status_code == 403
    assert not Photo.objects.exists()
    assert Batch.objects.count() == 1


@override_settings(ARK_MAX_UPLOAD_MB=0)
def test_too_large_is_a_refusal(client: Client, batch: Batch) -> None:
    assert "larger than 0 MB" in text(add(client, batch, images=sent(JPEG)))


def test_a_dropped_folder_brings_its_label(reviewer_client: Client, reviewer: User) -> None:
    batch = intake.open_batch(reviewer)
    add(reviewer_client, batch, images=sent(JPEG, "a.jpg"), label="dog")
    assert Photo.objects.get().label.slug == "dog"


def test_an_uploader_sends_no_label(client: Client, batch: Batch) -> None:
    assert add(client, batch, images=sent(JPEG), label="dog").status_code == 403
    assert not Photo.objects.exists()


def test_new_folders_are_asked_about(reviewer_client: Client) -> None:
    files = {"folders": json.dumps({"dog": 1, "sedan": 2, "kite": 1}), "answered": '["Kite"]'}
    answer = reviewer_client.post(reverse("ask-folders"), files).json()
    assert (answer["known"], answer["asked"]) == ({"dog": "dog"}, [["sedan"]])
    assert "1 new folder: create, map or skip" in answer["html"]


def test_who_may_create_no_labels_is_not_offered_to(
    reviewer_client: Client, reviewer: User
) -> None:
    group = reviewer.groups.get()
    group.permissions.remove(group.permissions.get(codename="add_label"))
    files = {"folders": json.dumps({"sedan": 2})}
    answer = reviewer_client.post(reverse("ask-folders"), files).json()
    assert "Create a label" not in answer["html"]
    choices = json.dumps([{"names": ["sedan"], "does": "create", "label": "car"}])
    response = reviewer_client.post(reverse("answer-folders"), {"choices": choices})
    assert response.status_code == 403


def test_answers_are_what_is_sent_with_the_archive(reviewer_client: Client, reviewer: User) -> None:
    choices = [
        {"names": ["sedan"], "does": "create", "label": "car", "kind": ""},
        {"names": ["junk"], "does": "skip", "label": "", "kind": ""},
    ]
    fields = {"choices": json.dumps(choices)}
    answers = reviewer_client.post(reverse("answer-folders"), fields).json()["answers"]
    assert answers == {"sedan": "sedan", "junk": None}
    archive = sent(zipped({"sedan/a.jpg": JPEG, "junk/b.png": PNG}), "a.zip")
    batch = intake.open_batch(reviewer)
    add(reviewer_client, batch, archive=archive, labelled="on", answers=json.dumps(answers))
    assert Photo.objects.get().label.slug == "sedan"


@pytest.mark.parametrize(
    "choice",
    [
        {"names": ["sedan"], "does": "map", "label": ""},
        {"names": ["sedan"], "does": "map", "label": "unicorn"},
        {"names": ["sedan"], "does": "sing"},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    choice: dict[str, Any], reviewer_client: Client
) -> None:
    fields = {"choices": json.dumps([choice])}
    response = reviewer_client.post(reverse("answer-folders"), fields)
    assert response.status_code == 400
    assert len(response.json()["errors"]) == 1


@pytest.mark.parametrize("text", ["{", "7", "null", '["a"]'])
def test_what_no_script_of_ours_sends_is_refused(text: str, reviewer_client: Client) -> None:
    assert reviewer_client.post(reverse("ask-folders"), {"folders": text}).status_code == 400


def test_a_batch_that_is_done_leads_somewhere(
    reviewer_client: Client, reviewer: User, client: Client, batch: Batch
) -> None:
    words = text(client.get(reverse("batch", args=[batch.id])))
    assert "See the results Upload more" in words
    own = intake.open_batch(reviewer)
    page = reviewer_client.get(reverse("batch", args=[own.id]))
    assert "See the results Review them Upload more" in text(page)
    assert f"/admin/review/grid/?batch={own.id}" in page.content.decode()


def test_refusals_come_first_and_are_not_counted_as_uploaded(client: Client, batch: Batch) -> None:
    add(client, batch, images=[sent(JPEG, "a.jpg"), sent(b"a letter", "letter.txt")])
    words = text(client.get(reverse("batch", args=[batch.id])))
    assert words.index("letter.txt") < words.index("a.jpg")
    assert "Uploaded 1 / 1" in words
    assert "Refused 1" in words
