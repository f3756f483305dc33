"""The page of what Ark may do by itself."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognition.models import TrainingPolicy
from recognition.training import automation

PAGE = "/admin/training/policy/"
GIVEN = {
    "promotes": "on",
    "min_gain": "0.01",
    "max_label_loss": "0.1",
    "schedule": "nightly",
    "hour": "4",
    "new_labels": "50",
}


def test_both_are_off_at_first(as_trainer: Client) -> None:
    page = as_trainer.get(PAGE).content.decode()
    assert 'name="promotes" value="on">' in page
    assert '<option value="off" selected>' in page


def test_a_trainer_sets_the_policy(as_trainer: Client, trainer: User) -> None:
    as_trainer.post(PAGE, GIVEN)
    now = automation.settings()
    assert (now.promotes, now.min_gain, now.max_label_loss) == (True, 0.01, 0.1)
    assert (now.schedule, now.hour, now.new_labels, now.changed_by) == (
        *("nightly", 4, 50),
        trainer,
    )
    assert "checked" in as_trainer.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_gain": "7"},
        {"max_label_loss": "x"},
        {"schedule": "hourly"},
        {"hour": "24"},
        {"new_labels": "0"},
        {"new_labels": "9" * 30},
    ],
)
def test_what_makes_no_sense_changes_nothing(wrong: dict[str, str], as_trainer: Client) -> None:
    response = as_trainer.post(PAGE, {**GIVEN, **wrong}, follow=True)
    assert response.status_code == 200
    assert not TrainingPolicy.objects.exists()


def test_a_reviewer_reads_it_and_changes_nothing(as_reviewer: Client) -> None:
    assert as_reviewer.get(PAGE).status_code == 200
    assert as_reviewer.post(PAGE, GIVEN).status_code == 403
    assert not TrainingPolicy.objects.exists()
