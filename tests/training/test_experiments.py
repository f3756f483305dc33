"""Experiments: runs on one data set that differ in one thing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.models import DataSet, Experiment, TrainingRun
from recognition.training import experiments
from recognition.training.experiments import Setup, answer, cancel_all, compare, sides
from recognition.training.failures import CannotTrain
from tests.support.rows import give_label, register_measured, settled_photo

pytestmark = pytest.mark.usefixtures("labelled_photos")
SCRATCH = Setup("from_scratch", network="three_stage", parameters={"epochs": 3})


@pytest.fixture
def labelled_photos(version: object, uploader: User, reviewer: User) -> None:
    for slug in ("dog", "car"):
        give_label([settled_photo(uploader) for _ in range(12)], slug, reviewer)


def runs_of(experiment: Experiment) -> list[TrainingRun]:
    return list(experiment.runs.order_by("created", "id"))


def test_an_option_of_the_network_is_varied(reviewer: User) -> None:
    runs = runs_of(compare(reviewer, "Kernels", SCRATCH, "kernel_size", [3, 5]))
    assert [run.parameters["network_options"] for run in runs] == [
        {"kernel_size": 3},
        {"kernel_size": 5},
    ]
    assert {run.parameters["epochs"] for run in runs} == {3}


def test_a_training_parameter_is_varied(reviewer: User) -> None:
    runs = runs_of(compare(reviewer, "Steps", SCRATCH, "learning_rate", [0.01, 0.001]))
    assert [run.parameters["learning_rate"] for run in runs] == [0.01, 0.001]
    assert [run.varied for run in runs] == [{"learning_rate": 0.01}, {"learning_rate": 0.001}]


def test_the_network_is_varied(reviewer: User) -> None:
    runs = runs_of(compare(reviewer, "Networks", SCRATCH, "network", ["lenet5", "resnet18"]))
    assert [run.network for run in runs] == ["lenet5", "resnet18"]


def test_all_runs_learn_from_the_same_photos(reviewer: User) -> None:
    experiment = compare(reviewer, "Steps", SCRATCH, "learning_rate", [0.1, 0.01, 0.001])
    assert {run.dataset_id for run in runs_of(experiment)} == {experiment.dataset_id}
    assert DataSet.objects.count() == 1


@pytest.mark.parametrize("values", [[], [3], [3, 3], list(range(9))])
def test_two_to_eight_different_values_are_compared(values: list[int], reviewer: User) -> None:
    with pytest.raises(CannotTrain):
        compare(reviewer, "Layers", SCRATCH, "layers", values)
    assert not Experiment.objects.exists()


@pytest.mark.parametrize(
    ("vary", "values"),
    [("layers", [3, 400]), ("nonsense", [1, 2]), ("epochs", [1, -1]), ("network", ["lenet5", "?"])],
)
def test_one_wrong_value_launches_nothing(vary: str, values: list[object], reviewer: User) -> None:
    with pytest.raises(CannotTrain):
        compare(reviewer, "Wrong", SCRATCH, vary, values)
    assert not TrainingRun.objects.exists()
    assert not DataSet.objects.exists()


def test_cancelling_all_leaves_what_is_over(reviewer: User) -> None:
    experiment = compare(reviewer, "Layers", SCRATCH, "layers", [3, 4])
    experiment.runs.filter(varied__layers=3).update(state="succeeded")
    cancel_all(experiment)
    assert [run.state for run in runs_of(experiment)] == ["succeeded", "cancelled"]
    assert experiment.stopped


def test_sides_gather_what_was_measured(reviewer: User) -> None:
    experiment = compare(reviewer, "Layers", SCRATCH, "layers", [3, 4])
    run = runs_of(experiment)[0]
    register_measured(run, 0.9, photos=50)
    measured, waiting = sides(experiment)
    assert (measured.accuracy, measured.tested) == (0.9, 50)
    assert waiting.accuracy is None


def test_no_answer_before_two_runs_are_measured(reviewer: User) -> None:
    experiment = compare(reviewer, "Layers", SCRATCH, "layers", [3, 4])
    register_measured(runs_of(experiment)[0], 0.9, photos=50)
    assert answer(sides(experiment)) is None


@pytest.mark.parametrize(
    ("accuracies", "photos", "is_clear"),
    [((0.989, 0.992), 180, False), ((0.8, 0.95), 180, True), ((1.0, 1.0), 180, False)],
)
def test_the_answer_knows_noise(
    accuracies: tuple[float, float], photos: int, is_clear: bool, reviewer: User
) -> None:
    experiment = compare(reviewer, "Layers", SCRATCH, "layers", [3, 4])
    for run, accuracy in zip(runs_of(experiment), accuracies, strict=True):
        register_measured(run, accuracy, photos)
    found = answer(sides(experiment))
    assert found is not None
    assert found.best.accuracy == max(accuracies)
    assert found.is_clear == is_clear


def test_the_learnt_numbers_of_a_version_are_counted(network: object) -> None:
    assert experiments.count_parameters(network) == 4_652_008  # 3,371,008 and 1281 x 1000
