"""A version's page, which reads like a model card, and the list of versions."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from recognition.models import Comparison, DataSet, LiveChange, ModelVersion, RunState, TrainingRun
from recognition.versions.registry import register
from tests.staff.versions.test_comparison_page import text
from tests.support.figures import metrics
from tests.support.pages import client_of
from tests.support.rows import manifest

LIST = reverse("admin:recognition_modelversion_changelist")


def page_of(version: ModelVersion) -> str:
    return reverse("admin:recognition_modelversion_change", args=[version.pk])


@pytest.fixture
def taught(version: ModelVersion) -> ModelVersion:
    """A version that a run has made from version 1."""
    made = register(2, manifest(name="Taught", metrics=metrics()), version)
    TrainingRun.objects.create(
        dataset=DataSet.objects.create(),
        model_version=made,
        parent=version,
        state=RunState.SUCCEEDED,
        network="lite0",
    )
    return made


def test_it_tells_how_good_it_is(as_superuser: Client, taught: ModelVersion) -> None:
    shown = text(as_superuser, page_of(taught))
    assert "On 200 photos of the test split" in shown
    assert "95.0 % (91.0 – 97.0 %)" in shown
    assert shown.index("Car 3 –0 %0 %") < shown.index("Dog 197")  # the weakest first


def test_it_leads_to_where_it_comes_from(
    as_superuser: Client, taught: ModelVersion, version: ModelVersion
) -> None:
    page = as_superuser.get(page_of(taught)).content.decode()
    assert page_of(version) in page
    assert reverse("training-run", args=[taught.training_run.id]) in page
    assert reverse("training-compare", args=[2, 1]) in page


def test_it_names_its_limits(as_superuser: Client, taught: ModelVersion) -> None:
    shown = text(as_superuser, page_of(taught))
    assert "1 label has fewer than 10 test photos, which says little: Car." in shown
    assert "2 labels have no test photo at all: Neither, Taxi." in shown


def test_a_version_that_was_never_measured_says_so(
    as_superuser: Client, version: ModelVersion
) -> None:
    shown = text(as_superuser, page_of(version))
    assert "It has not been measured yet." in shown
    assert "It was not measured on photos kept apart for the test." in shown


def test_what_a_comparison_measured_is_shown_for_it(
    as_superuser: Client, version: ModelVersion, taught: ModelVersion
) -> None:
    Comparison.objects.create(
        candidate=taught,
        baseline=version,
        made=timezone.now(),
        findings={"baseline": metrics(0.75), "candidate": metrics()},
    )
    shown = text(as_superuser, page_of(version))
    assert "75.0 %" in shown
    assert "Measured when it was made" not in shown


def test_damaged_files_are_told(
    as_superuser: Client, version: ModelVersion, settings: Settings, tmp_path: Any
) -> None:
    settings.ARK_MODELS_STORE = tmp_path
    assert "Its files are damaged, or are not here" in text(as_superuser, page_of(version))


def test_it_says_when_it_was_live(
    as_superuser: Client, superuser: User, taught: ModelVersion
) -> None:
    LiveChange.objects.create(model_version=taught, by=superuser, how=LiveChange.How.PROMOTED)
    assert "made live, sue" in text(as_superuser, page_of(taught))


def test_the_list_leads_to_the_comparison_with_the_live_version(
    as_superuser: Client, taught: ModelVersion
) -> None:
    shown = text(as_superuser, LIST)
    assert "95.0 %" in shown
    page = as_superuser.get(LIST).content.decode()
    assert reverse("training-compare", args=[2, 1]) in page
    assert reverse("training-compare", args=[1, 1]) not in page


def test_the_list_asks_the_database_as_often_for_many_versions(
    as_superuser: Client, taught: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    for number in range(3, 12):
        register(number, manifest(name=f"Version {number}"), taught)
    with django_assert_max_num_queries(12):
        as_superuser.get(LIST)


def test_a_version_that_is_not_there(as_superuser: Client) -> None:
    for key in ("999", "x", str(10**30)):
        assert as_superuser.get(f"{LIST}{key}/change/").status_code == 404


def test_only_who_may_see_versions_sees_them(version: ModelVersion) -> None:
    guest = User.objects.create_user("guest", is_staff=True)
    assert client_of(guest).get(page_of(version)).status_code == 403


def test_a_trainer_exports_and_imports_versions(as_trainer: Client, taught: ModelVersion) -> None:
    exports = reverse("training-exports", args=[taught.number])
    assert exports in as_trainer.get(page_of(taught)).content.decode()
    button = reverse("admin:recognition_modelversion_import_version")
    assert button in as_trainer.get(LIST).content.decode()
    assert as_trainer.get(button).url == reverse("training-import")
