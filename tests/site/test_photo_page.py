"""The page of one photo, in each of its states."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recognition.core import heartbeats
from recognition.labels import labelling
from recognition.models import Decision, Label, Photo, Prediction, State, Via
from recognition.versions.registry import register
from tests.support.pages import done, text
from tests.support.rows import NO_ID, add_photo, broad_photo, manifest, taught_version


def page_of(client: Client, photo: Photo, **headers: str) -> str:
    return text(client.get(reverse("photo", args=[photo.id]), headers=headers))


def test_a_recognised_photo(client: Client, photo: Photo) -> None:
    words = page_of(client, photo)
    parts = ["Dog", "animal", "Airedale", "97 %", "1 %"]
    parts += ["Version 1 · Small", "13 ms", "96 × 64", "rex.jpg"]
    assert [part for part in parts if part not in words] == []


def test_labels_speak_the_readers_language(client: Client, photo: Photo) -> None:
    words = page_of(client, photo, **{"Accept-Language": "zh-hans"})
    assert "狗" in words
    assert "都不是" in words


def test_the_fine_name_speaks_the_readers_language(client: Client, photo: Photo) -> None:
    assert "More exactly: Airedale terrier" in page_of(client, photo)
    assert "万能梗" in page_of(client, photo, **{"Accept-Language": "zh-hans"})


def test_what_speaks_for_the_label_without_being_one_is_not_shown(
    client: Client, uploader: User, version: Any
) -> None:
    words = page_of(client, add_photo(uploader, **done("car", fine="grille")))
    assert "More exactly" not in words
    assert "rille" not in words


def test_a_label_set_by_a_person_names_them_to_reviewers_only(
    client: Client, reviewer_client: Client, photo: Photo, reviewer: User
) -> None:
    labelling.decide(photo.id, Label.objects.get(slug="taxi"), reviewer, Via.QUEUE)
    assert "Taxi Set by staff on" in page_of(client, photo)
    assert "Taxi Set by rita on" in page_of(reviewer_client, photo)


def test_a_waiting_photo_updates_by_itself(client: Client, uploader: User, version: Any) -> None:
    photo = add_photo(uploader)
    heartbeats.beat("worker")
    response = client.get(reverse("photo", args=[photo.id]))
    assert "Waiting" in text(response)
    assert 'hx-trigger="every 1s"' in response.content.decode()


def test_a_silent_predictor_is_said_calmly(client: Client, uploader: User, version: Any) -> None:
    assert "your photos are safe" in page_of(client, add_photo(uploader))


def test_a_failed_photo_says_what_to_do(client: Client, uploader: User, version: Any) -> None:
    failed = {"prediction__state": State.FAILED, "prediction__error": "crashed"}
    words = page_of(client, add_photo(uploader, **failed))
    assert "Could not be recognised" in words
    assert "Save it as JPEG and upload that." in words


def test_neighbours_are_the_same_owners(
    client: Client, uploader: User, other_uploader: User, version: Any
) -> None:
    old, _, middle, _, new = (
        add_photo(owner) for owner in (uploader, other_uploader, uploader, other_uploader, uploader)
    )
    html = client.get(reverse("photo", args=[middle.id])).content.decode()
    assert f'rel="prev" href="/photos/{new.id}/"' in html
    assert f'rel="next" href="/photos/{old.id}/"' in html


def test_delete_asks_first(client: Client, photo: Photo) -> None:
    address = reverse("delete-photo", args=[photo.id])
    assert "Delete the photo?" in text(client.get(address))
    assert Photo.objects.filter(id=photo.id).exists()
    response = client.post(address, follow=True)
    assert "rex.jpg is in the trash." in text(response)
    assert not Photo.objects.filter(id=photo.id).exists()


def test_delete_says_what_was_taught_with_the_photo(client: Client, photo: Photo) -> None:
    address = reverse("delete-photo", args=[photo.id])
    assert "was taught with it" not in text(client.get(address))
    taught_version(2, [photo])
    assert "Version 2 · Taught was trained with it." in text(client.get(address))


@pytest.mark.parametrize("name", ["photo", "delete-photo", "thumbnail", "preview", "original"])
def test_somebody_elses_photo_is_not_found(other_client: Client, photo: Photo, name: str) -> None:
    assert other_client.get(reverse(name, args=[photo.id])).status_code == 404


def test_somebody_elses_photo_cannot_be_deleted(other_client: Client, photo: Photo) -> None:
    assert other_client.post(reverse("delete-photo", args=[photo.id])).status_code == 404
    assert Photo.objects.filter(id=photo.id).exists()


def test_who_may_see_all_sees_it_but_does_not_delete_it(
    reviewer_client: Client, photo: Photo
) -> None:
    words = page_of(reviewer_client, photo)
    assert "ursula" in words
    assert "Delete" not in words
    response = reviewer_client.post(reverse("delete-photo", args=[photo.id]))
    assert response.status_code == 403
    assert "You may not do that" in text(response)


def test_a_page_needs_few_queries(
    client: Client, photo: Photo, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(18):
        client.get(reverse("photo", args=[photo.id]))


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def choose(client: Client, photo: Photo, slug: str, seen: object = "") -> Any:
    address = reverse("label-photo", args=[photo.id])
    return client.post(address, {"label": slug, "seen": seen}, follow=True)


def test_reviewers_read_who_decided_what(
    reviewer_client: Client, photo: Photo, uploader: User, reviewer: User
) -> None:
    labelling.decide(photo.id, label("car"), uploader, Via.UPLOAD)
    labelling.undo(labelling.decide(photo.id, label("taxi"), reviewer, Via.QUEUE), reviewer)
    words = page_of(reviewer_client, photo)
    parts = ["– → Car ursula", "Car → Taxi rita", "review queue · undone since", "Taxi → Car rita"]
    assert [part for part in parts if part not in words] == []


def test_owners_read_what_was_decided_but_no_other_names(
    client: Client, photo: Photo, uploader: User, reviewer: User
) -> None:
    labelling.decide(photo.id, label("car"), uploader, Via.UPLOAD)
    labelling.decide(photo.id, label("taxi"), reviewer, Via.QUEUE)
    words = page_of(client, photo)
    assert "Car → Taxi staff" in words
    assert "– → Car ursula" in words
    assert "rita" not in words


def test_what_the_machine_accepted_says_so(client: Client, photo: Photo, reviewer: User) -> None:
    assert "Accepted by machine" not in page_of(client, photo)
    Prediction.objects.update(accepted=timezone.now())
    assert "Accepted by machine" in page_of(client, photo)
    labelling.decide(photo.id, label("dog"), reviewer, Via.QUEUE)
    assert "Accepted by machine" not in page_of(client, photo)


def test_reviewers_confirm_or_correct_on_the_page(
    reviewer_client: Client, photo: Photo, reviewer: User
) -> None:
    assert "Confirm: Dog" in page_of(reviewer_client, photo)
    assert "The label is now Taxi." in text(choose(reviewer_client, photo, "出租车"))
    decision = Decision.objects.get()
    assert (decision.by, decision.via, decision.to_label) == (reviewer, Via.PAGE, label("taxi"))
    choose(reviewer_client, photo, "dog", decision.id)
    assert Photo.objects.get().label == label("dog")


def test_the_first_button_keeps_what_a_person_said(
    reviewer_client: Client, photo: Photo, reviewer: User
) -> None:
    made = labelling.decide(photo.id, label("taxi"), reviewer, Via.QUEUE)
    words = page_of(reviewer_client, photo)
    assert "Keep Taxi Change to Dog" in words
    assert "Confirm: Dog" not in words
    choose(reviewer_client, photo, "taxi", made.id)
    assert Photo.objects.get().label == label("taxi")
    assert Decision.objects.count() == 2


def test_no_large_button_overwrites_a_label_that_was_retired(
    reviewer_client: Client, photo: Photo, reviewer: User
) -> None:
    labelling.decide(photo.id, label("taxi"), reviewer, Via.QUEUE)
    Label.objects.filter(slug="taxi").update(active=False)
    html = reviewer_client.get(reverse("photo", args=[photo.id])).content.decode()
    assert '<button class="button quiet" name="label" value="dog">' in html
    assert "Keep Taxi" not in html


@pytest.mark.parametrize("seen", ["", "nonsense", NO_ID])
def test_a_decision_that_was_not_seen_is_not_overwritten(
    seen: object, reviewer_client: Client, photo: Photo, uploader: User
) -> None:
    labelling.decide(photo.id, label("car"), uploader, Via.UPLOAD)
    response = choose(reviewer_client, photo, "dog", seen)
    assert "Somebody decided about this photo since you opened it" in text(response)
    assert Photo.objects.get().label == label("car")


@pytest.mark.parametrize("slug", ["", "unicorn", "x" * 500, "\0"])
def test_a_label_that_is_none_changes_nothing(
    slug: str, reviewer_client: Client, photo: Photo
) -> None:
    assert choose(reviewer_client, photo, slug).status_code == 200
    assert not Decision.objects.exists()


def test_only_reviewers_label(client: Client, other_client: Client, photo: Photo) -> None:
    assert "Set it" not in page_of(client, photo)
    assert choose(client, photo, "dog").status_code == 403
    assert choose(other_client, photo, "dog").status_code == 404
    assert "next=" in choose(Client(), photo, "dog").redirect_chain[0][0]
    assert not Decision.objects.exists()


def test_reviewers_see_what_is_nearly_the_same(
    client: Client, reviewer_client: Client, photo: Photo, other_uploader: User
) -> None:
    twin, other = (add_photo(other_uploader, **done("dog")) for _ in range(2))
    Photo.objects.exclude(id=other.id).update(group=photo.id)
    html = reviewer_client.get(reverse("photo", args=[photo.id])).content.decode()
    assert reverse("photo", args=[twin.id]) in html
    assert reverse("photo", args=[other.id]) not in html
    assert "Near-duplicates" not in page_of(client, photo)


def test_what_another_version_said_stands_beside_the_answer(client: Client, photo: Photo) -> None:
    said = {"state": State.DONE, "label": Label.objects.get(slug="car"), "confidence": 0.7}
    newer = register(2, manifest(name="Newer"))
    Prediction.objects.create(photo=photo, model_version=newer, **said)
    words = page_of(client, photo)
    assert "Version 1 · Small" in words
    assert "Version 2 predicted Car, 70 %" in words


def test_an_answer_that_is_broad_says_why(client: Client, uploader: User, version: Any) -> None:
    words = page_of(client, broad_photo(uploader))
    assert "Car" in words
    assert "No single label is sure enough" in words
    assert "Most likely: Taxi." in words
