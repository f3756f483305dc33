"""Promote, roll back and predict again from the admin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.cnn.manifest import WEIGHTS_NAME
from recognition.labels.tree import set_active
from recognition.models import Comparison, Job, Label, ModelVersion, Photo, Prediction, RunState
from recognition.versions.registry import live_version, promote, register
from tests.support.rows import manifest, predicted_photo, version_folder

PROMOTE, ROLL_BACK = "/admin/training/versions/2/promote/", "/admin/training/roll-back/"
AGAIN = "/admin/training/versions/2/again/"


@pytest.fixture
def versions(tmp_path: Path, settings: Any, db: None) -> list[ModelVersion]:
    """Version 1, which is live, and version 2, which knows no taxis."""
    settings.ARK_MODELS_STORE = tmp_path
    whole = version_folder(tmp_path / "1")
    ModelVersion.objects.filter(number=1).update(sha256=whole.sha256)
    labels = [label for label in manifest().labels if label.slug != "taxi"]
    return [
        register(1, whole),
        register(2, version_folder(tmp_path / "2", name="Other", labels=tuple(labels))),
    ]


@pytest.fixture
def staff(versions: list[ModelVersion], trainer: User) -> Client:
    client = Client()
    client.force_login(trainer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_says_what_would_be_lost(staff: Client) -> None:
    page = staff.get(PROMOTE).content.decode()
    assert "by version 2 instead of version 1" in page
    assert "It would no longer know:</strong> Taxi" in page
    assert "not been compared" in page


def test_a_retired_label_is_not_lost(staff: Client) -> None:
    set_active(Label.objects.get(slug="taxi"), False)
    assert "It would no longer know" not in staff.get(PROMOTE).content.decode()


def test_the_page_says_what_the_comparison_found(
    staff: Client, versions: list[ModelVersion]
) -> None:
    findings = {"fixed": 41, "broken": 2, "candidate": {"photos": 500}}
    Comparison.objects.create(
        candidate=versions[1], baseline=versions[0], state="done", findings=findings
    )
    page = staff.get(PROMOTE).content.decode()
    assert "fixes 41 photos" in page
    assert reverse("training-compare", args=(2, 1)) in page


def test_promoted_it_is_live(staff: Client, versions: list[ModelVersion]) -> None:
    page = staff.post(PROMOTE, follow=True).content.decode()
    assert live_version() == versions[1]
    assert "Version 2 is live." in page


def test_a_damaged_version_is_refused_with_the_reason(staff: Client, tmp_path: Path) -> None:
    (tmp_path / "2" / WEIGHTS_NAME).write_bytes(b"other")
    page = staff.post(PROMOTE, follow=True).content.decode()
    assert "its files are damaged" in page
    assert live_version().number == 1


def test_one_goes_back_to_the_version_that_the_page_named(
    staff: Client, versions: list[ModelVersion]
) -> None:
    promote(versions[1], None)
    assert "Roll back to version 1" in staff.get(ROLL_BACK).content.decode()
    for _ in range(2):  # a double click
        staff.post(ROLL_BACK, {"to": "1"})
    assert live_version() == versions[0]


@pytest.mark.parametrize("to", ["", "7", "x", "9" * 30])
def test_before_the_first_promotion_there_is_no_way_back(to: str, staff: Client) -> None:
    assert staff.get(ROLL_BACK, follow=True).status_code == 200
    assert staff.post(ROLL_BACK, {"to": to}, follow=True).status_code == 200
    assert live_version().number == 1


def test_the_list_leads_to_the_page(staff: Client, versions: list[ModelVersion]) -> None:
    address = reverse("admin:recognition_modelversion_changelist")
    chosen = {"action": "make_live", "_selected_action": [str(versions[1].id)]}
    assert staff.post(address, chosen)["Location"] == PROMOTE
    both = {**chosen, "_selected_action": [str(version.id) for version in versions]}
    assert "choose one" in staff.post(address, both, follow=True).content.decode()


def test_the_log_says_from_when_to_when(staff: Client, versions: list[ModelVersion]) -> None:
    promote(versions[1], User.objects.get(username="tina"))
    page = staff.get(reverse("admin:recognition_livechange_changelist")).content.decode()
    assert "made live" in page
    assert "tina" in page
    assert "now" in page


def test_photos_are_asked_for_again(staff: Client, versions: list[ModelVersion]) -> None:
    staff.post(AGAIN, {"said": "dog"})
    asked = Job.objects.get()
    assert (asked.version, asked.parameters["label"], asked.by.username) == (
        versions[1],
        Label.objects.get(slug="dog").id,
        "tina",
    )
    assert "looked at" in staff.get(AGAIN).content.decode()
    staff.post(f"{AGAIN}stop/")
    asked.refresh_from_db()
    assert asked.state == RunState.CANCELLED
    assert "Stopped" in staff.get(AGAIN).content.decode()


@pytest.mark.parametrize("said", ["unicorn", "\0", "x" * 500])
def test_a_label_that_is_none_asks_for_nothing(said: str, staff: Client) -> None:
    assert staff.post(AGAIN, {"said": said}, follow=True).status_code == 200
    assert not Job.objects.exists()


@pytest.mark.parametrize("table", ["photo", "prediction"])
def test_selected_photos_are_predicted_again_by_the_live_version(
    table: str, staff: Client, versions: list[ModelVersion], uploader: User
) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    promote(versions[1], None)
    key = photo.id if table == "photo" else photo.prediction.id
    response = staff.post(
        reverse(f"admin:recognition_{table}_changelist"),
        {"action": "predict_again", "_selected_action": [str(key)]},
        follow=True,
    )
    assert "1 photo is predicted again" in response.content.decode()
    assert Prediction.objects.get(model_version=versions[1]).photo == photo


def test_reviewers_do_not_have_photos_predicted_again(
    versions: list[ModelVersion], reviewer: User
) -> None:
    photo = predicted_photo(reviewer, "dog", 0.9)
    client = Client()
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(
        reverse("admin:recognition_photo_changelist"),
        {"action": "predict_again", "_selected_action": [str(photo.id)]},
    )
    assert response.status_code == 403
    assert Photo.objects.get().predictions.count() == 1
