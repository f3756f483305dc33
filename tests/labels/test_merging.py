"""Two labels become one, and nothing that people said is lost."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from recognition.core.counting import Counted
from recognition.labels import labelling, merging, tree
from recognition.labels.merging import consequences, merge
from recognition.models import Decision, Label, Photo, Prediction, State, Suspect, Via
from tests.support.rows import add_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


@pytest.fixture
def hound() -> Label:
    return tree.add("hound", "Hound", "猎犬", "animal")


def test_photos_get_the_other_label_and_a_decision_each(
    hound: Label, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "CHUNK", 2)
    photos = [add_photo(reviewer, label=hound) for _ in range(5)]
    assert merge(hound, label("dog"), reviewer) == 5
    assert {photo.label.slug for photo in Photo.objects.select_related("label")} == {"dog"}
    decisions = Decision.objects.filter(via=Via.MERGE)
    assert {decision.photo_id for decision in decisions} == {photo.id for photo in photos}
    assert {(made.from_label, made.to_label, made.by) for made in decisions} == {
        (hound, label("dog"), reviewer)
    }


def test_the_label_that_is_gone_leads_to_the_other_one(hound: Label, reviewer: User) -> None:
    merge(hound, label("dog"), reviewer)
    hound.refresh_from_db()
    assert (hound.merged_into, hound.active) == (label("dog"), False)
    assert tree.LabelTree()["hound"] == label("dog")


def test_labels_below_it_move_along(reviewer: User) -> None:
    van = tree.add("van", "Van", "面包车", "vehicle")
    merge(label("car"), van, reviewer)
    assert label("taxi").parent == van


def test_predictions_are_found_under_the_other_label(hound: Label, reviewer: User) -> None:
    photo = add_photo(reviewer, prediction__state=State.DONE, prediction__label=hound)
    merge(hound, label("dog"), reviewer)
    assert Prediction.objects.get(photo=photo).label == label("dog")


def test_what_agrees_now_is_no_disagreement_any_more(hound: Label, reviewer: User) -> None:
    photo = settled_photo(reviewer)  # a dog
    labelling.label_repeated_uploads({photo.id: hound}, reviewer)
    assert Prediction.objects.get().disagreement is not None
    merge(hound, label("dog"), reviewer)
    assert Prediction.objects.get().disagreement is None


def test_suspects_of_the_label_go(hound: Label, reviewer: User) -> None:
    photo = add_photo(reviewer, label=hound)
    Suspect.objects.create(photo=photo, label=hound, suggested=label("dog"), score=1)
    merge(hound, label("dog"), reviewer)
    assert not Suspect.objects.exists()


def test_a_second_time_it_moves_only_what_came_in_between(hound: Label, reviewer: User) -> None:
    add_photo(reviewer, label=hound)
    merge(hound, label("dog"), reviewer)
    assert merge(label("hound"), label("dog"), reviewer) == 0
    Photo.objects.update(label=hound)
    assert merge(label("hound"), label("dog"), reviewer) == 1


def test_a_merged_label_can_be_merged_on(hound: Label, reviewer: User) -> None:
    beagle = tree.add("beagle", "Beagle", "比格犬", "animal")
    merge(beagle, hound, reviewer)
    merge(label("hound"), label("dog"), reviewer)
    assert tree.LabelTree()["beagle"] == label("dog")


def test_a_decision_for_a_label_that_was_merged_meanwhile(hound: Label, reviewer: User) -> None:
    photo = add_photo(reviewer)
    merge(hound, label("dog"), reviewer)
    labelling.decide(photo.id, hound, reviewer, Via.QUEUE)  # with the label as their page knew it
    hound.refresh_from_db()
    labelling.decide(photo.id, hound, reviewer, Via.QUEUE)
    assert Photo.objects.get().label == label("dog")


def test_an_undone_decision_never_brings_a_merged_label_back(hound: Label, reviewer: User) -> None:
    photo = add_photo(reviewer)
    labelling.decide(photo.id, hound, reviewer, Via.QUEUE)
    later = labelling.decide(photo.id, label("car"), reviewer, Via.QUEUE)
    merge(hound, label("dog"), reviewer)
    labelling.undo(later, reviewer)
    assert Photo.objects.get().label == label("dog")


@pytest.mark.parametrize(
    ("source", "target"),
    [("dog", "dog"), ("car", "taxi"), ("car", "dog"), ("neither", "dog"), ("dog", "retired")],
)
def test_what_cannot_be_merged(source: str, target: str, reviewer: User) -> None:
    tree.set_active(tree.add("retired", "Retired", "停用", "animal"), False)
    with pytest.raises(ValidationError):
        merge(label(source), label(target), reviewer)
    assert not Label.objects.filter(merged_into__isnull=False).exists()
    assert label(target) not in merging.targets(label(source))


def test_a_label_of_another_kind_takes_its_photos_along(reviewer: User) -> None:
    tram = tree.add("tram", "Tram", "电车", "other")
    add_photo(reviewer, label=tram, prediction__state=State.DONE, prediction__label=tram)
    merge(tram, label("car"), reviewer)
    assert Photo.objects.get().label == label("car")
    assert Prediction.objects.get().kind == "vehicle"


def test_the_consequences_are_known_before(reviewer: User) -> None:
    add_photo(reviewer, label=label("car"), prediction__label=label("car"))
    add_photo(reviewer, label=label("taxi"))
    van = tree.add("van", "Van", "面包车", "vehicle")
    found = consequences(label("car"), van)
    assert (found.photos, found.predictions) == (Counted(1), Counted(1))
    assert [version.number for version in found.versions] == [1]
    assert found.children == [label("taxi")]
