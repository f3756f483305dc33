"""What a photo contains, in words that read well."""

from __future__ import annotations

import pytest
from django.utils import translation

from recognition.models import Label
from recognition.photos.contents import contents


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
