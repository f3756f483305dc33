"""The pages of experiments: a question becomes runs, and the runs become an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from recognition.models import Experiment, Photo, Split, TrainingRun
from recognition.training.experiments import Setup, compare
from recognition.training.search import advance_all, launch
from recognition.versions.registry import live_version
from tests.support.rows import register_measured

LIST = "/admin/training/experiments/"
NEW = LIST + "new/"
LAYERS = {
    "mode": "from_scratch",
    "network": "three_stage",
    "kind": "comparison",
    "vary": "option-layers",
    "values": "3, 4，5",
}
SEARCH = {"mode": "fine_tune", "kind": "search", "trials": "5"}


@pytest.fixture(autouse=True)
def photos(labelled: Callable[..., list[Photo]]) -> None:
    labelled("dog", 3)
    labelled("car", 3)
    labelled("dog", 1, Split.VALIDATION)


@pytest.fixture
def experiment(trainer: User) -> Experiment:
    setup = Setup("from_scratch", network="three_stage")
    return compare(trainer, "Layers", setup, "layers", [3, 4])


def text_of(client: Client, address: str, **query: Any) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page_of(experiment: Experiment) -> str:
    return f"{LIST}{experiment.id}/"


def test_without_experiments_the_list_offers_questions(as_trainer: Client) -> None:
    text = text_of(as_trainer, LIST)
    assert "What happens if we add a layer?" in text
    assert "None yet" in text


def test_every_question_fills_in_a_form_that_can_be_launched(as_trainer: Client) -> None:
    for preset in as_trainer.get(LIST).context["presets"]:
        response = as_trainer.get(f"{NEW}?{preset['query']}")
        assert response.context["form"].is_valid(), preset
        assert response.context["runs"] >= 2
        assert response.context["how_long"]


def test_the_values_become_runs_that_differ_in_one_thing(as_trainer: Client) -> None:
    response = as_trainer.post(NEW, LAYERS)
    experiment = Experiment.objects.get()
    assert response["Location"] == page_of(experiment)
    runs = TrainingRun.objects.order_by("created")
    assert [run.varied for run in runs] == [{"layers": 3}, {"layers": 4}, {"layers": 5}]
    assert [run.parameters["network_options"]["layers"] for run in runs] == [3, 4, 5]
    assert {run.dataset for run in runs} == {experiment.dataset}
    assert experiment.name == "What does it change: Convolution layers?"


def test_a_double_click_makes_one_experiment(as_trainer: Client) -> None:
    given = {**LAYERS, "id": str(uuid4())}
    addresses = {as_trainer.post(NEW, given)["Location"] for _ in range(2)}
    assert len(addresses) == 1
    assert TrainingRun.objects.count() == 3


def test_a_search_is_launched_with_its_number_of_trials(as_trainer: Client) -> None:
    as_trainer.post(NEW, SEARCH)
    search = Experiment.objects.get()
    assert (search.kind, search.plan["trials"]) == ("search", 5)
    assert "about to be launched" in text_of(as_trainer, page_of(search))


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": ""},
        {"values": "3"},
        {"values": "3, 3"},
        {"values": "3, many"},
        {"values": "3, 4000"},
        {"values": "3, nan"},
        {"values": ",".join(map(str, range(3, 10))) + ",3.5"},
        {"values": "\x00"},
        {"vary": ""},
        {"vary": "nonsense"},
        {"vary": "seed"},
        {"vary": "network", "values": "lenet5, nonsense"},
        {"vary": "learning_rate", "values": "1e-3, 1e400"},
        {"epochs": "-1"},
        {"kind": "search", "trials": "1000000"},
        {"id": "nonsense"},
    ],
)
def test_what_cannot_be_launched_is_explained(as_trainer: Client, wrong: dict[str, str]) -> None:
    response = as_trainer.post(NEW, {**LAYERS, **wrong})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Experiment.objects.exists()


def test_defaults_of_another_way_to_train_give_way(as_trainer: Client) -> None:
    was = {
        "was_mode": "from_scratch",
        "was_network": "three_stage",
        "epochs": "60",
        "patience": "7",
    }
    form = as_trainer.get(NEW, {**was, "mode": "fine_tune"}).context["form"]
    assert (form["epochs"].value(), form["patience"].value()) == (15, "7")


def test_a_form_that_is_only_begun_shows_no_errors(as_trainer: Client) -> None:
    assert "training-error" not in text_of(as_trainer, NEW)
    assert "is-bad" not in text_of(as_trainer, NEW)


def test_without_photos_nothing_can_be_launched(as_trainer: Client) -> None:
    Photo.objects.all().delete()
    assert "nothing to learn from" in text_of(as_trainer, NEW)
    assert as_trainer.post(NEW, LAYERS).status_code == 200
    assert not Experiment.objects.exists()


def test_the_answer_says_when_it_is_only_noise(as_trainer: Client, experiment: Experiment) -> None:
    assert "0 of 2 runs are over" in text_of(as_trainer, page_of(experiment))
    for run, accuracy in zip(experiment.runs.order_by("created"), (0.989, 0.992), strict=True):
        register_measured(run, accuracy, photos=180)
    text = text_of(as_trainer, page_of(experiment)).replace("\u00a0", " ")
    assert "Convolution layers: 4 reaches 99.2 %" in text
    assert "within the noise of 180 test photos" in text
    assert "Cancel all" not in text


def test_the_answer_says_when_one_is_better(as_trainer: Client, experiment: Experiment) -> None:
    for run, accuracy in zip(experiment.runs.order_by("created"), (0.8, 0.95), strict=True):
        register_measured(run, accuracy, photos=180)
    assert "Convolution layers: 4 is best" in text_of(as_trainer, page_of(experiment))


def test_the_live_part_asks_again_until_all_runs_are_over(
    as_trainer: Client, experiment: Experiment
) -> None:
    live = page_of(experiment) + "live/"
    assert "every 2s" in text_of(as_trainer, live)
    experiment.runs.update(state="failed")
    assert "every 2s" not in text_of(as_trainer, live)


def test_the_trials_of_a_search_are_sorted_by_score(as_trainer: Client, trainer: User) -> None:
    search = launch(trainer, "Search", Setup("fine_tune", live_version()), 5)
    for score in (0.8, 0.9):
        advance_all()
        search.runs.filter(state="queued").update(state="succeeded", score=score)
    response = as_trainer.get(page_of(search))
    assert [row.side.run.score for row in response.context["rows"]] == [0.9, 0.8]
    assert "Best so far" in response.content.decode()


def test_cancelling_ends_all_runs(as_trainer: Client, experiment: Experiment) -> None:
    as_trainer.post(page_of(experiment) + "cancel/")
    assert {run.state for run in experiment.runs.all()} == {"cancelled"}


def test_stopping_a_search_leaves_its_run_alone(as_trainer: Client, trainer: User) -> None:
    search = launch(trainer, "Search", Setup("fine_tune", live_version()), 5)
    advance_all()
    as_trainer.post(page_of(search) + "stop/")
    advance_all()
    assert [run.state for run in search.runs.all()] == ["queued"]


def test_an_experiment_that_does_not_exist_is_not_found(as_trainer: Client) -> None:
    for end in ("", "live/"):
        assert as_trainer.get(f"{LIST}{uuid4()}/{end}").status_code == 404
    for end in ("stop/", "cancel/"):
        assert as_trainer.post(f"{LIST}{uuid4()}/{end}").status_code == 404


def test_the_pages_take_few_queries(
    as_trainer: Client,
    experiment: Experiment,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for address in (LIST, page_of(experiment)):
        with django_assert_max_num_queries(16):
            text_of(as_trainer, address)
