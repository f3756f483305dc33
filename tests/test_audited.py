"""What must stand in the audit log does: who, what, to what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from recognition.core import jobs
from recognition.labels import tree
from recognition.models import AuditEvent, Job, Label, LiveChange, ModelVersion
from recognition.review import promise
from recognition.training import automation
from recognition.versions import bundles, registry
from tests.conftest import api_of
from tests.support.pages import client_of
from tests.support.rows import manifest, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def told(action: str) -> list[tuple[str, str]]:
    """By whom and to what, oldest first."""
    events = AuditEvent.objects.filter(action=action).order_by("at", "id")
    return list(events.values_list("user_name", "subject"))


def details() -> dict[str, Any]:
    return AuditEvent.objects.latest("at").details


@pytest.fixture
def candidate(monkeypatch: pytest.MonkeyPatch) -> ModelVersion:
    """A second version, whose files nobody looks at."""
    monkeypatch.setattr(registry, "check_files", lambda _version: None)
    return registry.register(2, manifest(name="Other"))


def test_promotions_and_roll_backs(candidate: ModelVersion, trainer: User) -> None:
    registry.promote(candidate, trainer)
    registry.promote(candidate, trainer)  # is live already
    registry.roll_back(trainer)
    assert told("promoted") == [("tina", "version 2"), ("tina", "version 1")]
    assert details() == {"how": "rolled_back", "before": [2]}


def test_what_the_rule_promotes_is_nobodys_doing(candidate: ModelVersion) -> None:
    registry.promote(candidate, None, LiveChange.How.RULE)
    assert told("promoted") == [("", "version 2")]
    assert details()["how"] == "rule"


def test_new_and_retired_labels(reviewer: User) -> None:
    body = {"slug": "suv", "name": "SUV", "parent": "car"}
    api_of(reviewer).post("/api/v1/labels/", body, format="json")
    suv = Label.objects.get(slug="suv")
    for active in (False, False, True):  # the second time changes nothing
        tree.set_active(suv, active, reviewer)
    assert told("label_changed") == [("rita", "suv")] * 3
    did = AuditEvent.objects.order_by("at").values_list("details__did", flat=True)
    assert list(did) == ["added", "retired", "brought back"]


def test_a_label_changed_on_a_page_is_told_once(reviewer: User) -> None:
    taxi = Label.objects.get(slug="taxi")
    client_of(reviewer).post(reverse("admin:recognition_label_retire", args=[taxi.pk]))
    assert not Label.objects.get(slug="taxi").active
    assert told("label_changed") == [("rita", "taxi")]


def test_the_promise(reviewer: User) -> None:
    promise.change(True, 0.99, 0.05, reviewer)
    assert told("setting_changed") == [("rita", "accuracy promise")]
    assert details()["active"] == ["False", "True"]


def test_automation(trainer: User) -> None:
    automation.change(trainer, promotes=True)
    assert told("setting_changed") == [("tina", "automation")]
    assert details() == {"promotes": ["False", "True"]}


def test_exports_of_labelled_photos(reviewer: User, tmp_path: Path) -> None:
    client_of(reviewer).get(reverse("export-photos"), {"format": "csv", "label": "dog"})
    assert details() == {"form": "csv", "filters": {"labels": ["dog"]}}
    call_command("export_photos", str(tmp_path / "all.zip"))
    assert told("exported") == [("rita", "labelled photos"), ("", "labelled photos")]


def test_a_page_with_a_choice_exports_nothing(reviewer: User) -> None:
    client_of(reviewer).get(reverse("export-photos"))
    assert told("exported") == []


@pytest.mark.parametrize(
    "fetch",
    [
        lambda who: client_of(who).get(reverse("history-results"), {"whose": "everybody"}),
        lambda who: api_of(who).get("/api/v1/photos/results.csv"),
    ],
)
def test_results_of_everybody(fetch: Callable[[User], Any], reviewer: User) -> None:
    fetch(reviewer)
    assert told("exported") == [("rita", "results of everybody's photos")]


def test_ones_own_results_are_ones_own(uploader: User) -> None:
    client_of(uploader).get(reverse("history-results"))
    api_of(uploader).get("/api/v1/photos/results.csv")
    assert told("exported") == []


def test_a_downloaded_version(version: ModelVersion, trainer: User, settings: Any) -> None:
    bundles.ask_for(version, "onnx", trainer)
    jobs.succeed(jobs.claim(Job.Kind.EXPORT), result={})
    path = bundles.path_of(version, "onnx")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PK")
    client: Client = client_of(trainer)
    response = client.get(reverse("training-export", args=[version.number, "onnx"]))
    assert b"".join(response.streaming_content) == b"PK"
    path.unlink()
    assert told("exported") == [("tina", "version 1")]
    assert details() == {"form": "onnx", "file": path.name}


def test_an_imported_version(
    version: ModelVersion, trainer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "add", lambda _folder, _by: version)
    parameters = {"name": "theirs.zip", "folder": "nowhere", "sha256": "0" * 64}
    jobs.ask(Job.Kind.IMPORT, trainer, "theirs", parameters=parameters)
    bundles.add_accepted()
    assert told("imported") == [("tina", "version 1")]
    assert details() == {"file": "theirs.zip"}


def test_imported_photos(uploader: User, tmp_path: Path, photos: list[Path]) -> None:
    (tmp_path / "dog.jpg").write_bytes(photos[0].read_bytes())
    call_command("import_photos", str(tmp_path), owner="ursula")
    assert told("imported") == [("", "photos of ursula")]
    assert details() == {"folder": str(tmp_path), "photos": 1}


def test_a_deleted_account_takes_nothing_along(reviewer: User, uploader: User) -> None:
    settled_photo(uploader)
    promise.change(True, 0.99, 0.05, reviewer)
    reviewer.delete()
    assert told("setting_changed") == [("rita", "accuracy promise")]
