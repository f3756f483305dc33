"""The search for good settings, with the real optuna."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from recognition.models import Experiment, ModelVersion, TrainingRun
from recognition.training import search
from recognition.training.experiments import Setup, cancel_all, stop
from recognition.training.failures import CannotTrain
from recognition.training.search import advance_all, launch
from tests.support.rows import give_label, settled_photo

pytestmark = pytest.mark.usefixtures("labelled_photos")
SETTINGS = {"learning_rate": 5e-4, "weight_decay": 0.02, "crop": 0.3}


@pytest.fixture
def labelled_photos(version: object, uploader: User, reviewer: User) -> None:
    for slug in ("dog", "car"):
        give_label([settled_photo(uploader) for _ in range(12)], slug, reviewer)


@pytest.fixture
def fine_tune(version: ModelVersion) -> Setup:
    return Setup("fine_tune", version, parameters=SETTINGS)


def over(searched: Experiment, state: str = "succeeded", score: float | None = 0.5) -> TrainingRun:
    """The trial that waits is over."""
    run = searched.runs.get(state="queued")
    run.state, run.score = state, score
    run.save()
    return run


def trials(searched: Experiment) -> list[TrainingRun]:
    return list(searched.runs.order_by("created", "id"))


def test_the_first_trial_has_the_settings_of_the_launch(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 5)
    advance_all()
    run = searched.runs.get()
    assert run.varied == {"learning_rate": 5e-4, "weight_decay": 0.02, "augmentation": 0.3}
    assert run.by == reviewer


def test_augmentation_stands_for_crop_and_colour(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 5)
    advance_all()
    over(searched)
    advance_all()
    run = trials(searched)[1]
    assert run.parameters["crop"] == run.parameters["colour"] == run.varied["augmentation"]
    assert run.parameters["learning_rate"] == run.varied["learning_rate"]


def test_one_trial_is_launched_at_a_time(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 5)
    advance_all()
    advance_all()
    assert searched.runs.count() == 1
    over(searched)
    advance_all()
    advance_all()
    assert searched.runs.count() == 2


def test_the_search_ends_after_its_trials(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 3)
    for _ in range(3):
        advance_all()
        over(searched)
    advance_all()
    searched.refresh_from_db()
    assert searched.runs.count() == 3
    assert searched.stopped


def test_a_stopped_search_launches_no_more(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 5)
    advance_all()
    stop(searched)
    over(searched)
    advance_all()
    assert searched.runs.count() == 1


def test_cancelling_all_ends_the_search_and_its_trial(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 5)
    advance_all()
    cancel_all(searched)
    advance_all()
    assert [run.state for run in trials(searched)] == ["cancelled"]


def test_a_trial_that_was_cancelled_or_failed_is_passed_over(
    reviewer: User, fine_tune: Setup
) -> None:
    searched = launch(reviewer, "Search", fine_tune, 9)
    for state in ("cancelled", "failed", "succeeded", "failed"):
        advance_all()
        over(searched, state, None)
    advance_all()
    assert searched.runs.count() == 5


def test_three_failures_in_a_row_end_the_search(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 9)
    for _ in range(3):
        advance_all()
        over(searched, "failed", None)
    advance_all()
    searched.refresh_from_db()
    assert searched.runs.count() == 3
    assert searched.stopped


def test_a_search_that_cannot_go_on_ends(reviewer: User, fine_tune: Setup) -> None:
    searched = launch(reviewer, "Search", fine_tune, 5)
    ModelVersion.objects.update(network="forgotten")
    advance_all()
    searched.refresh_from_db()
    assert searched.stopped
    assert not searched.runs.exists()


def test_later_trials_gather_where_the_score_is_high() -> None:
    plan = {"mode": "fine_tune", "parameters": {}}
    tried: list[TrainingRun] = []
    for _ in range(30):
        varied = search.suggest(plan, tried)
        score = 1 - abs(varied["augmentation"] - 0.8)
        tried.append(TrainingRun(varied=varied, state="succeeded", score=score))
    scores = [run.score for run in tried]
    assert sum(scores[-10:]) > sum(scores[:10]) + 1


def test_the_same_trials_lead_to_the_same_suggestion() -> None:
    plan = {"mode": "from_scratch", "parameters": {}}
    tried = [TrainingRun(varied=search.suggest(plan, []), state="succeeded", score=0.5)]
    assert search.suggest(plan, tried) == search.suggest(plan, tried)


def test_suggestions_stay_within_their_ranges() -> None:
    plan = {"mode": "from_scratch", "parameters": {"learning_rate": 1.0, "weight_decay": 0.0}}
    tried: list[TrainingRun] = []
    for number in range(12):
        varied = search.suggest(plan, tried)
        for name, its in search.RANGES["from_scratch"].items():
            assert its.low <= varied[name] <= its.high
        tried.append(TrainingRun(varied=varied, state="succeeded", score=number / 12))


@pytest.mark.parametrize("count", [0, 2, 101])
def test_a_number_of_trials_that_makes_no_sense_is_refused(
    count: int, reviewer: User, fine_tune: Setup
) -> None:
    with pytest.raises(CannotTrain):
        launch(reviewer, "Search", fine_tune, count)
    assert not Experiment.objects.exists()


def test_without_a_search_it_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        advance_all()
