"""Which versions of the network exist, and which one is live."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from recognition.cnn import taxonomy
from recognition.labels import tree
from recognition.labels.tree import LabelTree
from recognition.models import Label, LiveChange, ModelVersion, View
from recognition.versions.registry import live_version, register, register_first
from tests.support.rows import manifest

pytestmark = pytest.mark.django_db


def test_before_set_up_nothing_is_live() -> None:
    with pytest.raises(ModelVersion.DoesNotExist):
        live_version()


def test_a_version_is_registered_with_what_its_manifest_says() -> None:
    version = register(1, manifest())
    assert (version.number, version.name, version.network) == (1, "Small", "lite0")
    assert version.labels == ["dog", "car", "taxi", "neither"]
    assert version.sha256 == manifest().sha256
    assert version.view == View.CENTRE
    assert register(2, manifest(view="subjects")).view == View.SUBJECTS


def test_the_first_version_goes_live_and_the_log_says_so() -> None:
    version = register(1, manifest())
    assert live_version() == version
    assert LiveChange.objects.get().model_version == version


def test_a_second_version_waits_to_be_promoted() -> None:
    first = register(1, manifest())
    second = register(2, manifest(name="Other"))
    assert live_version() == first
    assert not second.live
    assert LiveChange.objects.count() == 1


def test_to_register_again_changes_nothing() -> None:
    register(1, manifest())
    register(1, manifest())
    assert ModelVersion.objects.count() == LiveChange.objects.count() == 1
    assert Label.objects.count() == 4


def test_labels_come_with_the_version() -> None:
    register(1, manifest())
    taxi = Label.objects.get(slug="taxi")
    assert (taxi.kind, taxi.name_en, taxi.name_zh) == ("vehicle", "Taxi", "出租车")
    assert taxi.parent == Label.objects.get(slug="car")
    assert taxi.active


def test_labels_that_staff_edited_stay_as_they_are() -> None:
    register(1, manifest())
    Label.objects.filter(slug="dog").update(name_en="Hound", active=False)
    register(2, manifest())
    dog = Label.objects.get(slug="dog")
    assert (dog.name_en, dog.active) == ("Hound", False)


def test_a_new_versions_new_labels_join_the_others() -> None:
    register(1, manifest())
    first = manifest().labels[0]
    register(2, manifest(labels=(first, replace(first, slug="poodle", parent="dog"))))
    assert Label.objects.get(slug="poodle").parent.slug == "dog"
    assert Label.objects.count() == 5


def test_two_versions_are_never_live() -> None:
    register(1, manifest())
    register(2, manifest())
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.update(live=True)


def test_in_a_new_instance_labels_stand_in_the_tree() -> None:
    for _ in range(2):
        register_first(manifest())
    dog = Label.objects.get(slug="dog")
    assert [label.slug for label in LabelTree().lineage(dog)] == [
        *("animal", "mammal", "dog-family", "dog")
    ]
    assert Label.objects.get(slug="taxi").parent.slug == "car"  # beyond the built-in ones
    assert ModelVersion.objects.get().live


@pytest.mark.usefixtures("version")
def test_where_there_are_labels_the_tree_is_as_people_made_it() -> None:
    before = list(Label.objects.values_list("slug", "parent"))
    register_first(manifest())
    assert list(Label.objects.values_list("slug", "parent")) == before


def test_a_parent_may_stand_behind_its_child() -> None:
    labels = (
        taxonomy.Label("coupe", "vehicle", "Coupe", "轿跑车", "car", (0,)),
        taxonomy.Label("car", "vehicle", "Car", "汽车", None, (1,)),
    )
    register(1, manifest(labels=labels))
    assert Label.objects.get(slug="coupe").parent.slug == "car"


def test_a_label_that_people_have_added_under_its_name_is_told_apart() -> None:
    register(1, manifest())
    own = tree.add("pooch", "Poodle", "贵宾犬", "animal")
    poodle = taxonomy.Label("poodle", "animal", "Poodle", "卷毛狗", "dog", (0,))
    register(2, manifest(labels=(*manifest().labels, poodle)))
    own.refresh_from_db()
    added = Label.objects.get(slug="poodle")
    assert own.name_en == "Poodle"
    assert (added.name_en, added.name_zh) == ("Poodle (poodle)", "卷毛狗")
