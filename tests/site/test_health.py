"""What load balancers, supervisors and Prometheus are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from recognition.cnn.finder.manifest import FinderManifest, write_finder
from recognition.core import heartbeats, jobs
from recognition.models import Job, ModelVersion, State
from recognition.site import readiness
from recognition.versions import finder
from tests.support.rows import add_photo, training_run


@pytest.fixture
def ready(live_version: ModelVersion) -> None:
    heartbeats.beat("somewhere:1")


def _checks(client: Client) -> dict[str, bool]:
    return {name: check["ok"] for name, check in client.get("/readyz").json()["checks"].items()}


def test_alive_without_asking_anything(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


@pytest.mark.usefixtures("ready")
def test_ready_when_every_check_passes(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert _checks(client) == {
        "database": True,
        "broker": True,
        "live_model": True,
        "worker": True,
        "tasks": True,
    }


def test_not_ready_without_a_predictor(client: Client, live_version: ModelVersion) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "predictor" in response.json()["checks"]["worker"]["why"]


@pytest.mark.usefixtures("ready", "no_redis")
def test_not_ready_without_redis(client: Client) -> None:
    assert client.get("/readyz").status_code == 503
    assert _checks(client) == {
        "database": True,
        "broker": False,
        "live_model": True,
        "worker": False,
        "tasks": False,
    }


def test_not_ready_without_a_live_version(client: Client, db: None) -> None:
    assert _checks(client)["live_model"] is False


def test_not_ready_when_the_live_version_has_no_files(
    client: Client, version: ModelVersion, settings: Settings, tmp_path
) -> None:
    settings.ARK_MODELS_STORE = tmp_path
    assert _checks(client)["live_model"] is False


@pytest.mark.usefixtures("ready")
def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setitem(readiness._CHECKS, "database", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == {"ok": False, "why": "gone"}


@pytest.mark.usefixtures("ready")
def test_ready_without_a_finder_which_is_said(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "folder", lambda: tmp_path)
    response = client.get("/readyz")
    assert response.status_code == 200
    absent = response.json()["optional"]["finder"]
    assert absent["ok"] is False
    assert "manage.py add_finder" in absent["why"]
    write_finder(tmp_path, FinderManifest("nanodet_g", 416))
    assert client.get("/readyz").json()["optional"]["finder"] == {"ok": True}
    assert 'ark_finder_info{name="nanodet_g"} 1.0' in client.get("/metrics").content.decode()


def test_strangers_do_not_learn_why(client: Client, version: ModelVersion) -> None:
    response = client.get("/readyz", REMOTE_ADDR="203.0.113.9")
    assert response.json()["checks"]["worker"] == {"ok": False}


def test_metrics_tell_of_the_queue_and_the_requests(
    client: Client, uploader: User, live_version: ModelVersion
) -> None:
    add_photo(uploader)
    add_photo(uploader, prediction__state=State.FAILED)
    add_photo(uploader, prediction__state=State.DONE, prediction__look_due=timezone.now())
    training_run()
    heartbeats.beat("somewhere:1")
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    assert 'ark_predictions{state="pending"} 1.0' in text
    assert 'ark_predictions{state="failed"} 1.0' in text
    assert 'ark_live_model_info{network="lite0",number="1"} 1.0' in text
    assert "ark_predictors 1.0" in text
    assert "ark_oldest_pending_seconds" in text
    assert "ark_closer_looks 1.0" in text
    assert "ark_trainers 0.0" in text
    assert 'ark_training_runs{state="queued"} 1.0' in text
    assert 'method="GET",status="200",view="healthz"' in text


def test_metrics_never_read_the_whole_table(
    client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8) as captured:
        client.get("/metrics")
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert all('"state" = ' in sql or "LIMIT" in sql for sql in counts)


@pytest.mark.parametrize(
    "asked_from",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
    ],
)
def test_metrics_are_for_this_machine(client: Client, db: None, asked_from: dict[str, str]) -> None:
    assert client.get("/metrics", **asked_from).status_code == 403


def test_with_a_token_only_its_bearer_reads_metrics(
    client: Client, db: None, settings: Settings
) -> None:
    settings.ARK_METRICS_TOKEN = "a-token"
    bearer = {"Authorization": "Bearer a-token"}
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 403
    assert client.get("/metrics", headers=bearer, REMOTE_ADDR="203.0.113.9").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_is_not_redirected_to_https(
    path: str, client: Client, db: None, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code != 301


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_is_only_read(path: str, client: Client) -> None:
    assert client.post(path).status_code == 405


def test_damaged_originals_are_told_but_stop_nothing(client: Client) -> None:
    found = {"missing": 1, "incoming": 5}
    jobs.note_done(Job.Kind.STORAGE_CHECK, timezone.now(), {}, {"found": found})
    answer = client.get("/readyz").json()["optional"]["storage"]
    assert not answer["ok"]
    assert "'missing': 1" in answer["why"]
    assert "incoming" not in answer["why"]
    metrics = client.get("/metrics").text
    assert "ark_storage_missing 1.0" in metrics
    assert "ark_storage_orphaned 0.0" in metrics
    assert "ark_storage_free_bytes " in metrics
    assert "ark_storage_check_timestamp_seconds " in metrics
