"""One version, one accuracy: by one test set, wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recognition.labels.labelling import decide
from recognition.models import Comparison, Label, ModelVersion, Photo, Via
from recognition.versions import measured
from tests.support.figures import metrics

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_comparison_measures_its_two_versions(
    compared: Callable, photo_of: Callable[..., Photo], versions: list[ModelVersion]
) -> None:
    photo_of(4, "car"), photo_of(0, "dog"), photo_of(1, "dog")
    ModelVersion.objects.update(metrics=metrics(0.99))
    found = compared()
    before, after = measured.both(versions[0], versions[1])
    assert before.metrics == found.findings["baseline"]
    assert after.metrics == found.findings["candidate"]
    assert before.test_set == found.findings["test_set"]
    assert measured.measure_of(versions[0]).accuracy == pytest.approx(1 / 3)
    assert measured.measure_of(versions[0]).at is not None


def test_a_third_version_keeps_up(
    compared: Callable, photo_of: Callable[..., Photo], versions: list[ModelVersion]
) -> None:
    """Its head is that of the first version; nobody has compared it."""
    third = ModelVersion.objects.get(id=versions[2].id)
    ModelVersion.objects.filter(id=third.id).update(backbone_sha256=versions[0].backbone_sha256)
    photo_of(4, "car"), photo_of(0, "dog"), photo_of(1, "dog")
    compared()
    beside = measured.measures_of(versions)
    assert beside[third.id] == beside[versions[0].id]._replace(at=beside[third.id].at)
    assert len({measure.test_set for measure in beside.values()}) == 1


def test_what_changes_the_test_photos_makes_another_set(
    compared: Callable, photo_of: Callable[..., Photo], reviewer: object
) -> None:
    photo = photo_of(4, "car")
    first = compared().findings["test_set"]
    assert compared().findings["test_set"] == first
    decide(photo.id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
    assert compared().findings["test_set"] != first


def test_before_any_comparison_the_figures_are_those_of_when_it_was_made(
    versions: list[ModelVersion],
) -> None:
    ModelVersion.objects.filter(number=1).update(metrics=metrics(0.9, photos=50))
    version = ModelVersion.objects.get(number=1)
    assert measured.measure_of(version).photos == 50
    assert measured.measure_of(version).at is None
    assert measured.measures_of([version])[version.id] == measured.measure_of(version)
    assert not Comparison.objects.exists()
