"""The list of versions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from recognition.models import DataSet, Experiment, LiveChange, ModelVersion, RunState
from recognition.staff.training.launch_form import LaunchForm
from recognition.staff.versions import version_summary
from recognition.versions import measured
from recognition.versions.registry import register
from tests.support.figures import metrics
from tests.support.rows import manifest, training_run

URL = reverse("admin:recognition_modelversion_changelist")


@pytest.fixture
def trial(version: ModelVersion) -> ModelVersion:
    """Came of an experiment."""
    experiment = Experiment.objects.create(
        name="Layers", kind="comparison", dataset=DataSet.objects.create()
    )
    made = register(2, manifest(name="A trial"))
    training_run(experiment=experiment, model_version=made, state=RunState.SUCCEEDED)
    return made


def listed(client: Client, query: str = "") -> str:
    response = client.get(URL + query)
    assert response.status_code == 200
    return response.content.decode()


def test_trials_of_experiments_stay_out_until_somebody_asks(
    as_trainer: Client, trial: ModelVersion
) -> None:
    assert "A trial" not in listed(as_trainer)
    assert "A trial" in listed(as_trainer, "?trials=with")
    only = as_trainer.get(URL + "?trials=only").context["cl"].result_list
    assert [version.id for version in only] == [trial.id]
    way = as_trainer.get(reverse("admin:recognition_modelversion_show_trials"))
    assert way.url == URL + "?trials=only"


def test_a_trial_that_was_live_is_a_version_like_others(
    as_trainer: Client, trial: ModelVersion
) -> None:
    LiveChange.objects.create(model_version=trial)
    assert "A trial" in listed(as_trainer)


def test_trials_are_not_offered_elsewhere(version: ModelVersion, trial: ModelVersion) -> None:
    assert version_summary.others(version) == []
    assert list(LaunchForm({}).versions) == ["1"]
    assert list(LaunchForm({"parent": "2"}).versions) == ["2", "1"], "it was chosen"


def test_each_version_has_its_accuracy_with_the_interval(
    as_trainer: Client, version: ModelVersion
) -> None:
    measured.keep(version, metrics(0.955), "these photos")
    assert "95.5 % (91.0 – 97.0 %)" in listed(as_trainer).replace("\N{NO-BREAK SPACE}", " ")


def test_more_versions_take_no_more_queries(
    as_trainer: Client,
    trainer: User,
    version: ModelVersion,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(2, 30):
        measured.keep(register(number, manifest()), metrics(), "these photos")
    with django_assert_max_num_queries(14):
        listed(as_trainer)
