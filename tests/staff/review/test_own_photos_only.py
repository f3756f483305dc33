"""A reviewer who may not see everybody's photos: each door shows and changes their own alone."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from recognition.labels import labelling
from recognition.models import Label, Photo, ReviewLease, Suspect, Via
from recognition.review import queue
from recognition.review.bulk import Snapshot
from recognition.review.queue import Ordering
from tests.support.rows import settled_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def reviewer(reviewer: User) -> User:
    """It was taken from the group after some work was done."""
    theirs = reviewer.groups.get().permissions
    theirs.remove(Permission.objects.get(codename="view_all"))
    return reviewer


@pytest.fixture
def theirs(uploader: User) -> Photo:
    return settled_photo(uploader, name="theirs.jpg", group=uuid4())


@pytest.fixture
def own(reviewer: User, theirs: Photo) -> Photo:
    return settled_photo(reviewer, name="own.jpg", group=theirs.group)


def _label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def _is_unlabelled(photo: Photo) -> bool:
    return Photo.objects.get(id=photo.id).label is None


@pytest.mark.parametrize("table", ["photo", "prediction", "decision", "bulkdecision"])
def test_lists(
    table: str, as_reviewer: Client, superuser: User, reviewer: User, own: Photo, theirs: Photo
) -> None:
    for person, photo in ((superuser, theirs), (reviewer, own)):
        labelling.decide_many({photo.id: _label("car")}, person, Via.GRID)
    rows = as_reviewer.get(reverse(f"admin:recognition_{table}_changelist")).context["cl"]
    assert len(rows.result_list) == 1
    assert "theirs.jpg" not in str(rows.result_list)


@pytest.mark.parametrize("table", ["photo", "prediction"])
def test_pages_of_the_lists(table: str, as_reviewer: Client, theirs: Photo) -> None:
    row = theirs if table == "photo" else theirs.prediction
    page = reverse(f"admin:recognition_{table}_change", args=[row.pk])
    assert as_reviewer.get(page).status_code == 302  # "perhaps it was deleted?"


def test_actions(as_reviewer: Client, theirs: Photo, own: Photo) -> None:
    marked = {
        "_selected_action": [theirs.pk, own.pk],
        "shown": [str(Snapshot.of(theirs)), str(Snapshot.of(own))],
        "action": "confirm_predictions",
        "sure": "1",
    }
    as_reviewer.post(reverse("admin:recognition_photo_changelist"), marked)
    assert _is_unlabelled(theirs)
    assert not _is_unlabelled(own)


@pytest.mark.parametrize(
    "page", ["review-grid", "review-duplicates", "review-suspects", "export-photos"]
)
def test_pages(page: str, as_reviewer: Client, theirs: Photo, own: Photo) -> None:
    Suspect.objects.create(photo=theirs, label=_label("dog"), suggested=_label("car"), score=1)
    assert b"theirs.jpg" not in as_reviewer.get(reverse(page)).content


def test_the_queue(reviewer: User, own: Photo, theirs: Photo) -> None:
    assert queue.claim(reviewer, Ordering.MARGIN, 10) == [own.id]


def test_photos_of_others_are_not_kept_from_other_reviewers(
    as_reviewer: Client, theirs: Photo
) -> None:
    answer = as_reviewer.post(reverse("review-claim"), {"known": [theirs.id]}).json()
    assert answer["lost"] == [str(theirs.id)]
    assert not ReviewLease.objects.exists()


def test_near_duplicates_of_others_are_not_counted(as_reviewer: Client, own: Photo) -> None:
    [card] = queue_cards(as_reviewer)
    assert card.near_duplicates == 0


def queue_cards(client: Client) -> list:
    answer = client.post(reverse("review-claim"))
    return [context["card"] for context in answer.context if "card" in context][:1]


@pytest.mark.parametrize(
    ("address", "via"), [("review-undo", Via.QUEUE), ("review-suspects-undo", Via.SUSPECTS)]
)
def test_what_was_decided_about_photos_of_others_is_not_undone(
    address: str, via: Via, as_reviewer: Client, reviewer: User, theirs: Photo
) -> None:
    made = labelling.decide(theirs.id, _label("car"), reviewer, via)
    assert as_reviewer.post(reverse(address), {"decision": made.id}).status_code == 404
    assert not _is_unlabelled(theirs)


def test_undo_passes_over_photos_of_others(reviewer: User, theirs: Photo, own: Photo) -> None:
    mine = labelling.decide(own.id, _label("car"), reviewer, Via.QUEUE)
    labelling.decide(theirs.id, _label("car"), reviewer, Via.QUEUE)
    assert labelling.last_to_undo(reviewer) == mine


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_was_decided_as_one_about_photos_of_others_is_not_undone(
    method: str, as_reviewer: Client, reviewer: User, theirs: Photo, own: Photo
) -> None:
    bulk = labelling.decide_many(
        dict.fromkeys((own.id, theirs.id), _label("car")), reviewer, Via.GRID
    )
    address = reverse("admin:recognition_bulkdecision_undo", args=[bulk.id])
    assert getattr(as_reviewer, method)(address).status_code == 404
    assert not _is_unlabelled(theirs)
