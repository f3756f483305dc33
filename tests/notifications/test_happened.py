"""Changes of state tell what happened, in their own transaction; where nobody listens, nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recognition.analysis import acceptance
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.labels import labelling
from recognition.models import Label, ModelVersion, OutgoingEvent, Receiver, RunState, Via
from recognition.notifications import outbox, receivers
from recognition.predictions import queue
from recognition.review import promise
from recognition.training import runs, watch
from recognition.versions import registry
from tests.support.rows import add_photo, answer, manifest, settled_photo, training_run

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def everything(boss: User) -> Receiver:
    return receivers.add_webhook("https://example.org/", list(outbox.Kind), "", boss)[0]


def told(kind: str = "") -> list[tuple[str, dict[str, Any]]]:
    """All that was written, or what is of one kind."""
    events = OutgoingEvent.objects.filter(kind__startswith=kind).order_by("id")
    return list(events.values_list("kind", "data"))


@pytest.mark.usefixtures("everything")
def test_photos_that_are_predicted(uploader: User, version: ModelVersion) -> None:
    good, bad = add_photo(uploader), add_photo(uploader)
    rows = {row.photo_id: row for row in queue.claim(version)}
    answers = [answer("dog"), UnreadablePhoto("damaged")]
    queue.store([rows[good.id], rows[bad.id]], answers)
    (kind, first), (_kind, second) = told()
    assert kind == "photo.predicted"
    assert (first["photo"], first["label"], first["version"]) == (str(good.id), "dog", 1)
    assert first["path"] == reverse("photo", args=[good.id])
    assert (second["state"], second["label"], second["error"]) == ("failed", None, "damaged")


@pytest.mark.usefixtures("everything")
def test_labels_that_are_decided_and_undone(uploader: User, reviewer: User) -> None:
    photo = settled_photo(uploader)
    made = labelling.decide(photo.id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
    labelling.undo(made, reviewer)
    assert [(kind, data["label"]) for kind, data in told("label.decided")] == [
        ("label.decided", "dog"),
        ("label.decided", None),
    ]


@pytest.mark.usefixtures("everything")
def test_what_is_undone_is_not_told(uploader: User, reviewer: User) -> None:
    photo = settled_photo(uploader)
    with transaction.atomic():
        labelling.decide(photo.id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
        transaction.set_rollback(True)
    assert told("label.decided") == []


@pytest.mark.usefixtures("everything")
def test_runs_that_end() -> None:
    training_run(state=RunState.QUEUED)
    run = watch.claim(("teach",))
    assert run is not None
    watch.end(run, RunState.FAILED, error="bug")
    waiting = training_run(state=RunState.QUEUED)
    runs.cancel(waiting)
    runs.cancel(waiting)  # is over
    assert [(kind, data["state"], data["error"]) for kind, data in told()] == [
        ("run.ended", "failed", "bug"),
        ("run.ended", "cancelled", None),
    ]
    address = reverse("admin:recognition_trainingrun_change", args=[run.id])
    assert told()[0][1]["path"] == address


@pytest.mark.usefixtures("everything")
def test_runs_that_wait_again_have_not_ended() -> None:
    training_run(state=RunState.QUEUED)
    run = watch.claim(("teach",))
    assert run is not None
    watch.put_back(run)
    assert told() == []


@pytest.mark.usefixtures("everything")
def test_versions_that_go_live(monkeypatch: pytest.MonkeyPatch, trainer: User) -> None:
    monkeypatch.setattr(registry, "check_files", lambda _version: None)
    candidate = registry.register(2, manifest(name="Other"))
    registry.promote(candidate, trainer)
    [(kind, data)] = told()
    assert (kind, data["version"], data["before"]) == ("version.promoted", 2, 1)
    assert data["path"] == reverse("admin:recognition_modelversion_change", args=[candidate.id])


@pytest.mark.usefixtures("everything")
def test_a_promise_that_breaks_is_told_once(reviewer: User) -> None:
    promise.change(True, 0.9, 0.1, reviewer)
    for right in (90, 20, 25, 95, 30):  # of a hundred that people checked
        acceptance._report(promise.report(), promise.Checks(100, 100, right))
    assert [(kind, data["right"]) for kind, data in told()] == [
        ("promise.broken", 20),
        ("promise.broken", 30),
    ]
    assert told()[0][1]["path"] == reverse("review-promise")


def test_where_nobody_listens_photos_cost_no_query(
    uploader: User, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "REMEMBERED_S", 60.0)
    assert not outbox.is_wanted(outbox.Kind.PHOTO_PREDICTED)
    for _photo in range(3):
        add_photo(uploader)
    rows = queue.claim(version)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        queue.store(rows, [answer("dog")] * 3)
    assert not [query for query in queries if "outgoingevent" in query["sql"]]
    assert not [query for query in queries if "receiver" in query["sql"]]


def test_many_photos_are_written_at_once(
    everything: Receiver, uploader: User, version: ModelVersion
) -> None:
    for _photo in range(10):
        add_photo(uploader)
    rows = queue.claim(version)
    with CaptureQueriesContext(connection) as queries:
        queue.store(rows, [answer("dog")] * 10)
    assert len([query for query in queries if "outgoingevent" in query["sql"]]) == 1


def test_only_what_is_wanted_is_written(boss: User, uploader: User, version: ModelVersion) -> None:
    receivers.add_webhook("https://example.org/", ["run.ended"], "", boss)
    add_photo(uploader)
    queue.store(queue.claim(version), [answer("dog")])
    assert told() == []
