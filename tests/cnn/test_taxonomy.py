from __future__ import annotations

import re
from collections import Counter

import pytest

from recognition.cnn.taxonomy import KINDS, NEITHER, class_weights, fine_names, labels, tree

EXPECTED = {
    "animal": "cat dog chicken horse cow sheep lion tiger elephant panda squirrel spider "
    "butterfly snake",
    "vehicle": "car bus truck motorcycle bicycle train airplane ship",
}


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


def test_weights_are_positive_factors_one_for_each_class() -> None:
    assert len(class_weights()) == 1000
    assert all(0 < weight <= 5 for weight in class_weights())
