from __future__ import annotations

import re
from collections import Counter

import pytest

from recognition.cnn.taxonomy import (
    KINDS,
    NEITHER,
    class_weights,
    fine_classes,
    fine_names,
    labels,
    tree,
)

EXPECTED = {
    "animal": "cat dog chicken horse cow sheep lion tiger elephant panda squirrel spider "
    "butterfly snake",
    "vehicle": "car bus truck motorcycle bicycle train airplane ship",
}
NO_KINDS = {
    "airplane": "wing",
    "boat": "paddle",
    "car": "car mirror, car wheel, grille, seat belt",
    "motorcycle": "crash helmet, disk brake",
    "ship": "paddlewheel",
    "spider": "spider web",
    "tractor": "plow",
}
HAN = re.compile(r"[\u3400-\u9fff（）]+")
WITH_LATIN = {"福特T型车"}


def test_every_imagenet_class_belongs_to_exactly_one_label() -> None:
    owned = [index for label in labels() for index in label.classes]
    assert sorted(owned) == list(range(1000))


def test_a_network_says_only_labels_that_have_classes() -> None:
    assert [label.slug for label in labels() if not label.classes] == []
    assert {label.slug for label in tree() if label.classes} == {label.slug for label in labels()}


def test_all_stand_below_the_label_of_their_kind() -> None:
    parents = {label.slug: label.parent for label in tree()}

    def root(slug: str) -> str:
        while parent := parents[slug]:
            slug = parent
        return slug

    assert {label.slug: root(label.slug) for label in tree()} == {
        label.slug: label.kind for label in tree()
    }


def test_every_group_has_several_labels() -> None:
    children = Counter(label.parent for label in tree())
    few = [label.slug for label in tree() if not label.classes and children[label.slug] < 2]
    assert few == ["giraffe"]  # which the finder alone says


def test_of_what_a_network_says_parents_are_what_it_says_too() -> None:
    parents = {label.slug: label.parent for label in labels()}
    assert (parents["owl"], parents["bee"], parents["bird"]) == ("bird", "insect", None)


def test_slugs_are_unique_and_fit_into_addresses() -> None:
    slugs = [label.slug for label in tree()]
    assert max(Counter(slugs).values()) == 1
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


def test_every_label_has_a_known_kind_and_names_in_both_languages() -> None:
    for label in tree():
        assert label.kind in KINDS
        assert label.name_en.isascii()
        assert label.name_en
        assert re.search(r"[\u4e00-\u9fff]", label.name_zh)


def test_names_tell_labels_apart() -> None:
    assert len({label.name_en for label in tree()}) == len(tree())
    assert len({label.name_zh for label in tree()}) == len(tree())


def test_only_the_label_neither_is_of_that_kind() -> None:
    assert [label.slug for label in labels() if label.kind == NEITHER] == [NEITHER]


def test_parents_come_before_their_children() -> None:
    seen: set[str | None] = {None}
    for label in tree():
        assert label.parent in seen
        seen.add(label.slug)


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_people_photograph_most_has_a_label(kind: str) -> None:
    assert set(EXPECTED[kind].split()) <= {x.slug for x in labels() if x.kind == kind}


def test_fine_names_follow_the_classifier_and_tell_classes_apart() -> None:
    names = fine_names()
    assert (names[207], names[281], names[468]) == ("golden retriever", "tabby", "cab")
    assert len(set(names)) == 1000


def test_every_class_has_an_english_name_in_sentence_case() -> None:
    for fine in fine_classes().values():
        assert re.fullmatch(r"[A-Z][A-Za-z' ()-]+", fine.name_en), fine.name_en


def test_every_class_has_a_chinese_name_without_latin_letters() -> None:
    others = {x.name_zh for x in fine_classes().values() if not HAN.fullmatch(x.name_zh)}
    assert others == WITH_LATIN


def test_what_people_read_tells_the_kinds_of_animals_and_vehicles_apart() -> None:
    shown = [fine for fine in fine_classes().values() if fine.label != NEITHER]
    assert len({fine.name_en for fine in shown}) == len(shown)
    assert len({fine.name_zh for fine in shown}) == len(shown)


def test_parts_gear_and_traces_are_no_kinds_of_what_they_speak_for() -> None:
    gear: dict[str, list[str]] = {}
    for fine in fine_classes().values():
        if not fine.is_kind:
            gear.setdefault(fine.label, []).append(fine.name)
    assert {label: ", ".join(sorted(names)) for label, names in gear.items()} == NO_KINDS


@pytest.mark.parametrize(
    "word", ["gyromitra", "bolete", "agaric", "cuirass", "stole", "swab", "chiffonier", "caldron"]
)
def test_plain_words_stand_for_what_only_specialists_say(word: str) -> None:
    fine = fine_classes()[word]
    assert fine.name_en.lower() != word


def test_weights_are_positive_factors_one_for_each_class() -> None:
    assert len(class_weights()) == 1000
    assert all(0 < weight <= 5 for weight in class_weights())
