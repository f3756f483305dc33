"""Labels by what folders and people call them."""

from __future__ import annotations

import unicodedata

import pytest

from recognition.labels import finding, tree
from recognition.labels.finding import LabelFinder, NewLabel
from recognition.models import Label
from recognition.models.names import plain

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def offered(*labels: NewLabel) -> dict[str, NewLabel]:
    return {plain(each.slug): each for each in labels}


@pytest.mark.parametrize(
    "name", ["Käfer", "ka\u0308fer", "KÄFER", "甲虫", " beetle-1 ", "BEETLE-1"]
)
def test_a_label_is_found_however_its_name_is_written(name: str) -> None:
    beetle = tree.add("beetle-1", "Käfer", "甲虫", "animal")
    assert LabelFinder({})(name) == beetle


def test_a_name_counts_more_than_a_slug_of_another_label() -> None:
    cub = tree.add("", "Red Panda Cub", "小熊猫", "animal")
    other = tree.add("", "red-panda-cub", "red-panda-cub", "animal")
    assert cub.slug == "red-panda-cub" != other.slug
    assert LabelFinder({})("Red-Panda-Cub") == other
    assert LabelFinder({}, slugs_first=True)("red-panda-cub") == cub


def test_where_several_have_the_name_a_slug_tells_which() -> None:
    Label.objects.create(slug="cab", name_en="Taxi", name_zh="的士", kind="vehicle")
    find = LabelFinder({}, makes_others=True)
    assert find("Taxi") is None
    assert find.refusal("Taxi") == "ambiguous_label"
    assert (find("taxi"), find("cab")) == (label("taxi"), label("cab"))
    assert find.refusal("unicorn") == "unknown_label"


def test_a_merged_labels_names_lead_to_what_it_was_merged_into() -> None:
    Label.objects.filter(slug="taxi").update(merged_into=label("car"), active=False)
    assert LabelFinder({})("出租车") == LabelFinder({})("TAXI") == label("car")
    taxi = tree.add("taxi-2", "Taxi", "的士", "vehicle")
    assert LabelFinder({})("Taxi") == taxi


def test_each_new_name_makes_one_label_which_is_found_again() -> None:
    names = ["越野车", "собака", "C++", "C", "Red Panda Cub", "red-panda-cub", "x" * 80, "x" * 79]
    find = LabelFinder({}, makes_others=True)
    made = {name: find(name) for name in names}
    assert None not in made.values()
    assert len({each.slug.lower() for each in made.values()}) == len(names)
    assert {name: find(name) for name in names} == made
    again = LabelFinder({}, makes_others=True)
    assert {name: again(name) for name in names} == made
    assert {name: again(f" {name.upper()}") for name in names} == made


def test_a_long_name_is_found_again_however_its_accents_are_stored() -> None:
    make = LabelFinder({}, makes_others=True)
    for name in ("ä" * 40, "ä" * 70):
        made = make(unicodedata.normalize("NFD", name))
        assert made is not None
        assert LabelFinder({})(name) == LabelFinder({})(name.upper()) == made


@pytest.mark.parametrize("name", ["", " ", "\u3164", "\u200b\u00ad", "\0"])
def test_what_nobody_sees_makes_no_label(name: str) -> None:
    find = LabelFinder({}, makes_others=True)
    assert find(name) is None
    assert find.refusal(name) == "unknown_label"


def test_a_label_of_a_data_set_is_the_one_of_the_same_names_here() -> None:
    suv = tree.add("suv", "SUV", "越野车", "vehicle")
    brought = NewLabel("label-5d054f", "越野车", "越野车", "other", "")
    find = LabelFinder(offered(brought), slugs_first=True)
    assert find("label-5d054f") == find("越野车") == suv


def test_a_label_of_which_only_one_name_is_the_same_is_not_taken_for_it() -> None:
    tree.add("crane", "Crane", "起重机", "vehicle")
    brought = NewLabel("crane-bird", "Crane", "鹤", "animal", "")
    assert LabelFinder(offered(brought), slugs_first=True)("crane-bird") is None
    assert not Label.objects.filter(slug="crane-bird").exists()


def test_labels_are_searched_in_both_languages_whatever_the_case() -> None:
    beetle = tree.add("", "GRÜNKÄFER", "甲虫", "animal")
    for text in ("grünkäfer", "NKA\u0308", "虫"):
        assert finding.containing(text) == [beetle.id]
    assert finding.containing("grunkafer") == []
    assert finding.containing("grunkafer", also_slugs=True) == [beetle.id]
