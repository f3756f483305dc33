"""Photos of which their owner says something come first in the review queue."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection

from recognition.core.counting import Counted
from recognition.labels import labelling, suggestions
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, State, Via
from recognition.review import leases, queue
from recognition.review.cards import cards
from recognition.review.queue import Filters, Ordering
from tests.support.rows import add_photo

# Of the whole queue; the other two are lists of their own.
ORDERS = [one for one in Ordering if one not in (Ordering.DRIFT, Ordering.QUESTIONS)]

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def _waiting(owner: User, margin: float = 0.5, said: str = "dog", **fields: Any) -> Photo:
    shares = [(said, (1 + margin) / 2), ("neither", (1 - margin) / 2)]
    top = [{"label": slug, "confidence": share} for slug, share in shares]
    spoken = {"state": State.DONE, "top": top, "label": label(said), "kind": label(said).kind}
    photo = add_photo(owner, **{f"prediction__{key}": spoken[key] for key in spoken}, **fields)
    labelling.put_in_queue(photo.prediction, photo.label_id, LabelTree())
    photo.prediction.save()
    return photo


def _suggest(photo: Photo, slug: str = "car", kind: str = "wrong") -> Any:
    return suggestions.suggest(photo.id, photo.owner, kind, label(slug))


@pytest.mark.parametrize("ordering", ORDERS)
def test_they_come_first_whatever_the_ordering(
    reviewer: User, uploader: User, ordering: Ordering
) -> None:
    _others = [_waiting(uploader, margin) for margin in (0.1, 0.9)]
    labelled = _waiting(uploader, 0.5, label=label("dog"))
    waiting = _waiting(uploader, 0.5)
    for photo in (labelled, waiting):
        _suggest(photo)
    assert queue.claim(reviewer, ordering, 2) == [labelled.id, waiting.id]


def test_a_labelled_photo_leaves_again_when_it_is_decided(reviewer: User, uploader: User) -> None:
    photo = _waiting(uploader, label=label("dog"))
    assert queue.claim(reviewer, Ordering.MARGIN, 1) == []
    _suggest(photo)
    assert queue.progress(Ordering.MARGIN).remaining == Counted(1)
    assert queue.claim(reviewer, Ordering.MARGIN, 1) == [photo.id]
    labelling.decide(photo.id, label("car"), reviewer, Via.QUEUE)
    assert queue.progress(Ordering.MARGIN).remaining == Counted(0)
    assert queue.claim(reviewer, Ordering.MARGIN, 1) == []


def test_withdrawn_it_has_its_former_place(reviewer: User, uploader: User) -> None:
    first, second = _waiting(uploader, 0.1), _waiting(uploader, 0.9)
    made = _suggest(second)
    suggestions.withdraw(second.id, made.id, uploader)
    assert queue.claim(reviewer, Ordering.MARGIN, 2) == [first.id, second.id]


def test_none_is_handed_out_or_counted_twice(reviewer: User, uploader: User) -> None:
    photos = [_waiting(uploader, margin) for margin in (0.1, 0.2)]
    _suggest(photos[1])
    assert queue.claim(reviewer, Ordering.MARGIN, 10) == [photos[1].id, photos[0].id]
    assert queue.progress(Ordering.MARGIN).remaining == Counted(2)


def test_filters_hold_for_them_too(reviewer: User, uploader: User) -> None:
    dog, car = _waiting(uploader, said="dog"), _waiting(uploader, said="car")
    _suggest(dog, "car")
    _suggest(car, "dog")
    vehicles, cars = Filters(kind="vehicle"), Filters(label_id=label("car").id)
    assert queue.claim(reviewer, Ordering.NEWEST, 10, filters=vehicles) == [car.id]
    assert queue.claim(reviewer, Ordering.MARGIN, 10, filters=cars) == [car.id]
    assert queue.progress(Ordering.MARGIN, cars).remaining == Counted(1)


def test_what_another_reviewer_has_in_view_is_not_handed_out(
    reviewer: User, trainer: User, uploader: User
) -> None:
    photo = _waiting(uploader)
    _suggest(photo)
    leases.take(trainer, [photo.id])
    assert queue.claim(reviewer, Ordering.MARGIN, 10) == []


def test_who_may_not_see_all_gets_their_own(uploader: User, other_uploader: User) -> None:
    uploader.user_permissions.add(Permission.objects.get(codename="review"))
    own, theirs = _waiting(uploader), _waiting(other_uploader)
    for photo in (theirs, own):
        _suggest(photo)
    assert queue.claim(User.objects.get(id=uploader.id), Ordering.MARGIN, 10) == [own.id]


def test_a_near_duplicate_is_not_put_off(reviewer: User, uploader: User) -> None:
    photo, other = _waiting(uploader, 0.5), _waiting(uploader, 0.1)
    Photo.objects.update(group=photo.id)
    _suggest(photo)
    labelling.decide(other.id, label("dog"), reviewer, Via.QUEUE)
    third = _waiting(uploader, 0.1)
    assert queue.claim(reviewer, Ordering.MARGIN, 2) == [photo.id, third.id]


def test_its_card_says_what_the_owner_says(reviewer: User, uploader: User) -> None:
    photo = _waiting(uploader)
    another, wrong = _suggest(photo, "taxi", "another"), _suggest(photo)
    [card] = cards(reviewer, [photo.id])
    assert card.suggestions == [wrong, another]


def test_they_are_found_along_an_index(reviewer: User, uploader: User) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the plans of SQLite")
    plan = queue._suggested().values_list("photo_id")[:10].explain()
    assert "review_suggested" in plan
    assert "TEMP B-TREE" not in plan
