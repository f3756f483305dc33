"""The list of training runs."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from recognition.models import DataSet, Mode, RunState
from tests.support.rows import register_measured, training_run

URL = "admin:recognition_trainingrun_changelist"


def test_runs_are_listed_and_lead_to_their_pages(as_trainer: Client, trainer: User) -> None:
    dataset = DataSet.objects.create(summary={"labels": {"dog": {"train": 70, "test": 30}}})
    run = training_run(dataset=dataset, by=trainer)
    register_measured(run, accuracy=0.955, photos=30)
    page = as_trainer.get(reverse(URL)).content.decode()
    for text in ("Teaching from version 1", "succeeded", "100", "95.5\N{NO-BREAK SPACE}%", "tina"):
        assert text in page
    change = reverse("admin:recognition_trainingrun_change", args=[run.id])
    assert change in page
    answer = as_trainer.get(change)
    assert answer.url == reverse("training-run", args=[run.id])


def test_runs_are_filtered_by_state_and_mode(as_trainer: Client) -> None:
    failed = training_run(state=RunState.FAILED)
    tuned = training_run(mode=Mode.FINE_TUNE)

    def listed(**query: str) -> list[object]:
        return list(as_trainer.get(reverse(URL), query).context["cl"].result_list)

    assert listed(state__exact="failed") == [failed]
    assert listed(mode__exact="fine_tune") == [tuned]


def test_a_list_asks_as_many_questions_for_one_run_as_for_many(
    as_trainer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        training_run()
    with django_assert_max_num_queries(10):
        as_trainer.get(reverse(URL))


def test_the_button_on_top_leads_to_the_launch_page(as_trainer: Client) -> None:
    button = reverse("admin:recognition_trainingrun_teach_or_train")
    assert button in as_trainer.get(reverse(URL)).content.decode()
    assert as_trainer.get(button).url == reverse("training-launch")


def test_a_malformed_id_is_no_error_of_the_server(as_trainer: Client) -> None:
    for key in ("nonsense", str(uuid4())):
        address = reverse("admin:recognition_trainingrun_change", args=[key])
        assert as_trainer.get(address).status_code in (302, 404)


def test_nobody_edits_runs_by_hand(as_trainer: Client) -> None:
    assert as_trainer.get(reverse("admin:recognition_trainingrun_add")).status_code == 403


def test_an_empty_list_says_so_in_plain_words(as_trainer: Client) -> None:
    assert "Nothing here yet." in as_trainer.get(reverse(URL)).content.decode()
    filtered = as_trainer.get(reverse(URL), {"state__exact": "failed"}).content.decode()
    assert "Nothing matches what you look for." in filtered
