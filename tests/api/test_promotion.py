"""Versions are promoted and rolled back through the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.cnn.manifest import WEIGHTS_NAME
from recognition.models import LiveChange
from recognition.versions.registry import live_version, register
from tests.conftest import api_of
from tests.support.rows import version_folder

PROMOTE, ROLL_BACK = "/api/v1/models/2/promote/", "/api/v1/models/roll-back/"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any, db: None) -> Path:
    """Two versions, the first one live."""
    settings.ARK_MODELS_STORE = tmp_path
    for number in (1, 2):
        register(number, version_folder(tmp_path / str(number), name=f"Version {number}"))
    return tmp_path


def test_a_trainer_promotes_a_version(trainer: User) -> None:
    response = api_of(trainer).post(PROMOTE)
    assert response.status_code == 200
    assert (response.json()["number"], response.json()["live"]) == (2, True)
    assert LiveChange.objects.latest("id").by == trainer
    assert api_of(trainer).post(PROMOTE).status_code == 200
    assert LiveChange.objects.count() == 2


def test_a_trainer_rolls_back(trainer: User) -> None:
    client = api_of(trainer)
    client.post(PROMOTE)
    response = client.post(ROLL_BACK)
    assert (response.status_code, response.json()["number"]) == (200, 1)
    assert live_version().number == 1


def test_a_damaged_version_is_refused_with_the_reason(trainer: User, store: Path) -> None:
    (store / "2" / WEIGHTS_NAME).write_bytes(b"other")
    response = api_of(trainer).post(PROMOTE)
    assert (response.status_code, response.json()["code"]) == (409, "cannot_promote")
    assert "sha256" in response.json()["detail"]
    assert live_version().number == 1


def test_with_nothing_to_go_back_to_rolling_back_is_refused(trainer: User) -> None:
    response = api_of(trainer).post(ROLL_BACK)
    assert (response.status_code, response.json()["code"]) == (409, "cannot_promote")


@pytest.mark.parametrize("address", [PROMOTE, ROLL_BACK])
def test_others_may_not(address: str, uploader: User, reviewer: User) -> None:
    assert api_of(uploader).post(address).status_code == 403
    assert api_of(reviewer).post(address).status_code == 403
    assert APIClient().post(address).status_code == 401
    assert live_version().number == 1


@pytest.mark.parametrize("number", ["3", "0", "one", "9" * 40])
def test_a_version_that_is_not_there_is_not_found(number: str, trainer: User) -> None:
    assert api_of(trainer).post(f"/api/v1/models/{number}/promote/").status_code == 404


def test_it_is_not_for_reading(trainer: User) -> None:
    assert api_of(trainer).get(PROMOTE).status_code == 405
