"""On their own photo's page, owners say what it really is, and see what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.labels import labelling, suggestions
from recognition.models import Label, Photo, Suggestion, Via
from tests.support.pages import done, text
from tests.support.rows import add_photo


def say(client: Client, photo: Photo, label: str, kind: str = "wrong") -> Any:
    sent = {"kind": kind, "label": label}
    return client.post(reverse("suggest", args=[photo.id]), sent, follow=True)


def page_of(client: Client, photo: Photo, language: str = "en") -> str:
    address = reverse("photo", args=[photo.id])
    return text(client.get(address, headers={"Accept-Language": language}))


def decide(photo: Photo, slug: str, by: User) -> None:
    labelling.decide(photo.id, Label.objects.get(slug=slug), by, Via.QUEUE)


def test_the_owner_says_what_it_is(client: Client, photo: Photo) -> None:
    words = page_of(client, photo)
    assert "That’s wrong, it is …" in words
    assert "There is another one" in words
    words = text(say(client, photo, "汽车"))
    assert "Thank you. A reviewer will look at it." in words
    assert "What you said That is wrong, it is: Car waits for a reviewer" in words
    assert Suggestion.objects.get().label.slug == "car"
    assert "<h1>Dog" in client.get(reverse("photo", args=[photo.id])).content.decode()


def test_both_can_be_said(client: Client, photo: Photo) -> None:
    say(client, photo, "car")
    words = text(say(client, photo, "taxi", "another"))
    assert "There is another one: Taxi" in words
    assert "That is wrong, it is: Car" in words


@pytest.mark.parametrize(
    ("slug", "outcome"), [("car", "confirmed"), ("neither", "decided otherwise")]
)
def test_the_owner_sees_what_became_of_it(
    client: Client, reviewer: User, photo: Photo, slug: str, outcome: str
) -> None:
    say(client, photo, "car")
    decide(photo, slug, reviewer)
    assert f"it is: Car {outcome}" in page_of(client, photo)
    assert f"You said: Car – {outcome}" in text(client.get(reverse("history")))


def test_it_waits_in_the_history(client: Client, photo: Photo) -> None:
    say(client, photo, "car")
    assert "You said: Car – waits for a reviewer" in text(client.get(reverse("history")))


def test_it_can_be_withdrawn(client: Client, photo: Photo) -> None:
    say(client, photo, "car")
    made = Suggestion.objects.get()
    address = reverse("withdraw-suggestion", args=[photo.id, made.id])
    assert address in client.get(reverse("photo", args=[photo.id])).content.decode()
    assert "Your suggestion is withdrawn." in text(client.post(address, follow=True))
    assert not Suggestion.objects.exists()
    assert client.post(address, follow=True).status_code == 200  # pressed twice


def test_what_is_decided_is_not_withdrawn(client: Client, reviewer: User, photo: Photo) -> None:
    say(client, photo, "car")
    made = Suggestion.objects.get()
    decide(photo, "dog", reviewer)
    response = client.post(reverse("withdraw-suggestion", args=[photo.id, made.id]), follow=True)
    assert "A reviewer has decided about it already." in text(response)


@pytest.mark.parametrize(
    ("label", "kind", "words"),
    [
        ("unicorn", "wrong", "There is no label “unicorn”."),
        ("dog", "wrong", "That is the answer already."),
        ("", "another", "Choose a label."),
    ],
)
def test_what_cannot_be_said(
    client: Client, photo: Photo, label: str, kind: str, words: str
) -> None:
    assert words in text(say(client, photo, label, kind))
    assert not Suggestion.objects.exists()


def test_a_kind_that_does_not_exist_does_no_harm(client: Client, photo: Photo) -> None:
    assert say(client, photo, "car", "nonsense").status_code == 200
    assert not Suggestion.objects.exists()


def test_nobody_says_anything_of_other_peoples_photos(
    other_client: Client, reviewer_client: Client, photo: Photo
) -> None:
    assert say(other_client, photo, "car").status_code == 404
    assert say(reviewer_client, photo, "car").status_code == 404
    assert "That’s wrong" not in page_of(reviewer_client, photo)
    assert not Suggestion.objects.exists()


def test_nobody_withdraws_what_others_say(
    client: Client, other_client: Client, photo: Photo
) -> None:
    say(client, photo, "car")
    address = reverse("withdraw-suggestion", args=[photo.id, Suggestion.objects.get().id])
    assert other_client.post(address).status_code == 404
    assert Suggestion.objects.exists()


def test_reviewers_read_it_and_label_directly(
    client: Client, reviewer_client: Client, photo: Photo
) -> None:
    say(client, photo, "car")
    words = page_of(reviewer_client, photo)
    assert "What the owner says That is wrong, it is: Car waits for a reviewer" in words
    assert "What is it really?" in words
    assert "Withdraw" not in words
    assert "You said" not in text(reviewer_client.get(reverse("history"), {"whose": "everybody"}))


def test_nothing_is_asked_before_there_is_an_answer(client: Client, uploader: User) -> None:
    photo = add_photo(uploader)
    assert "That’s wrong" not in page_of(client, photo)
    html = client.get(reverse("photo", args=[photo.id])).content.decode()
    assert "#suggestions" in html.split('hx-select-oob="')[1].split('"')[0]
    assert 'id="suggestions"' in html


def test_a_list_asks_once_for_all_suggestions(
    client: Client, uploader: User, version: Any, django_assert_max_num_queries: Any
) -> None:
    car = Label.objects.get(slug="car")
    for _ in range(20):
        photo = add_photo(uploader, **done("dog"))
        suggestions.suggest(photo.id, uploader, "wrong", car)
    with django_assert_max_num_queries(13):
        client.get(reverse("history"))


def test_cards_that_fill_in_by_themselves_have_it_too(client: Client, photo: Photo) -> None:
    say(client, photo, "car")
    cards = client.get(reverse("news"), {"waiting": str(photo.id)}).json()["cards"]
    assert "You said: Car" in cards[photo.id.hex]
