"""The page that launches a run: what it says beforehand, and what it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.models import Mode, ModelVersion, RunState, Split, TrainingRun
from recognition.training import expected
from tests.support.rows import training_run

Labelled = Callable[..., list[Any]]
URL = "training-launch"


def shown(client: Client, **query: object) -> str:
    response = client.get(reverse(URL), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def launched(client: Client, **data: object) -> TrainingRun:
    response = client.post(reverse(URL), data)
    assert response.status_code == 302, response.context["form"].errors
    run = TrainingRun.objects.latest("created")
    assert response.url == reverse("training-run", args=[run.id])
    return run


def test_teaching_is_the_default(as_trainer: Client, labelled: Labelled, trainer: User) -> None:
    labelled("dog", 3)
    run = launched(as_trainer)
    assert (run.mode, run.state, run.by) == (Mode.TEACH, RunState.QUEUED, trainer)
    assert run.parent == ModelVersion.objects.get(live=True)


def test_looking_launches_nothing(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 3)
    shown(as_trainer, mode="teach", seed=1)
    assert not TrainingRun.objects.exists()


def test_the_teacher_gets_ready_while_somebody_looks(
    as_trainer: Client, labelled: Labelled
) -> None:
    labelled("dog", 3)
    assert not expected.is_lesson_expected()
    shown(as_trainer)
    assert expected.is_lesson_expected()


def test_a_double_click_launches_once(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 3)
    page = as_trainer.get(reverse(URL))
    new_id = page.context["new_id"]
    assert f'name="id" value="{new_id}"' in page.content.decode()
    runs = {launched(as_trainer, id=new_id).id for _ in range(2)}
    assert runs == {new_id}
    assert TrainingRun.objects.count() == 1


def test_photos_are_shown_by_label_and_split(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 7)
    labelled("dog", 2, Split.TEST)
    labelled("taxi", 1, Split.VALIDATION)
    rows = as_trainer.get(reverse(URL)).context["rows"]
    counts = [(row.of.label.slug, row.of.train, row.of.validation, row.of.test) for row in rows]
    assert counts == [("dog", 7, 0, 2), ("taxi", 0, 1, 0)]
    assert rows[0].bar == [("train", 0.0, 77.78), ("test", 77.78, 22.22)]
    assert [row.is_few for row in rows] == [False, True]


def test_labels_with_few_photos_are_warned_about(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 2)
    assert "1 label has fewer than 5 photos to learn from" in shown(as_trainer)


def test_it_names_labels_that_would_be_forgotten(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 5)
    labelled("taxi", 5)
    page = shown(as_trainer, mode="from_scratch")
    assert "2 labels that the live version knows will be unknown to the result:" in page
    assert "Neither, Car" in page
    assert "unknown to the result" not in shown(as_trainer)


def test_it_tells_what_changed_since_the_last_run(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 5)
    before = launched(as_trainer)
    TrainingRun.objects.update(state=RunState.SUCCEEDED)
    assert "it would learn the same again" in shown(as_trainer)
    labelled("taxi", 3)
    page = shown(as_trainer)
    assert "<b>3 photos more</b>, 0 with another label, 0 fewer" in page
    assert "Taxi +3" in page
    assert reverse("training-run", args=[before.id]) in page


def test_without_labelled_photos_nothing_can_be_launched(as_trainer: Client) -> None:
    page = as_trainer.get(reverse(URL))
    assert "nothing to learn from" in page.content.decode()
    answer = as_trainer.post(reverse(URL), {"mode": "teach"})
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert not TrainingRun.objects.exists()


def test_settings_of_fine_tuning_are_used(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 5)
    given = {"mode": "fine_tune", "epochs": 3, "class_balancing": "False", "trainable": "head"}
    run = launched(as_trainer, **given)
    chosen = {name: run.parameters[name] for name in ("epochs", "class_balancing", "trainable")}
    assert chosen == {"epochs": 3, "class_balancing": False, "trainable": "head"}
    assert run.parameters["batch_size"] == 16


def test_a_network_and_its_options_are_used(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 5)
    labelled("taxi", 5)
    page = as_trainer.get(reverse(URL), {"mode": "from_scratch", "network": "three_stage"})
    form = page.context["form"]
    name, option = next(iter(form.summary.options.items()))
    value = option.choices[-1] if option.choices else option.max
    run = launched(
        as_trainer, mode="from_scratch", network="three_stage", **{f"option-{name}": value}
    )
    assert (run.network, run.parent) == ("three_stage", None)
    assert run.parameters["network_options"][name] == value


@pytest.mark.parametrize("mode", ["teach", "fine_tune", "from_scratch"])
def test_each_way_shows_how_long_it_takes(
    mode: str, as_trainer: Client, labelled: Labelled
) -> None:
    labelled("dog", 5)
    labelled("taxi", 5)
    context = as_trainer.get(reverse(URL), {"mode": mode}).context
    assert context["how_long"]
    assert not context["form"].errors


def test_an_error_stands_beside_its_field(as_trainer: Client, labelled: Labelled) -> None:
    labelled("dog", 5)
    answer = as_trainer.post(reverse(URL), {"mode": "fine_tune", "epochs": 0})
    assert answer.status_code == 200
    assert "epochs" in answer.context["form"].errors
    assert answer.context["opens_settings"]
    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "nonsense"},
        {"mode": "fine_tune", "parent": "99999999999999999999999"},
        {"mode": "from_scratch", "network": "\0"},
        {"mode": "fine_tune", "epochs": "1e999", "learning_rate": "nan"},
        {"like": "nonsense"},
        {"like": uuid4()},
        {"was_mode": "x", "was_network": "y"},
        {"mode": "teach", "seed": "9" * 400},
    ],
)
def test_malformed_values_are_no_error_of_the_server(
    query: dict[str, object], as_trainer: Client, labelled: Labelled
) -> None:
    labelled("dog", 5)
    assert as_trainer.get(reverse(URL), query).status_code == 200
    assert as_trainer.post(reverse(URL), query).status_code in (200, 302)


def test_what_was_typed_stays_when_another_way_is_chosen(as_trainer: Client) -> None:
    typed = {
        "was_mode": "fine_tune",
        "was_network": "lite0",
        "batch_size": 7,
        "epochs": 15,
        "mode": "from_scratch",
    }
    form = as_trainer.get(reverse(URL), typed).context["form"]
    assert form["batch_size"].value() == "7"
    assert form["epochs"].value() == 60, "15 was only the default of fine-tuning"


def test_a_run_can_be_repeated_with_its_settings(as_trainer: Client) -> None:
    old = training_run(
        mode=Mode.FROM_SCRATCH,
        network="lenet5",
        parent=None,
        parameters={"epochs": 9, "class_balancing": False, "network_options": {}},
    )
    form = as_trainer.get(reverse(URL), {"like": old.id}).context["form"]
    assert (form.mode, form.summary.name) == (Mode.FROM_SCRATCH, "lenet5")
    assert form.is_valid()
    assert form.parameters()["epochs"] == 9
    assert form.parameters()["class_balancing"] is False


def test_what_learns_is_no_question_from_scratch(as_trainer: Client) -> None:
    assert "trainable" in as_trainer.get(reverse(URL), {"mode": "fine_tune"}).context["form"].fields
    form = as_trainer.get(reverse(URL), {"mode": "from_scratch"}).context["form"]
    assert "trainable" not in form.fields
    assert form["warmup_epochs"].value() == "3"  # not 3.0
