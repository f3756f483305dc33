"""What a reviewer sees of a photo."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from recognition.labels import tree
from recognition.labels.tree import set_active
from recognition.models import Label, Photo, Prediction
from recognition.review import cards
from tests.support.rows import add_photo, broad_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def said(photo: Photo, **fields: object) -> Photo:
    Prediction.objects.filter(photo=photo).update(**fields)
    return photo


def similar(photo_id: object, similarity: float) -> dict[str, object]:
    return {"photo": str(photo_id), "label": "dog", "similarity": similarity}


def test_it_shows_what_it_looks_like(uploader: User, reviewer: User) -> None:
    neighbour = settled_photo(uploader, label=label("dog"))
    photo = said(settled_photo(uploader), similar=[similar(neighbour.id, 0.9)])
    [card] = cards.cards(reviewer, [photo.id])
    assert card.similar == [neighbour]


def test_what_hardly_looks_like_it_is_not_shown(uploader: User, reviewer: User) -> None:
    """The nearest of only a few labelled photos may be of quite another kind."""
    neighbour = settled_photo(uploader, label=label("dog"))
    photo = said(settled_photo(uploader), similar=[similar(neighbour.id, 0.3)])
    [card] = cards.cards(reviewer, [photo.id])
    assert card.similar == []


def test_what_is_gone_or_has_lost_its_label_is_not_shown(uploader: User, reviewer: User) -> None:
    unlabelled = settled_photo(uploader)
    found = [similar(uuid4(), 0.9), similar(unlabelled.id, 0.9)]
    photo = said(settled_photo(uploader), similar=found)
    [card] = cards.cards(reviewer, [photo.id])
    assert card.similar == []


def test_labels_that_were_merged_count_as_one(uploader: User, reviewer: User) -> None:
    Label.objects.filter(slug="taxi").update(merged_into=label("car"), active=False)
    top = [{"label": "car", "confidence": 0.5}, {"label": "taxi", "confidence": 0.25}]
    photo = said(settled_photo(uploader), top=top)
    [card] = cards.cards(reviewer, [photo.id])
    assert card.choices == [(label("car"), 0.75)]


def test_retired_labels_are_not_offered(uploader: User, reviewer: User) -> None:
    Label.objects.filter(slug="dog").update(active=False)
    [card] = cards.cards(reviewer, [settled_photo(uploader).id])
    assert "dog" not in [choice.slug for choice, _share in card.choices]


def test_a_retired_label_gives_its_share_to_its_parent(uploader: User, reviewer: User) -> None:
    top = [
        {"label": "taxi", "confidence": 0.5},
        {"label": "dog", "confidence": 0.25},
        {"label": "car", "confidence": 0.125},
    ]
    photo = said(settled_photo(uploader), top=top)
    set_active(label("taxi"), False)
    [card] = cards.cards(reviewer, [photo.id])
    assert card.choices == [(label("car"), 0.625), (label("dog"), 0.25)]
    assert card.confirmed == label("car")


def test_the_others_share_a_retired_label_that_has_no_parent(
    uploader: User, reviewer: User
) -> None:
    top = [{"label": "dog", "confidence": 0.5}, {"label": "car", "confidence": 0.25}]
    photo = said(settled_photo(uploader), top=top)
    set_active(label("dog"), False)
    [card] = cards.cards(reviewer, [photo.id])
    assert card.choices == [(label("car"), 0.5)]


def test_a_retired_label_that_people_set_is_neither_confirmed_nor_overwritten_by_enter(
    uploader: User, reviewer: User
) -> None:
    photo = settled_photo(uploader, label=label("car"))
    set_active(label("car"), False)
    [card] = cards.cards(reviewer, [photo.id])
    assert card.confirmed is None


def test_near_duplicates_are_counted(uploader: User, reviewer: User) -> None:
    photo, *others = [settled_photo(uploader) for _ in range(3)]
    Photo.objects.filter(id__in=[photo.id, *(other.id for other in others)]).update(group=photo.id)
    [card] = cards.cards(reviewer, [photo.id])
    assert card.near_duplicates == 2


def test_a_label_that_people_set_is_what_enter_keeps(uploader: User, reviewer: User) -> None:
    [card] = cards.cards(reviewer, [settled_photo(uploader, label=label("car")).id])
    assert card.confirmed == label("car")


def test_a_photo_that_waits_for_the_network_has_no_choices(uploader: User, reviewer: User) -> None:
    [card] = cards.cards(reviewer, [add_photo(uploader).id])
    assert (card.choices, card.confirmed) == ([], None)


def test_photos_that_are_gone_are_left_out(reviewer: User) -> None:
    assert cards.cards(reviewer, [uuid4()]) == []


def test_a_person_may_choose_the_group_that_was_answered(uploader: User, reviewer: User) -> None:
    photo = broad_photo(uploader)
    [card] = cards.cards(reviewer, [photo.id])
    assert [choice.slug for choice, _share in card.choices] == ["taxi", "car", "dog"]
    vehicle = tree.add("vehicle", "Vehicle", "交通工具", "vehicle")
    Label.objects.filter(slug="car").update(parent=vehicle)
    said(photo, label=vehicle)
    [card] = cards.cards(reviewer, [photo.id])
    assert card.choices[-1] == (vehicle, 0.73)
    assert card.confirmed == label("taxi")
