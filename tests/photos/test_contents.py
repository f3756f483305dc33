"""What a photo contains, in words that read well."""

from __future__ import annotations

import pytest
from django.utils import translation

from recognition.cnn import taxonomy
from recognition.models import Label, Prediction
from recognition.photos.contents import classes_called, contents, exactly


def labels(*names: str, kind: str = "animal") -> list[Label]:
    known = {name: Label(id=number, name_en=name, kind=kind) for number, name in enumerate(names)}
    return [known[name] for name in names]


@pytest.mark.parametrize(
    ("name", "two"),
    [
        ("Dog", "2 dogs"),
        ("Sheep", "2 sheep"),
        ("Swordfish", "2 swordfish"),
        ("Wolf", "2 wolves"),
        ("Mouse", "2 mice"),
        ("Butterfly", "2 butterflies"),
        ("Monkey", "2 monkeys"),
        ("Bus", "2 buses"),
        ("Fox", "2 foxes"),
        ("Ostrich", "2 ostriches"),
        ("Hippopotamus", "2 hippopotamuses"),
        ("Giant panda", "2 giant pandas"),
        ("Fire engine", "2 fire engines"),
        ("SUV", "2 SUVs"),
        ("Ford Focus", "2 Ford Focuses"),
        ("Rabbit or hare", "2 × rabbit or hare"),
        ("Eagle or other bird of prey", "2 × eagle or other bird of prey"),
        ("Weasel, otter or badger", "2 × weasel, otter or badger"),
        ("BMW 320", "2 × BMW 320"),
        ("Café racer", "2 × café racer"),
    ],
)
def test_several_of_a_label(name: str, two: str) -> None:
    assert contents(labels(name, name)) == two


def test_the_main_subjects_label_comes_first() -> None:
    assert contents(labels("Dog", "Car", "Dog")) == "2 dogs, 1 car"
    assert contents(labels("Car", "Dog", "Dog")) == "1 car, 2 dogs"


def test_in_chinese_numbers_stand_behind_names() -> None:
    dog, car = Label(id=1, name_zh="狗", kind="animal"), Label(id=2, name_zh="汽车", kind="vehicle")
    with translation.override("zh-hans"):
        assert contents([dog, dog, car]) == "狗 × 2、汽车 × 1"


def test_what_is_neither_is_no_content() -> None:
    assert contents(labels("Neither", kind="neither")) == ""
    assert contents([]) == ""


def predicted(slug: str, fine: str) -> Prediction:
    label = next(label for label in taxonomy.tree() if label.slug == slug)
    return Prediction(
        label=Label(slug=slug, name_en=label.name_en, name_zh=label.name_zh, kind=label.kind),
        fine=fine,
    )


@pytest.mark.parametrize(
    ("slug", "fine", "english", "chinese"),
    [
        ("dog", "Airedale", "Airedale terrier", "万能梗"),
        ("bear", "ice bear", "Polar bear", "北极熊"),
        ("car", "cab", "Taxi", "出租车"),
        ("neither", "gyromitra", "Mushroom", "蘑菇"),
    ],
)
def test_fine_names_are_read_in_the_readers_language(
    slug: str, fine: str, english: str, chinese: str
) -> None:
    assert exactly(predicted(slug, fine)) == english
    with translation.override("zh-hans"):
        assert exactly(predicted(slug, fine)) == chinese


@pytest.mark.parametrize(
    ("slug", "fine"), [("car", "grille"), ("motorcycle", "crash helmet"), ("spider", "spider web")]
)
def test_what_only_speaks_for_a_label_is_not_its_fine_name(slug: str, fine: str) -> None:
    assert exactly(predicted(slug, fine)) == ""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_fine_name_that_is_the_labels_says_nothing_new(language: str) -> None:
    with translation.override(language):
        assert [exactly(predicted(slug, slug)) for slug in ("zebra", "tiger", "submarine")] == [
            ""
        ] * 3


def test_the_name_of_a_label_that_was_taught_is_shown_as_people_wrote_it() -> None:
    assert exactly(predicted("dog", "Village dog")) == "Village dog"
    assert exactly(predicted("dog", "dog")) == ""


def test_classes_are_found_by_what_people_read_in_either_language() -> None:
    assert classes_called("柯基") == ["Pembroke", "Cardigan"]
    assert classes_called("POLAR bear") == ["ice bear"]
    assert classes_called("grille") == []
