"""The built-in labels, which stood side by side, stand in a tree."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from recognition.cnn import taxonomy
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, Prediction
from tests.support.rows import predicted_photo

label_tree = import_module("recognition.migrations.0010_label_tree")


@pytest.fixture
def flat_labels(db: None) -> None:
    for label in taxonomy.labels():
        names = {"name_en": label.name_en, "name_zh": label.name_zh}
        Label.objects.create(slug=label.slug, kind=label.kind, **names)


def change(slug: str, **fields: Any) -> Label:
    Label.objects.filter(slug=slug).update(**fields)
    return Label.objects.get(slug=slug)


def above(slug: str) -> list[str]:
    """The slugs of what stands above a label, topmost first."""
    tree = LabelTree()
    return [label.slug for label in tree.lineage(tree[slug])[:-1]]


@pytest.mark.usefixtures("flat_labels")
def test_the_built_in_labels_stand_in_the_tree_that_new_instances_have() -> None:
    for _ in range(2):
        label_tree.arrange(apps, None)
    rows = Label.objects.select_related("parent")
    described = {
        (row.slug, row.kind, row.name_en, row.name_zh, row.parent and row.parent.slug)
        for row in rows
    }
    assert described == {
        (label.slug, label.kind, label.name_en, label.name_zh, label.parent)
        for label in taxonomy.tree()
    }


@pytest.mark.django_db
def test_an_instance_without_labels_gets_none() -> None:
    label_tree.arrange(apps, None)
    assert not Label.objects.exists()


@pytest.mark.usefixtures("flat_labels")
def test_what_people_have_arranged_stays() -> None:
    pets = Label.objects.create(slug="pet", name_en="Pet", name_zh="宠物", kind="animal")
    change("cat", parent=pets)
    change("wolf", active=False)
    change("fox", active=False, merged_into=change("dog"), parent=change("dog"))
    change("horse", name_en="Pony")
    label_tree.arrange(apps, None)
    assert (above("cat"), above("pet"), above("wolf")) == (["pet"], [], [])
    assert Label.objects.get(slug="fox").parent.slug == "dog"
    assert above("horse") == ["animal", "mammal", "hoofed-animal"]
    assert Label.objects.get(slug="horse").name_en == "Pony"


@pytest.mark.usefixtures("flat_labels")
def test_a_label_of_ones_own_is_the_group_of_its_name() -> None:
    names = {"name_en": "Mammal", "name_zh": "兽"}
    Label.objects.create(slug="mammals", kind="animal", **names)
    Label.objects.create(slug="rodent", kind="other", name_en="Toy rodent", name_zh="玩具")
    Label.objects.create(slug="sea-mammal", kind="animal", active=False, **names)
    label_tree.arrange(apps, None)
    assert above("elephant") == ["animal", "mammals"]
    assert above("squirrel") == ["animal", "mammals"]
    assert above("seal") == ["animal", "mammals"]
    assert (above("rodent"), above("sea-mammal")) == ([], [])


@pytest.mark.usefixtures("flat_labels")
def test_no_label_comes_to_stand_above_itself() -> None:
    dog = change("dog")
    Label.objects.create(
        slug="dog-family", name_en="Dogs", name_zh="狗们", kind="animal", parent=dog
    )
    label_tree.arrange(apps, None)
    assert above("dog-family") == ["dog"]
    assert above("dog") == []


@pytest.mark.usefixtures("version")
def test_an_owl_that_was_called_a_bird_is_no_contradiction_any_more(uploader: User) -> None:
    for slug in ("bird", "owl"):
        Label.objects.create(slug=slug, name_en=slug, name_zh=slug, kind="animal")
    photos = [predicted_photo(uploader, slug, 0.9) for slug in ("bird", "dog")]
    Prediction.objects.update(disagreement=0.5)
    Photo.objects.update(label=Label.objects.get(slug="owl"))
    label_tree.arrange(apps, None)
    doubts = {photo.id: photo.prediction.disagreement for photo in Photo.objects.all()}
    assert doubts == {photos[0].id: None, photos[1].id: 0.5}
