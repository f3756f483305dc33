"""The review queue's addresses: who gets in, and what they answer to any request."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from recognition.labels import labelling
from recognition.models import Decision, Label, Photo, ReviewLease, Via
from recognition.review import leases, queue
from tests.support.pages import client_of
from tests.support.rows import settled_photo

GET = ("review-queue", "review-last")
POST = ("review-claim", "review-decide", "review-annotate", "review-skip", "review-undo")


@pytest.fixture
def photo(uploader: User) -> Photo:
    return settled_photo(uploader)


@pytest.fixture
def other_reviewer(groups: None) -> User:
    user = User.objects.create_user("robin", is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewer"))
    return user


def _decide(client: Client, photo: Photo, label: str = "car", /, **fields: Any) -> HttpResponse:
    plain = {"decision": uuid4(), "photo": photo.id, "label": label, "seen": ""}
    return client.post(reverse("review-decide"), {**plain, **fields})


def _statuses(client: Client) -> set[int]:
    asked = [client.get(reverse(name)) for name in GET]
    sent = [client.post(reverse(name)) for name in POST]
    return {response.status_code for response in (*asked, *sent)}


def test_strangers_are_sent_to_sign_in(db: None) -> None:
    assert _statuses(Client()) == {302}


def test_uploaders_do_not_get_in(uploader: User) -> None:
    assert _statuses(client_of(uploader)) <= {302, 403}
    response = client_of(uploader).get(reverse("review-queue"), follow=True)
    assert response.status_code == 403


def test_staff_without_the_permission_do_not_get_in(groups: None, photo: Photo) -> None:
    trainer = User.objects.create_user("tara", is_staff=True)
    trainer.groups.add(Group.objects.get(name="Trainer"))
    assert _statuses(client_of(trainer)) == {403}
    assert _decide(client_of(trainer), photo).status_code == 403
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "?order=newest&kind=animal&label=dog", "?order=x&kind=y&label=z", "?order=%00"]
)
def test_the_page_opens_whatever_it_is_asked(as_reviewer: Client, query: str) -> None:
    response = as_reviewer.get(reverse("review-queue") + query)
    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


def test_claimed_photos_come_with_all_there_is_to_see(
    as_reviewer: Client, photo: Photo, uploader: User
) -> None:
    neighbour = settled_photo(uploader)
    labelling.decide(neighbour.id, Label.objects.get(slug="dog"), uploader, Via.QUEUE)
    gone = {"photo": uuid4().hex, "label": "dog", "similarity": 0.8}
    there = {"photo": neighbour.id.hex, "label": "dog", "similarity": 0.9}
    photo.prediction.refresh_from_db()
    photo.prediction.similar = [gone, there]
    photo.prediction.save()
    answer = as_reviewer.post(reverse("review-claim")).json()
    assert str(photo.id) in answer["html"]
    assert "Confirm “Dog”" in answer["html"]
    assert "Airedale" in answer["html"]
    assert answer["html"].count(reverse("thumbnail", args=[neighbour.id])) == 1
    counted = {"remaining": 1, "is_exact": True, "is_minimum": False}
    assert answer["progress"] == {**counted, "labelled": 0.5, "today": 0, "others": 0}


def test_known_photos_are_renewed_and_lost_ones_named(
    as_reviewer: Client, photo: Photo, reviewer: User, other_reviewer: User, uploader: User
) -> None:
    theirs = settled_photo(uploader)
    leases.take(other_reviewer, [theirs.id])
    known = {"known": [photo.id, theirs.id]}
    answer = as_reviewer.post(reverse("review-claim"), known).json()
    assert (answer["html"], answer["lost"]) == ("", [str(theirs.id)])
    assert ReviewLease.objects.get(photo=photo).reviewer == reviewer


def test_renewing_claims_nothing(as_reviewer: Client, photo: Photo) -> None:
    assert as_reviewer.post(reverse("review-claim"), {"renew": 1}).json()["html"] == ""
    assert not ReviewLease.objects.exists()


def test_a_photo_whose_decision_is_on_its_way_is_not_asked_again(
    as_reviewer: Client, photo: Photo
) -> None:
    answer = as_reviewer.post(reverse("review-claim"), {"unsent": photo.id}).json()
    assert answer["html"] == ""


def test_a_decision_sent_twice_counts_once(
    as_reviewer: Client, photo: Photo, reviewer: User
) -> None:
    decision = uuid4()
    for _ in range(2):
        response = _decide(as_reviewer, photo, decision=decision)
        assert response.json() == {"seen": str(decision)}
    made = Decision.objects.get()
    assert (made.id, made.by, made.to_label.slug, made.via) == (decision, reviewer, "car", "queue")


def test_who_decided_meanwhile_is_named(
    as_reviewer: Client, photo: Photo, other_reviewer: User
) -> None:
    theirs = labelling.decide(photo.id, Label.objects.get(slug="taxi"), other_reviewer, Via.QUEUE)
    response = _decide(as_reviewer, photo)
    assert response.status_code == 409
    assert response.json()["seen"] == str(theirs.id)
    assert "robin" in response.json()["html"]
    assert "Put mine: “Car”" in response.json()["html"]
    assert _decide(as_reviewer, photo, seen=theirs.id).status_code == 200


def test_a_photo_deleted_meanwhile_is_not_found(as_reviewer: Client, photo: Photo) -> None:
    Photo.objects.get(id=photo.id).delete()
    assert _decide(as_reviewer, photo).status_code == 404
    assert as_reviewer.post(reverse("review-skip"), {"photo": photo.id}).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "x"},
        {"decision": ""},
        {"photo": "\x00"},
        {"photo": ["1", "2"]},
        {"label": ""},
        {"label": "no-such-label"},
        {"label": "../\x00"},
        {"seen": "yesterday"},
    ],
)
def test_what_is_not_understood_is_refused(
    as_reviewer: Client, photo: Photo, fields: dict[str, Any]
) -> None:
    assert _decide(as_reviewer, photo, **fields).status_code == 400
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", POST)
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\x00", b"known=1&photo=2&decision=3"])
def test_malformed_bodies_are_no_accident(as_reviewer: Client, name: str, body: bytes) -> None:
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        response = as_reviewer.post(reverse(name), body, content_type=content_type)
        assert response.status_code in (200, 400)


def test_the_id_of_another_decision_is_refused(
    as_reviewer: Client, photo: Photo, uploader: User
) -> None:
    other = settled_photo(uploader)
    made = labelling.decide(other.id, Label.objects.get(slug="dog"), uploader, Via.QUEUE)
    assert _decide(as_reviewer, photo, decision=made.id).status_code == 400


def test_a_retired_label_is_refused(as_reviewer: Client, photo: Photo) -> None:
    Label.objects.filter(slug="taxi").update(active=False)
    assert _decide(as_reviewer, photo, "taxi").status_code == 400


def test_a_skipped_photo_does_not_come_back_to_who_skipped_it(
    as_reviewer: Client, photo: Photo, other_reviewer: User
) -> None:
    as_reviewer.post(reverse("review-claim"))
    as_reviewer.post(reverse("review-skip"), {"photo": photo.id})
    assert as_reviewer.post(reverse("review-claim")).json()["html"] == ""
    assert queue.claim(other_reviewer, queue.Ordering.MARGIN, 1) == [photo.id]


def test_a_skip_can_be_taken_back(as_reviewer: Client, photo: Photo) -> None:
    as_reviewer.post(reverse("review-skip"), {"photo": photo.id})
    as_reviewer.post(reverse("review-skip"), {"photo": photo.id, "back": 1})
    assert str(photo.id) in as_reviewer.post(reverse("review-claim")).json()["html"]


def test_any_number_of_decisions_is_undone(
    as_reviewer: Client, photo: Photo, uploader: User
) -> None:
    photos = [photo, settled_photo(uploader)]
    for one in photos:
        _decide(as_reviewer, one)
    for one in reversed(photos):
        last = as_reviewer.get(reverse("review-last")).json()
        answer = as_reviewer.post(reverse("review-undo"), last).json()
        assert str(one.id) in answer["html"]
        assert _decide(as_reviewer, one, seen=uuid4()).status_code == 409
        assert answer["seen"] == str(Decision.objects.filter(photo=one).first().id)
    assert not Photo.objects.filter(label__isnull=False).exists()
    assert as_reviewer.get(reverse("review-last")).json() == {"decision": None}


def test_nobody_undoes_what_others_decided(
    as_reviewer: Client, photo: Photo, other_reviewer: User
) -> None:
    theirs = labelling.decide(photo.id, Label.objects.get(slug="taxi"), other_reviewer, Via.QUEUE)
    response = as_reviewer.post(reverse("review-undo"), {"decision": theirs.id})
    assert response.status_code == 404
    photo.refresh_from_db()
    assert photo.label.slug == "taxi"


def test_an_undo_after_somebody_elses_decision_changes_nothing(
    as_reviewer: Client, photo: Photo, other_reviewer: User
) -> None:
    decision = uuid4()
    _decide(as_reviewer, photo, decision=decision)
    labelling.decide(photo.id, Label.objects.get(slug="taxi"), other_reviewer, Via.QUEUE)
    response = as_reviewer.post(reverse("review-undo"), {"decision": decision})
    assert response.status_code == 409
    assert "robin" in response.json()["html"]


def test_a_labelled_photo_keeps_its_label_by_enter(
    as_reviewer: Client, photo: Photo, uploader: User
) -> None:
    labelling.decide_many({photo.id: Label.objects.get(slug="car")}, uploader, Via.UPLOAD)
    answer = as_reviewer.post(reverse("review-claim"), {"order": "disagreement"}).json()
    assert "Keep “Car”" in answer["html"]
