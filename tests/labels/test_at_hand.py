"""The labels that a person keeps at hand."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.labels import at_hand, labelling, merging
from recognition.models import Label, Via
from tests.support.rows import predicted_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def slugs(labels: list[Label]) -> list[str]:
    return [each.slug for each in labels]


def test_what_is_pinned_stays_in_its_order(reviewer: User) -> None:
    for slug in ("taxi", "dog", "taxi"):
        at_hand.pin(reviewer, label(slug), is_pinned=True)
    assert slugs(at_hand.pinned(reviewer)) == ["dog", "taxi"]
    at_hand.pin(reviewer, label("dog"), is_pinned=False)
    assert slugs(at_hand.pinned(reviewer)) == ["taxi"]


def test_everybody_pins_for_themselves(reviewer: User, uploader: User) -> None:
    at_hand.pin(reviewer, label("dog"), is_pinned=True)
    assert at_hand.pinned(uploader) == []


def test_of_too_many_the_oldest_goes(reviewer: User) -> None:
    for number in range(at_hand.MOST_PINNED + 1):
        made = Label.objects.create(slug=f"one-{number}", name_en=f"One {number}", kind="other")
        at_hand.pin(reviewer, made, is_pinned=True)
    assert slugs(at_hand.pinned(reviewer))[0] == "one-1"
    assert len(at_hand.pinned(reviewer)) == at_hand.MOST_PINNED


def test_what_was_retired_is_at_hand_no_more_and_a_merged_label_under_its_new_name(
    reviewer: User,
) -> None:
    for slug in ("taxi", "dog"):
        at_hand.pin(reviewer, label(slug), is_pinned=True)
    Label.objects.filter(slug="dog").update(active=False)
    merging.ask(label("taxi"), label("car"), reviewer)
    assert slugs(at_hand.pinned(reviewer)) == ["car"]


def test_what_was_chosen_instead_of_an_answer_is_recent(reviewer: User, uploader: User) -> None:
    for said, chosen in (("dog", "dog"), ("dog", "car"), ("car", "taxi"), ("dog", "neither")):
        photo = predicted_photo(uploader, said, 0.9)
        labelling.decide(photo.id, label(chosen), reviewer, Via.QUEUE)
    assert slugs(at_hand.recent(reviewer)) == ["taxi", "car"]


def test_what_others_chose_is_not(reviewer: User, uploader: User) -> None:
    labelling.decide(settled_photo(uploader).id, label("car"), reviewer, Via.QUEUE)
    assert at_hand.recent(uploader) == []
