"""One's own pace, and agreement with the network and with others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.labels import labelling
from recognition.labels.labelling import decide
from recognition.models import Blind, Decision, Label, Via
from recognition.review import own_work
from recognition.review.shares import Share
from tests.support.rows import settled_photo

pytestmark = pytest.mark.usefixtures("version")


def test_the_pace_counts_what_stands_by_when_it_was_decided(uploader: User, reviewer: User) -> None:
    dog = Label.objects.get(slug="dog")
    ages = (timedelta(0), timedelta(days=3), timedelta(days=9))
    for age in ages:
        made = decide(settled_photo(uploader).id, dog, reviewer, Via.QUEUE)
        Decision.objects.filter(id=made.id).update(at=timezone.now() - age)
    undone = decide(settled_photo(uploader).id, dog, reviewer, Via.QUEUE)
    labelling.undo(undone, reviewer)
    pace = own_work.pace(reviewer)
    assert (pace.hour.number, pace.week.number) == (1, 2)
    assert own_work.today(reviewer) == pace.today


def test_agreement_is_counted_with_the_network_and_with_others(
    uploader: User, reviewer: User, other_uploader: User
) -> None:
    dog, car, taxi = (Label.objects.get(slug=slug) for slug in ("dog", "car", "taxi"))
    alone, before, after, broader = (
        settled_photo(uploader, prediction__label=dog) for _ in range(4)
    )
    decide(before.id, car, other_uploader, Via.PAGE)
    for photo, label, why in (
        (alone, dog, None),
        (before, dog, None),
        (after, dog, Blind.SAMPLE),
        (broader, car, None),
    ):
        decide(photo.id, label, reviewer, Via.QUEUE, blind=why)
    decide(after.id, dog, other_uploader, Via.QUEUE)
    decide(broader.id, taxi, other_uploader, Via.QUEUE)
    found = own_work.agreement(reviewer)
    assert (found.network, found.blind) == (Share(2, 3), Share(1, 1))
    assert (found.others, found.later) == (Share(2, 3), Share(2, 2))
    assert found.others.is_few


def test_nobody_has_decided_anything_yet(reviewer: User) -> None:
    found = own_work.agreement(reviewer)
    assert set(found.__dict__.values()) == {Share(0, 0)}
    assert found.network.share == 0.0
