"""Training runs over HTTP."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, Permission, User
from rest_framework.test import APIClient

from recognition.models import DataSet, ModelVersion, RunState, Split, TrainingRun
from recognition.training.runs import FINISH_NOW
from tests.conftest import api_of
from tests.support.rows import NO_ID, training_run
from tests.training.test_datasets import labelled

URL = "/api/v1/training-runs/"

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def trainer(groups: None) -> User:
    user = User.objects.create_user("tina", is_staff=True)
    user.groups.add(Group.objects.get(name="Trainer"))
    return user


@pytest.fixture
def client(trainer: User) -> APIClient:
    return api_of(trainer)


@pytest.fixture
def photos(uploader: User, version: ModelVersion) -> None:
    for slug in ("dog", "car"):
        for split in Split:
            labelled(uploader, slug, split)


@pytest.mark.usefixtures("photos")
def test_a_run_is_accepted_and_found(client: APIClient, trainer: User) -> None:
    response = client.post(URL, {"mode": "teach"}, format="json")
    assert response.status_code == 202
    run = client.get(response["Location"]).json()
    assert run == response.json()
    assert (run["mode"], run["state"], run["parent"]) == ("teach", "queued", 1)
    assert (run["network"], run["parameters"]) == ("lite0", {"seed": 0})
    assert (run["model_version"], run["error"], run["epochs"]) == (None, None, [])
    counts = {"train": 1, "validation": 1, "test": 1}
    assert run["dataset"]["labels"] == {"dog": counts, "car": counts}
    assert TrainingRun.objects.get().by == trainer


@pytest.mark.usefixtures("photos")
def test_a_network_is_trained_from_scratch_with_parameters(client: APIClient) -> None:
    body = {"mode": "from_scratch", "network": "lenet5", "parameters": {"epochs": 3, "seed": 7}}
    run = client.post(URL, body, format="json").json()
    assert (run["network"], run["parent"]) == ("lenet5", None)
    assert (run["parameters"]["epochs"], run["parameters"]["seed"]) == (3, 7)
    assert run["parameters"]["batch_size"] > 0


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mode": "guess"}, "mode"),
        ({"mode": None}, "mode"),
        ({"parent": 99}, "parent"),
        ({"parent": "one"}, "parent"),
        ({"network": ""}, "network"),
        ({"network": "skynet"}, "network"),
        ({"network": "a\0b"}, "network"),
        ({"network": ["lenet5"]}, "network"),
        ({"parameters": [1]}, "parameters"),
        ({"parameters": {"epochs": 0}}, "parameters"),
        ({"parameters": {"epochs": "many"}}, "parameters"),
        ({"parameters": {"trainable": ["all"]}}, "parameters"),
        ({"network_options": {"wings": 2}}, "network_options"),
        ({"network_options": 3}, "network_options"),
    ],
)
def test_what_makes_no_sense_is_refused(
    change: dict[str, object], field: str, client: APIClient
) -> None:
    body = json.dumps({"mode": "from_scratch", "network": "lenet5", **change})
    response = client.post(URL, body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert list(response.json()["fields"]) == [field]
    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize("body", [[], "text", None, 7])
def test_what_is_no_run_at_all_is_refused(body: object, client: APIClient) -> None:
    response = client.post(URL, body, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_without_photos_nothing_is_launched(client: APIClient) -> None:
    response = client.post(URL, {"mode": "teach"}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "no_photos")
    assert "Label more photos" in response.json()["detail"]


def test_runs_are_listed_newest_first(client: APIClient) -> None:
    older, newer = training_run(), training_run()
    rows = client.get(URL).json()["results"]
    assert [row["id"] for row in rows] == [str(newer.id), str(older.id)]


def test_the_curves_are_told(client: APIClient) -> None:
    run = training_run(epochs=2, dataset=_dataset(), state=RunState.RUNNING)
    epochs = client.get(f"{URL}{run.id}/").json()["epochs"]
    assert [epoch["number"] for epoch in epochs] == [1, 2]
    assert epochs[0]["validation_accuracy"] == 0.5


def test_why_a_run_failed_is_told(client: APIClient) -> None:
    run = training_run(dataset=_dataset(), state=RunState.FAILED, error="disk_full")
    error = client.get(f"{URL}{run.id}/").json()["error"]
    assert error["code"] == "disk_full"
    assert "resume" in error["detail"]


def test_a_run_is_cancelled(client: APIClient) -> None:
    run = training_run(dataset=_dataset())
    response = client.post(f"{URL}{run.id}/cancel/")
    assert (response.status_code, response.json()["state"]) == (202, "cancelled")
    assert client.post(f"{URL}{run.id}/cancel/").status_code == 202


def test_a_cancelled_run_is_resumed(client: APIClient) -> None:
    run = training_run(dataset=_dataset(), state=RunState.CANCELLED)
    for _ in range(2):
        response = client.post(f"{URL}{run.id}/resume/")
        assert (response.status_code, response.json()["state"]) == (202, "queued")


def test_a_run_that_succeeded_is_not_resumed(client: APIClient) -> None:
    run = training_run(dataset=_dataset(), state=RunState.SUCCEEDED)
    response = client.post(f"{URL}{run.id}/resume/")
    assert (response.status_code, response.json()["code"]) == (409, "not_resumable")


def test_the_best_epoch_of_a_cancelled_run_is_kept(client: APIClient) -> None:
    run = training_run(1, dataset=_dataset(), state=RunState.CANCELLED, mode="fine_tune")
    run.folder.mkdir(parents=True)
    response = client.post(f"{URL}{run.id}/keep-best/")
    assert (response.status_code, response.json()["state"]) == (202, "queued")
    assert (run.folder / FINISH_NOW).exists()


def test_a_run_without_an_epoch_has_no_best_to_keep(client: APIClient) -> None:
    run = training_run(dataset=_dataset(), state=RunState.CANCELLED)
    response = client.post(f"{URL}{run.id}/keep-best/")
    assert (response.status_code, response.json()["code"]) == (409, "nothing_yet")


@pytest.mark.parametrize("name", [NO_ID, "one", "\N{SNOWMAN}"])
def test_a_run_that_is_not_there_is_not_found(name: object, client: APIClient) -> None:
    for response in (client.get(f"{URL}{name}/"), client.post(f"{URL}{name}/cancel/")):
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.usefixtures("photos")
def test_only_trainers_may(reviewer: User, api: APIClient) -> None:
    run = training_run(dataset=_dataset())
    for client in (api_of(reviewer), api):
        for response in (
            client.get(URL),
            client.get(f"{URL}{run.id}/"),
            client.post(URL, {"mode": "teach"}, format="json"),
            client.post(f"{URL}{run.id}/cancel/"),
            client.post(f"{URL}{run.id}/resume/"),
            client.post(f"{URL}{run.id}/keep-best/"),
        ):
            assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert APIClient().get(URL).status_code == 401
    assert TrainingRun.objects.get().state == RunState.QUEUED


def test_who_may_only_look_launches_nothing(reviewer: User) -> None:
    reviewer.user_permissions.add(Permission.objects.get(codename="view_trainingrun"))
    client = api_of(User.objects.get(id=reviewer.id))
    assert client.get(URL).status_code == 200
    assert client.post(URL, {"mode": "teach"}, format="json").status_code == 403


def _dataset() -> DataSet:
    return DataSet.objects.create(summary={"labels": {}, "unlabelled": 0, "retired": {}})


def test_a_version_to_start_from_is_named_by_its_number(
    client: APIClient, uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, "dog")
    body = {"mode": "fine_tune", "parent": version.number}
    assert client.post(URL, body, format="json").json()["parent"] == version.number
