"""The tree of labels."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection

from recognition.core.counting import Counted
from recognition.labels import tree
from recognition.labels.merging import merge
from recognition.labels.tree import LabelTree
from recognition.models import Label, ModelVersion, Prediction, Report
from tests.support.rows import add_photo, predicted_photo

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def test_a_label_below_is_right_under_the_one_above_it() -> None:
    known, car, taxi = LabelTree(), label("car"), label("taxi")
    assert known.is_right(car.id, taxi.id)
    assert not known.is_right(taxi.id, car.id)
    assert not known.is_right(None, None)


def test_a_retired_label_was_right_where_its_parent_is() -> None:
    tree.set_active(label("taxi"), False)
    car, taxi, dog = (label(slug).id for slug in ("car", "taxi", "dog"))
    known = LabelTree()
    assert known.is_right(taxi, car)
    assert known.is_right(taxi, taxi)
    assert not known.is_right(taxi, dog)


def test_a_retired_label_still_stands_above_those_below_it() -> None:
    suv = tree.add("suv", "SUV", "越野车", parent=label("taxi"))
    tree.set_active(label("taxi"), False)
    assert LabelTree().below(label("taxi")) == [suv]
    assert LabelTree().in_use(suv) == suv


def test_merged_labels_of_a_stored_top_five_count_as_one() -> None:
    Label.objects.filter(slug="taxi").update(merged_into=label("car"), active=False)
    shares = {"dog": 0.4, "car": 0.3, "taxi": 0.2}
    top = [{"label": slug, "confidence": share} for slug, share in shares.items()]
    assert LabelTree().said(top) == [(label("car"), 0.5), (label("dog"), 0.4)]


def test_a_lineage_leads_from_the_top_down() -> None:
    assert LabelTree().lineage(label("taxi")) == [label("car"), label("taxi")]
    assert LabelTree().below(label("car")) == [label("taxi")]


@pytest.fixture
def circle(version: ModelVersion) -> None:
    """What only a fault could leave behind: car and taxi stand below each other."""
    Label.objects.filter(slug="car").update(parent=label("taxi"))


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("circle")
def test_in_a_circle_each_label_stands_below_the_other_one() -> None:
    known, car, taxi = LabelTree(), label("car"), label("taxi")
    assert known.lineage(taxi) == [car, taxi]
    assert known.below(taxi) == [car]
    assert not known.is_right(label("dog").id, taxi.id)
    assert len(known.in_order()) == Label.objects.count()


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("circle")
def test_a_label_in_a_circle_can_be_put_somewhere_else() -> None:
    car = label("car")
    with pytest.raises(ValidationError):
        car.full_clean()
    car.parent = tree.add("van", "Van", "面包车", "vehicle")
    car.full_clean()


@pytest.mark.timeout(60)
def test_labels_that_were_merged_in_a_circle_are_still_labels() -> None:
    Label.objects.filter(slug="car").update(merged_into=label("taxi"))
    Label.objects.filter(slug="taxi").update(merged_into=label("car"))
    assert LabelTree()["car"] in (label("car"), label("taxi"))


def test_the_tree_for_reading_is_made_anew_when_a_label_has_changed() -> None:
    before = LabelTree.for_reading()
    assert LabelTree.for_reading() is before
    Label.objects.filter(slug="dog").update(active=False)
    after = LabelTree.for_reading()
    assert after.in_use_by_slug.get("dog") != before.in_use_by_slug.get("dog") == "dog"


def test_a_label_that_is_newer_than_the_tree_is_itself() -> None:
    known = LabelTree()
    van = tree.add("van", "Van", "面包车", parent=label("car"))
    assert known.current(van) == van
    assert known.lineage(van) == [van]
    assert known.is_right(van.id, van.id)
    assert not known.is_right(label("dog").id, van.id)


def test_a_new_label_is_of_its_parents_kind() -> None:
    suv = tree.add("suv", "SUV", "越野车", parent=label("car"))
    assert (suv.kind, suv.parent) == ("vehicle", label("car"))


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": "dog"},
        {"slug": "no slug"},
        {"kind": "mineral"},
        {"kind": ""},
        {"kind": "animal", "parent": "car"},
    ],
)
def test_a_label_that_is_wrong_is_not_added(fields: dict[str, str]) -> None:
    given = {"slug": "suv", "name_en": "SUV", "name_zh": "越野车", "kind": "vehicle", **fields}
    parent = label(given.pop("parent")) if "parent" in given else None
    with pytest.raises(ValidationError):
        tree.add(**given, parent=parent)


def test_photos_are_counted_up_to_a_limit(uploader: User) -> None:
    for _ in range(3):
        add_photo(uploader, label=label("dog"))
    assert tree.count_photos(label("dog")) == Counted(3)
    assert tree.count_photos(label("dog"), 2) == Counted(2, is_exact=False, is_minimum=True)
    assert tree.count_photos(label("car")) == Counted(0)


def test_few_photos_are_counted_for_a_list_whatever_the_analyst_counted(uploader: User) -> None:
    add_photo(uploader, label=label("dog"))
    Report.objects.create(name="figures", data={"labels": {"dog": 1_000_000}})
    counts = tree.count_photos_of_each(LabelTree())
    assert (counts[label("dog").id], counts[label("car").id]) == (Counted(1), Counted(0))


def test_for_a_list_of_many_the_analysts_figures_count(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "FEW_PHOTOS", 0)
    add_photo(uploader, label=label("dog"))
    assert tree.count_photos_of_each(LabelTree())[label("dog").id] == Counted(1)
    Report.objects.create(name="figures", data={"labels": {"dog": 1_000_000}})
    counts = tree.count_photos_of_each(LabelTree())
    assert counts[label("dog").id] == Counted(1_000_000, is_exact=False)
    assert counts[label("car").id] == Counted(0, is_exact=False)


def test_labelled_photos_are_found_along_an_index(uploader: User) -> None:
    add_photo(uploader)
    photo = add_photo(uploader, label=label("dog"))
    found = tree.labelled_photos()
    assert list(found) == [photo]
    if connection.vendor == "sqlite":  # PostgreSQL goes by how many there are
        assert "photo_newest_of_label" in found.order_by("-created", "-id").explain()


# Groups


def test_what_stands_above_is_listed_without_what_is_retired() -> None:
    assert LabelTree().upwards["taxi"] == ("taxi", "car")
    tree.set_active(label("car"), False)
    upwards = LabelTree().upwards
    assert (upwards["dog"], upwards["taxi"]) == (("dog",), ("taxi",))
    assert "car" not in upwards


def test_an_answer_is_broad_if_it_stands_above_the_best_label(uploader: User) -> None:
    top = [{"label": "taxi", "confidence": 0.35}, {"label": "car", "confidence": 0.3}]
    prediction = predicted_photo(uploader, "car", 0.65).prediction
    prediction.top = top
    assert LabelTree().narrower(prediction) == label("taxi")
    prediction.top = top[::-1]
    assert LabelTree().narrower(prediction) is None
    prediction.top = []
    assert LabelTree().narrower(prediction) is None


def test_the_answer_of_a_merged_label_is_not_broad(uploader: User, reviewer: User) -> None:
    photo = predicted_photo(uploader, "taxi", 0.9)
    Prediction.objects.update(top=[{"label": "taxi", "confidence": 0.9}])
    merge(label("taxi"), label("car"), reviewer)
    prediction = Prediction.objects.get(photo=photo)
    assert prediction.label == label("car")
    assert LabelTree().narrower(prediction) is None


# Names


NEW = {"slug": "suv", "name_en": "SUV", "name_zh": "越野车", "kind": "vehicle"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name_en": "Dog"}, {"name_en"}),
        ({"name_en": "dOG", "name_zh": " d\u200bog"}, {"name_en", "name_zh"}),
        ({"name_en": "狗"}, {"name_en"}),
        ({"name_zh": "狗"}, {"name_zh"}),
        ({"slug": "DOG"}, {"slug"}),
        ({"slug": "Dog", "name_en": "Dog"}, {"slug", "name_en"}),
        ({"name_en": "\u3164"}, {"name_en"}),
        ({"name_zh": "\u200b\ufe0f"}, {"name_zh"}),
    ],
)
def test_what_another_label_is_called_is_refused(fields: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        tree.add(**{**NEW, **fields})
    assert set(refused.value.message_dict) == wrong


def test_both_names_of_a_label_may_be_the_same() -> None:
    assert tree.add("", "越野车", "越野车", "vehicle").slug == "label-5d054f"


def test_a_decomposed_name_is_the_same_name() -> None:
    tree.add("", "Käfer", "甲虫", "animal")
    with pytest.raises(ValidationError):
        tree.add("", "KA\u0308FER", "虫", "animal")


def test_a_retired_label_keeps_its_name_and_a_merged_one_does_not() -> None:
    tree.set_active(label("taxi"), False)
    with pytest.raises(ValidationError, match="Bring that one back"):
        tree.add("", "Taxi", "的士", "vehicle")
    Label.objects.filter(slug="taxi").update(merged_into=label("car"))
    assert tree.add("", "Taxi", "的士", "vehicle").slug.startswith("taxi-")


def test_labels_that_were_called_alike_before_can_be_changed() -> None:
    cab = Label.objects.create(slug="cab", name_en="Taxi", name_zh="的士", kind="vehicle")
    cab.parent = label("car")
    cab.full_clean()
    cab.name_zh = "出租车"
    with pytest.raises(ValidationError):
        cab.full_clean()
