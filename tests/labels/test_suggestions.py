"""What the owner says of the answer is kept, and settled by the next decision about the photo."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User

from recognition.labels import agreeing, annotating, labelling, merging, suggestions, tree
from recognition.labels.boxes import InvalidBox
from recognition.labels.suggestions import CannotSuggest
from recognition.models import (
    Annotation,
    BulkDecision,
    Decision,
    Label,
    Photo,
    Subject,
    Suggestion,
    Via,
)
from recognition.versions.registry import register
from tests.support.rows import add_photo, manifest, settled_photo

pytestmark = pytest.mark.usefixtures("version")

LEFT_HALF = [0.0, 0.0, 0.5, 1.0]


@pytest.fixture
def photo(uploader: User) -> Photo:
    """A photo that the network calls a dog."""
    return settled_photo(uploader)


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def suggest(photo: Photo, slug: str, kind: str = "wrong", box: object = None) -> Suggestion:
    return suggestions.suggest(photo.id, photo.owner, kind, label(slug), box)


def decide(photo: Photo, slug: str, by: User, via: Via = Via.QUEUE) -> Decision:
    return labelling.decide(photo.id, label(slug), by, via)


def stored(photo: Photo) -> Photo:
    return Photo.objects.select_related("prediction", "label").get(id=photo.id)


def outcome(suggestion: Suggestion) -> str:
    return Suggestion.objects.get(id=suggestion.id).outcome


def test_a_suggestion_is_no_label(photo: Photo) -> None:
    made = suggest(photo, "car")
    assert (made.kind, made.label.slug, made.outcome) == ("wrong", "car", "open")
    assert stored(photo).label is None
    assert not photo.decisions.exists()
    assert stored(photo).prediction.suggested == made.created


def test_the_same_again_changes_nothing(photo: Photo) -> None:
    assert suggest(photo, "car", box=LEFT_HALF) == suggest(photo, "car", box=LEFT_HALF)
    assert Suggestion.objects.count() == 1


def test_another_of_its_kind_replaces_it(photo: Photo) -> None:
    suggest(photo, "car")
    second, other = suggest(photo, "taxi"), suggest(photo, "car", "another")
    assert set(Suggestion.objects.all()) == {second, other}


def test_only_the_owner_suggests(photo: Photo, reviewer: User) -> None:
    with pytest.raises(Photo.DoesNotExist):
        suggestions.suggest(photo.id, reviewer, "wrong", label("car"))


def test_nothing_is_said_of_a_photo_without_an_answer(uploader: User) -> None:
    waiting = add_photo(uploader)
    with pytest.raises(CannotSuggest) as refused:
        suggest(waiting, "car")
    assert refused.value.code == "not_answered"


def test_a_retired_label_is_not_suggested(photo: Photo) -> None:
    tree.set_active(label("car"), False)
    with pytest.raises(CannotSuggest) as refused:
        suggest(photo, "car")
    assert refused.value.code == "not_in_use"


def test_the_answer_itself_is_not_called_wrong_and_right_at_once(
    photo: Photo, reviewer: User
) -> None:
    with pytest.raises(CannotSuggest) as refused:
        suggest(photo, "dog")
    assert refused.value.code == "is_the_answer"
    decide(photo, "car", reviewer)
    assert suggest(photo, "dog").label.slug == "dog"


def test_a_box_must_be_one(photo: Photo) -> None:
    with pytest.raises(InvalidBox):
        suggest(photo, "car", "another", [0.5, 0, 0.2, 1])


@pytest.mark.parametrize(
    ("decided", "expected"), [("car", "confirmed"), ("taxi", "confirmed"), ("dog", "declined")]
)
def test_the_next_decision_settles_it(
    photo: Photo, reviewer: User, decided: str, expected: str
) -> None:
    """A label below the suggested one says the same, more exactly."""
    made = suggest(photo, "car")
    decision = decide(photo, decided, reviewer)
    made.refresh_from_db()
    assert (made.outcome, made.decided, made.decided_by) == (expected, decision.at, reviewer)
    assert stored(photo).prediction.suggested is None


@pytest.mark.parametrize("via", [Via.PAGE, Via.API, Via.SUSPECTS, Via.LISTS])
def test_wherever_the_decision_is_made(photo: Photo, reviewer: User, via: Via) -> None:
    made = suggest(photo, "car")
    decide(photo, "car", reviewer, via)
    assert outcome(made) == "confirmed"


def test_decisions_about_many_settle_theirs(uploader: User, reviewer: User) -> None:
    photos = [settled_photo(uploader) for _ in range(3)]
    made = [suggest(photo, "car") for photo in photos[:2]]
    choices = {photo.id: label("dog") for photo in photos} | {photos[0].id: label("car")}
    bulk = labelling.decide_many(choices, reviewer, Via.GRID)
    assert [outcome(one) for one in made] == ["confirmed", "declined"]
    labelling.undo_bulk(BulkDecision.objects.get(id=bulk.id), reviewer)
    assert [outcome(one) for one in made] == ["open", "open"]


def test_undo_lets_it_wait_again(photo: Photo, reviewer: User) -> None:
    made = suggest(photo, "car")
    labelling.undo(decide(photo, "dog", reviewer), reviewer)
    made.refresh_from_db()
    assert (made.outcome, made.decided, made.decided_by) == ("open", None, None)
    assert stored(photo).prediction.suggested == made.created


def test_undo_leaves_what_earlier_decisions_settled(photo: Photo, reviewer: User) -> None:
    made = suggest(photo, "car")
    decide(photo, "dog", reviewer)
    labelling.undo(decide(photo, "taxi", reviewer), reviewer)
    assert outcome(made) == "declined"


def test_what_the_owner_says_since_counts_more_than_what_an_undo_would_bring_back(
    photo: Photo, reviewer: User
) -> None:
    first = suggest(photo, "car")
    decision = decide(photo, "dog", reviewer)
    second = suggest(photo, "taxi")
    labelling.undo(decision, reviewer)
    assert (outcome(first), outcome(second)) == ("declined", "open")
    assert stored(photo).prediction.suggested == second.created


def test_another_one_is_not_confirmed_by_who_confirms_the_first(
    photo: Photo, reviewer: User
) -> None:
    made = suggest(photo, "dog", "another")
    decide(photo, "dog", reviewer)
    assert outcome(made) == "declined"


def test_another_one_is_confirmed_by_the_label_or_a_part_that_carries_it(
    uploader: User, reviewer: User
) -> None:
    photos = [settled_photo(uploader) for _ in range(2)]
    made = [suggest(photo, "car", "another") for photo in photos]
    decide(photos[0], "car", reviewer)
    Annotation.objects.create(photo=photos[1], label=label("taxi"), box=LEFT_HALF, by=reviewer)
    decide(photos[1], "dog", reviewer)
    assert [outcome(one) for one in made] == ["confirmed", "confirmed"]


def test_a_part_that_gets_the_label_confirms_another_one_at_once(
    photo: Photo, reviewer: User
) -> None:
    wrong, another = suggest(photo, "car"), suggest(photo, "car", "another")
    annotating.annotate(photo.id, LEFT_HALF, label("neither"), reviewer)
    assert outcome(another) == "open"
    annotating.annotate(photo.id, LEFT_HALF, label("taxi"), reviewer)
    another.refresh_from_db()
    assert (another.outcome, another.decided_by) == ("confirmed", reviewer)
    assert stored(photo).prediction.suggested == wrong.created


def test_a_reviewer_agrees_with_another_one_beside_the_decision(
    photo: Photo, reviewer: User
) -> None:
    made = suggest(photo, "car", "another")
    decision = decide(photo, "dog", reviewer)
    for _ in range(2):
        agreeing.agree(made.id, decision, reviewer)
    assert outcome(made) == "confirmed"
    assert not Annotation.objects.exists()  # nobody said where it is


def test_what_has_a_box_becomes_a_label_of_that_part(photo: Photo, reviewer: User) -> None:
    made = suggest(photo, "car", "another", LEFT_HALF)
    decision = decide(photo, "dog", reviewer)
    for _ in range(2):
        agreeing.agree(made.id, decision, reviewer)
    part = photo.annotations.get()
    drawn = {"box": LEFT_HALF, "label": part.label, "kind": "vehicle", "confidence": 0.9}
    Subject.objects.create(prediction=photo.prediction, rank=1, **drawn)  # a predictor has looked
    assert (part.label.slug, part.box, part.by) == ("car", LEFT_HALF, reviewer)
    labelling.undo(decision, reviewer)
    agreeing.agree(made.id, decision, reviewer)  # sent again, too late
    assert not Annotation.objects.exists()
    assert not Subject.objects.exists()
    assert outcome(made) == "open"


def test_nobody_agrees_with_the_suggestion_of_another_photo(
    photo: Photo, uploader: User, reviewer: User
) -> None:
    made = suggest(settled_photo(uploader), "car", "another")
    agreeing.agree(made.id, decide(photo, "dog", reviewer), reviewer)
    agreeing.agree(uuid.uuid4(), decide(photo, "dog", reviewer), reviewer)
    assert outcome(made) == "open"


def test_withdrawn_it_is_gone(photo: Photo) -> None:
    wrong, another = suggest(photo, "car"), suggest(photo, "car", "another")
    suggestions.withdraw(photo.id, wrong.id, photo.owner)
    assert stored(photo).prediction.suggested == another.created
    suggestions.withdraw(photo.id, another.id, photo.owner)
    assert stored(photo).prediction.suggested is None
    assert not Suggestion.objects.exists()


def test_what_is_decided_is_not_withdrawn(photo: Photo, reviewer: User) -> None:
    made = suggest(photo, "car")
    decide(photo, "dog", reviewer)
    with pytest.raises(CannotSuggest) as refused:
        suggestions.withdraw(photo.id, made.id, photo.owner)
    assert refused.value.code == "settled"
    assert outcome(made) == "declined"


def test_only_ones_own_is_withdrawn(photo: Photo, reviewer: User) -> None:
    made = suggest(photo, "car")
    with pytest.raises(Photo.DoesNotExist):
        suggestions.withdraw(photo.id, made.id, reviewer)


def test_a_merge_carries_it_over(photo: Photo, reviewer: User) -> None:
    lorry = tree.add("lorry", "Lorry", "货车", "vehicle")
    made = suggest(photo, "lorry")
    merging.merge(lorry, label("car"), reviewer)
    assert suggest(photo, "car") == made
    decide(photo, "taxi", reviewer)
    assert outcome(made) == "confirmed"


def test_a_label_that_was_merged_meanwhile_is_the_other_one(photo: Photo, reviewer: User) -> None:
    lorry = tree.add("lorry", "Lorry", "货车", "vehicle")
    merging.merge(lorry, label("car"), reviewer)
    assert suggestions.suggest(photo.id, photo.owner, "wrong", lorry).label == label("car")


def test_a_photo_that_is_deleted_takes_it_along(photo: Photo) -> None:
    suggest(photo, "car")
    photo.delete()
    assert not Suggestion.objects.exists()


def test_decisions_cost_one_query_more_where_nothing_waits(
    photo: Photo, reviewer: User, django_assert_num_queries: object
) -> None:
    decision = decide(photo, "dog", reviewer)
    labels = tree.LabelTree()
    with django_assert_num_queries(1):
        suggestions.settle([decision], labels)


def test_other_versions_know_nothing_of_it(photo: Photo) -> None:
    register(2, manifest(name="Other"))
    suggest(photo, "car")
    assert photo.predictions.filter(suggested__isnull=False).count() == 1
