"""From a photo's page one comes to its neighbours in the list that it was opened from, and back."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.models import Photo
from tests.support.pages import done, text
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def album(uploader: User, version: object) -> dict[str, Photo]:
    """Dogs and taxis, in turns."""
    return {
        name: add_photo(uploader, name=name, **done(label, confidence))
        for name, label, confidence in (
            ("a.jpg", "dog", 0.9),
            ("b.jpg", "taxi", 0.8),
            ("c.jpg", "dog", 0.4),
            ("d.jpg", "taxi", 0.7),
            ("e.jpg", "dog", 0.6),
        )
    }


def links(client: Client, address: str) -> dict[str, str]:
    """The addresses of "prev", "next" and "back"."""
    html = client.get(address).content.decode()
    found = re.findall(r'rel="(prev|next)" href="([^"]*)"', html)
    found += re.findall(r'class="(back)" href="([^"]*)"', html)
    return {name: address.replace("&amp;", "&") for name, address in found}


def card_of(client: Client, photo: Photo, **query: str) -> str:
    html = client.get(reverse("history"), query).content.decode()
    [address] = re.findall(rf'href="(/photos/{photo.id}/[^"]*)"', html)
    return address.replace("&amp;", "&")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["d.jpg", "b.jpg"]),
        ({"kind": "animal"}, ["e.jpg", "a.jpg"]),
        ({"sort": "uploaded", "kind": "animal"}, ["e.jpg", "a.jpg"]),
        ({"sort": "doubtful"}, [None, "e.jpg"]),
        ({"sort": "name"}, ["b.jpg", "d.jpg"]),
        ({"sort": "name", "label": "dog"}, ["a.jpg", "e.jpg"]),
    ],
)
def test_neighbours_stay_in_the_list(
    client: Client, album: dict[str, Photo], query: dict[str, str], names: list[str | None]
) -> None:
    found = links(client, card_of(client, album["c.jpg"], **query))
    ids = {str(photo.id): name for name, photo in album.items()}
    beside = [found[name].split("/")[2] if name in found else "" for name in ("prev", "next")]
    assert [ids.get(photo_id) for photo_id in beside] == names
    queries = {address.partition("?")[2] for name, address in found.items() if name != "back"}
    assert len(queries) == 1
    assert found["back"].partition("?")[2] in (*queries, "")
    for name, value in query.items():
        assert f"{name}={value}" in found["back"]


def test_another_list_is_not_left_for_everybodys(
    client: Client, reviewer_client: Client, album: dict[str, Photo], other_uploader: User
) -> None:
    theirs = add_photo(other_uploader, name="z.jpg", **done("dog"))
    address = reverse("photo", args=[album["e.jpg"].id]) + "?sort=taken&whose=everybody"
    assert str(theirs.id) in links(reviewer_client, address)["prev"]
    assert "prev" not in links(client, address)


def test_what_is_decided_leads_back_into_the_list(
    reviewer_client: Client, client: Client, album: dict[str, Photo]
) -> None:
    query = "?kind=animal&sort=taken"
    photo = album["c.jpg"]
    html = client.get(reverse("photo", args=[photo.id]) + query).content.decode()
    assert f"{reverse('suggest', args=[photo.id])}?kind=animal&amp;sort=taken" in html
    sent = {"label": "dog", "seen": ""}
    answer = reviewer_client.post(reverse("label-photo", args=[photo.id]) + query, sent)
    assert answer["Location"] == reverse("photo", args=[photo.id]) + query
    said = {"kind": "wrong", "label": "taxi"}
    answer = client.post(reverse("suggest", args=[photo.id]) + query, said)
    assert answer["Location"] == reverse("photo", args=[photo.id]) + query
    deleted = client.post(reverse("delete-photo", args=[photo.id]) + query)
    assert deleted["Location"] == "/history/?kind=animal&sort=taken"


def test_an_address_cannot_lead_elsewhere(client: Client, album: dict[str, Photo]) -> None:
    query = "?sort=taken&next=//evil.example&kind=nonsense&block=x"
    found = links(client, reverse("photo", args=[album["c.jpg"].id]) + query)
    assert {address.partition("?")[2] for address in found.values()} == {"sort=taken"}


@pytest.mark.parametrize(
    ("confidence", "word"),
    [(0.3, "a guess 30 %"), (0.52, "perhaps 52 %"), (0.85, "probably 85 %"), (0.99, "")],
)
def test_doubt_is_said_in_words(
    client: Client, uploader: User, confidence: float, word: str
) -> None:
    photo = add_photo(uploader, **done("dog", confidence))
    for address in (reverse("history"), reverse("photo", args=[photo.id])):
        html = client.get(address).content.decode().lower().replace("\u00a0", " ")
        said = re.findall(r'"doubt-word">([^<]*)</span>\s*(\d+ %)', html)
        assert [" ".join(parts) for parts in said] == ([word] if word else [])


def test_a_label_that_a_person_set_is_not_doubted(
    reviewer_client: Client, client: Client, album: dict[str, Photo]
) -> None:
    sent = {"label": "dog", "seen": ""}
    reviewer_client.post(reverse("label-photo", args=[album["c.jpg"].id]), sent)
    assert "guess" not in text(client.get(reverse("photo", args=[album["c.jpg"].id])))
