"""Labels in the order in which a reader looks them up."""

from __future__ import annotations

from django.utils import translation

from recognition.labels.ordering import by_name, name_key, places_by_name
from recognition.labels.tree import LabelTree
from recognition.models import Label


def named(*names: str) -> list[Label]:
    return [Label(slug=f"label-{i}", name_en=name, name_zh=name) for i, name in enumerate(names)]


def test_chinese_names_stand_in_the_order_of_their_pronunciation() -> None:
    labels = by_name(named("越野车", "猫", "獾", "狗", "鳄鱼", "安", "貂皮"))
    assert [label.name for label in labels] == ["安", "貂皮", "鳄鱼", "狗", "獾", "猫", "越野车"]


def test_neither_capitals_nor_accents_matter() -> None:
    labels = by_name(named("zebra", "Émeu", "eagle", "Eland", "ape"))
    assert [label.name for label in labels] == ["ape", "eagle", "Eland", "Émeu", "zebra"]


def test_latin_stands_before_chinese_and_rare_characters_behind() -> None:
    labels = by_name(named("𪚥", "车", "SUV", "龘"))
    assert [label.name for label in labels] == ["SUV", "车", "龘", "𪚥"]


def test_one_name_begins_another() -> None:
    assert name_key("Car") < name_key("Car wash") < name_key("Cart")


def test_the_order_is_that_of_the_readers_language(version: object) -> None:
    labels = list(Label.objects.filter(slug__in=("car", "dog", "taxi")))
    with translation.override("en"):
        assert [label.slug for label in by_name(labels)] == ["car", "dog", "taxi"]
    with translation.override("zh-hans"):  # 出租车 chu, 狗 gou, 汽车 qi
        assert [label.slug for label in by_name(labels)] == ["taxi", "dog", "car"]


def test_the_tree_is_read_by_name_and_learned_by_slug(version: object) -> None:
    car = Label.objects.get(slug="car")
    Label.objects.create(slug="zz", name_en="Ambulance", kind="vehicle", parent=car)
    tree = LabelTree()
    learned = [label.slug for label in tree.in_order() if label.parent == car]
    read = [label.slug for label in tree.in_reading_order() if label.parent == car]
    assert (learned, read) == (["taxi", "zz"], ["zz", "taxi"])


def test_a_label_without_a_chinese_name_has_its_english_one() -> None:
    label = Label(slug="suv", name_en="SUV")
    with translation.override("zh-hans"):
        assert label.name == "SUV"
    assert label.names == ["SUV"]


def test_a_query_can_be_in_that_order(version: object) -> None:
    with translation.override("zh-hans"):
        found = Label.objects.filter(slug__in=("car", "dog", "taxi")).order_by()
        ordered = found.order_by(places_by_name(found))
        assert [label.slug for label in ordered] == ["taxi", "dog", "car"]


def test_the_readers_name_comes_first() -> None:
    label = Label(slug="dog", name_en="Dog", name_zh="狗")
    with translation.override("zh-hans"):
        assert label.names == ["狗", "Dog"]
