"""To confirm or correct is the only way a label comes to be, and nothing of it is lost."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User

from recognition.labels import labelling
from recognition.labels.labelling import ChangedMeanwhile, Seen
from recognition.models import BulkDecision, Decision, Label, Photo, Review, ReviewLease, Via
from tests.support.rows import add_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def photo(uploader: User) -> Photo:
    """A photo that the network calls a dog."""
    return settled_photo(uploader)


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def decide(photo: Photo, slug: str, by: User, **options: object) -> Decision:
    return labelling.decide(photo.id, label(slug), by, Via.QUEUE, **options)


def stored(photo: Photo) -> Photo:
    return Photo.objects.select_related("label", "prediction").get(id=photo.id)


def test_a_label_is_set_with_who_said_so_and_when(photo: Photo, reviewer: User) -> None:
    decide(photo, "dog", reviewer)
    assert (stored(photo).label.slug, stored(photo).labelled_by) == ("dog", reviewer)
    assert stored(photo).labelled_at


def test_every_decision_is_kept_with_what_the_network_had_said(
    photo: Photo, uploader: User, reviewer: User
) -> None:
    decide(photo, "dog", uploader)
    decide(photo, "car", reviewer)
    latest, first = photo.decisions.all()
    assert (first.by, first.from_label, first.to_label.slug) == (uploader, None, "dog")
    assert (latest.by, latest.from_label.slug, latest.to_label.slug) == (reviewer, "dog", "car")
    assert (latest.predicted.slug, latest.confidence) == ("dog", 0.9)
    assert stored(photo).label.slug == "car"


def test_a_new_prediction_waits_for_review(photo: Photo) -> None:
    assert stored(photo).prediction.review == Review.WAITING
    assert stored(photo).prediction.margin == pytest.approx(0.85)


def test_a_decided_photo_waits_no_more(photo: Photo, reviewer: User) -> None:
    ReviewLease.objects.create(photo=photo, reviewer=reviewer, expires=photo.created)
    decide(photo, "dog", reviewer)
    assert stored(photo).prediction.review is None
    assert not ReviewLease.objects.exists()


def test_the_same_decision_sent_twice_counts_once(photo: Photo, reviewer: User) -> None:
    decision_id = uuid.uuid4()
    for _ in range(2):
        decide(photo, "dog", reviewer, decision_id=decision_id)
    assert [decision.id for decision in Decision.objects.all()] == [decision_id]


@pytest.mark.parametrize("box", [None, (0.1, 0.2, 0.5, 0.6)])
def test_who_was_not_answered_and_asks_again_decides_once(
    photo: Photo, reviewer: User, box: object
) -> None:
    first, again = (decide(photo, "dog", reviewer, box=box) for _ in range(2))
    assert first == again
    assert Decision.objects.get() == first


def test_who_says_so_again_after_somebody_else_decides_again(
    photo: Photo, uploader: User, reviewer: User
) -> None:
    first = decide(photo, "dog", reviewer)
    decide(photo, "car", uploader)
    assert decide(photo, "dog", reviewer) != first
    assert stored(photo).label.slug == "dog"


def test_a_decision_never_overwrites_one_that_was_not_seen(
    photo: Photo, uploader: User, reviewer: User
) -> None:
    theirs = decide(photo, "dog", uploader)
    with pytest.raises(ChangedMeanwhile) as caught:
        decide(photo, "car", reviewer, seen=Seen(None))
    assert caught.value.decision == theirs
    assert stored(photo).label.slug == "dog"
    decide(photo, "car", reviewer, seen=Seen(theirs.id))
    assert stored(photo).label.slug == "car"


def test_a_photo_that_is_gone_cannot_be_labelled(reviewer: User) -> None:
    with pytest.raises(Photo.DoesNotExist):
        labelling.decide(uuid.uuid4(), label("dog"), reviewer, Via.QUEUE)


def test_undo_puts_the_photo_back_into_the_queue(photo: Photo, reviewer: User) -> None:
    labelling.undo(decide(photo, "car", reviewer), reviewer)
    assert stored(photo).label is None
    assert stored(photo).labelled_by is None
    assert stored(photo).prediction.review == Review.WAITING


def test_undo_goes_back_any_number_of_steps(photo: Photo, uploader: User, reviewer: User) -> None:
    other = settled_photo(uploader)
    decide(photo, "car", reviewer)
    decide(photo, "taxi", reviewer)
    decide(other, "dog", reviewer)
    found = []
    while last := labelling.last_to_undo(reviewer):
        labelling.undo(last, reviewer)
        found.append((stored(photo).label, stored(other).label))
    assert found == [(label("taxi"), None), (label("car"), None), (None, None)]


def test_undo_twice_goes_back_one_step(photo: Photo, reviewer: User) -> None:
    decide(photo, "car", reviewer)
    last = decide(photo, "taxi", reviewer)
    assert labelling.undo(last, reviewer) == labelling.undo(last, reviewer)
    assert stored(photo).label.slug == "car"


def test_undo_leaves_what_somebody_else_decided_since(
    photo: Photo, uploader: User, reviewer: User
) -> None:
    mine = decide(photo, "car", reviewer)
    decide(photo, "dog", uploader)
    with pytest.raises(ChangedMeanwhile):
        labelling.undo(mine, reviewer)
    assert stored(photo).label.slug == "dog"


def test_many_are_decided_and_undone_as_one(uploader: User, reviewer: User) -> None:
    photos = [settled_photo(uploader) for _ in range(3)]
    choices = {photo.id: label("dog") for photo in photos}
    bulk = labelling.decide_many(choices, reviewer, Via.GRID)
    assert (bulk.photos, Photo.objects.filter(label__slug="dog").count()) == (3, 3)
    decide(photos[0], "car", reviewer)
    assert labelling.undo_bulk(bulk, reviewer) == (2, 1)
    assert [stored(photo).label for photo in photos] == [label("car"), None, None]
    assert labelling.undo_bulk(bulk, reviewer) == (0, 0)


def test_of_many_those_that_are_gone_are_left_out(photo: Photo, reviewer: User) -> None:
    labelling.decide_many({photo.id: label("dog"), uuid.uuid4(): label("dog")}, reviewer, Via.GRID)
    assert BulkDecision.objects.get().photos == 1


def test_a_label_from_an_upload_is_compared_with_the_prediction(uploader: User) -> None:
    photo = settled_photo(uploader, label=label("car"))
    assert stored(photo).prediction.review is None
    assert stored(photo).prediction.disagreement == pytest.approx(0.9)


def test_a_finer_label_is_no_disagreement(uploader: User) -> None:
    Label.objects.create(slug="puppy", kind="animal", parent=label("dog"))
    photo = settled_photo(uploader, label=label("puppy"))
    assert stored(photo).prediction.disagreement is None


def test_who_looked_settles_the_disagreement(uploader: User, reviewer: User) -> None:
    photo = settled_photo(uploader, label=label("car"))
    decision = decide(photo, "car", reviewer)
    assert stored(photo).prediction.disagreement is None
    labelling.undo(decision, reviewer)
    assert stored(photo).prediction.disagreement == pytest.approx(0.9)


def test_a_label_before_the_prediction_is_one_like_any_other(
    uploader: User, reviewer: User
) -> None:
    photo = add_photo(uploader)
    decision = decide(photo, "car", reviewer)
    assert (decision.predicted, decision.confidence) == (None, None)
    assert stored(photo).prediction.review is None


def test_what_the_network_calls_by_a_merged_name_gets_the_label_it_was_merged_into(
    uploader: User,
) -> None:
    Label.objects.filter(slug="dog").update(merged_into=label("car"))
    assert stored(settled_photo(uploader)).prediction.label.slug == "car"
