"""Some photos are reviewed without the network's answer in view."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User

from recognition.labels.labelling import decide
from recognition.models import Blind, Label, Photo, Via
from recognition.people import profiles
from recognition.review import blind
from recognition.review.cards import cards
from recognition.review.shares import Share
from tests.support.rows import settled_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture(autouse=True)
def some_are_sampled(settings: LazySettings) -> None:
    settings.ARK_BLIND_PERCENT = 5


def photo_of(owner: User, is_sampled: bool) -> Photo:
    photo_id = next(id_ for id_ in iter(uuid4, None) if blind.is_sampled(id_) == is_sampled)
    return settled_photo(owner, id=photo_id)


def test_the_sample_is_a_small_share_and_a_pure_function_of_the_photo() -> None:
    photos = [UUID(int=number) for number in range(20_000)]
    drawn = [photo_id for photo_id in photos if blind.is_sampled(photo_id)]
    assert len(drawn) / len(photos) == pytest.approx(0.05, abs=0.01)
    assert drawn == [photo_id for photo_id in photos if blind.is_sampled(photo_id)]


def test_a_card_of_the_sample_says_nothing_of_the_answer(uploader: User, reviewer: User) -> None:
    sampled, other = photo_of(uploader, True), photo_of(uploader, False)
    hidden, shown = cards(reviewer, [sampled.id, other.id])
    assert (hidden.blind, hidden.choices, hidden.confirmed, hidden.parts) == (1, [], None, [])
    assert (shown.blind, bool(shown.choices)) == (None, True)


def test_who_wants_it_sees_no_answers_at_all(uploader: User, reviewer: User) -> None:
    photo = photo_of(uploader, False)
    profiles.set_reviews_blind(reviewer, True)
    assert cards(reviewer, [photo.id])[0].blind == Blind.CHOSEN
    profiles.set_reviews_blind(reviewer, False)
    assert cards(reviewer, [photo.id])[0].blind is None


def test_what_people_have_said_is_judged_with_the_answer(uploader: User, reviewer: User) -> None:
    photo = photo_of(uploader, True)
    decide(photo.id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
    assert cards(reviewer, [photo.id])[0].blind is None


def test_the_sway_is_measured_by_the_sample_alone(uploader: User, reviewer: User) -> None:
    dog, car = Label.objects.get(slug="dog"), Label.objects.get(slug="car")
    said = [(dog, None), (dog, None), (dog, Blind.SAMPLE), (car, Blind.SAMPLE), (car, Blind.CHOSEN)]
    for label, why in said:
        photo = settled_photo(uploader, prediction__label=dog)
        decide(photo.id, label, reviewer, Via.QUEUE, blind=why)
    decide(photo.id, dog, reviewer, Via.QUEUE)  # no first label
    decide(settled_photo(uploader, prediction__label=dog).id, car, reviewer, Via.PAGE)
    sway = blind.sway({"sway": blind.measure()})
    assert (sway.shown, sway.hidden, sway.is_few) == (Share(2, 2), Share(1, 2), True)


def test_the_interval_of_the_sway_holds_the_difference() -> None:
    sway = blind.Sway(Share(950, 1000), Share(80, 100))
    assert sway.difference == pytest.approx(0.15)
    low, high = sway.interval
    assert 0.05 < low < 0.15 < high < 0.25
    assert not sway.is_few
    assert blind.sway({}) is None
