"""Data that older versions left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from recognition.core import jobs
from recognition.models import (
    Decision,
    HashRevision,
    Job,
    Label,
    ModelVersion,
    Photo,
    Prediction,
    Promise,
    Report,
    Review,
    RunState,
)
from recognition.predictions import backfill
from recognition.review import suspects
from recognition.training.learning_curve import outlook
from recognition.versions import bundles
from tests.support.old_tables import migrate, tables_after
from tests.support.rows import manifest, predicted_photo, settled_photo

review_of_what_is_there = import_module("recognition.migrations.0003_review_of_what_is_there")
very_many_rows = import_module("recognition.migrations.0023_very_many_rows")
replaced_answers = import_module("recognition.migrations.0007_replaced_answers_leave_the_review")

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
BEFORE_JOBS = "0005_words_and_frozen_labels"
BUNDLE = {"size_bytes": 7, "pictures": 9, "difference": 0.1}
RULES = {"version_id": 1, "floors": {"7": 0.9}, "check_rate": 0.05}
NEXT_PHOTO = "00000000-0000-4000-8000-000000000007"


def _forget_the_review() -> None:
    Decision.objects.all().delete()
    Prediction.objects.update(review=None, margin=None, disagreement=None, analysis_due=None)


@pytest.mark.usefixtures("version")
def test_photos_from_before_the_review_take_part_in_it(uploader: User) -> None:
    open_photo = settled_photo(uploader)
    wrong = settled_photo(uploader, label=Label.objects.get(slug="car"))
    _forget_the_review()
    review_of_what_is_there.fill_queue(apps, None)
    waiting, disagreeing = (
        Photo.objects.get(id=photo.id).prediction for photo in (open_photo, wrong)
    )
    assert (waiting.review, waiting.disagreement) == (Review.WAITING, None)
    assert waiting.margin == pytest.approx(0.85)
    assert (disagreeing.review, disagreeing.disagreement) == (None, pytest.approx(0.9))
    assert waiting.analysis_due == waiting.created


@pytest.mark.usefixtures("version")
def test_labels_from_before_the_review_are_decisions(uploader: User, reviewer: User) -> None:
    photo = settled_photo(
        uploader, label=Label.objects.get(slug="car"), labelled_by=reviewer, labelled_at=LONG_AGO
    )
    _forget_the_review()
    review_of_what_is_there.record_decisions(apps, None)
    decision = Decision.objects.get()
    assert decision.at == LONG_AGO
    assert (decision.photo, decision.by, decision.to_label.slug) == (photo, reviewer, "car")


@pytest.mark.usefixtures("version")
def test_an_answer_that_no_photo_shows_leaves_the_review(uploader: User) -> None:
    replaced, shown = settled_photo(uploader).prediction, settled_photo(uploader).prediction
    both = Prediction.objects.filter(id__in=[replaced.id, shown.id])
    both.update(review=Review.CHECK, accepted=LONG_AGO)
    Photo.objects.filter(prediction=replaced).update(prediction=None)
    replaced_answers.leave(apps, None)
    reviewed = dict(both.values_list("id", "review"))
    assert reviewed == {replaced.id: None, shown.id: Review.CHECK}
    assert both.get(id=replaced.id).accepted is None


# Indexes of large tables


@pytest.mark.django_db(transaction=True)
def test_a_large_index_that_is_there_already_is_left_alone() -> None:
    """As after an upgrade that was broken off."""
    last = very_many_rows.Migration("0023_very_many_rows", "recognition")
    state = MigrationExecutor(connection).loader.project_state(
        [("recognition", "0023_very_many_rows")]
    )
    with connection.schema_editor(atomic=False) as editor:
        for operation in last.operations:
            operation.database_forwards("recognition", editor, state, state)
    assert {"prediction_uploads", "prediction_accepted_counted"} <= indexes_of_predictions()


@pytest.mark.django_db(transaction=True)
def test_what_postgresql_left_half_done_of_an_index_is_made_anew() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("indexes are made at once, or not at all")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false "
            "WHERE indexrelid = 'prediction_uploads'::regclass"
        )
    test_a_large_index_that_is_there_already_is_left_alone()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'prediction_uploads'::regclass"
        )
        assert cursor.fetchone()[0]


def indexes_of_predictions() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "recognition_prediction"))


# Jobs stood in reports and in a table of what was to be predicted again


@pytest.fixture
def before_jobs(transactional_db: None) -> Iterator[Any]:
    """The tables as the version before had them."""
    with tables_after(BEFORE_JOBS) as old:
        yield old


@pytest.fixture(scope="module")
def upgraded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What stood in those tables, in the ones of now."""
    with django_db_blocker.unblock(), tables_after(BEFORE_JOBS) as old:
        versions = [old_version(old, number) for number in (1, 2, 3, 4)]
        for add in (_add_exports, _add_imports, _add_reports):
            add(old)
        old_curve(old, running=True, progress=0.4)
        _add_backfills(old, versions)
        migrate()
        yield


def old_report(old: Any, name: str, **data: Any) -> None:
    old.get_model("recognition", "Report").objects.create(name=name, data=data)


def old_version(old: Any, number: int) -> Any:
    described = manifest()
    return old.get_model("recognition", "ModelVersion").objects.create(
        number=number, name="Small", network="lite0", labels=[], sha256=described.sha256
    )


def old_curve(old: Any, **said: Any) -> None:
    estimate = {"photos": 3, "now": [0, 0, 0], "doubled": [0, 0, 0], "points": [], "curve": []}
    drawn = {"made": LONG_AGO.isoformat(), "version": 1, "labels": {}, "few": {}}
    old_report(old, "learning_curve", drawn={**drawn, "overall": estimate}, **said)


def _add_exports(old: Any) -> None:
    old_report(old, "export-onnx-3", state="asked")
    old_report(old, "export-bundle-3", state="done", **BUNDLE)
    old_report(old, "export-openvino-3", state="failed", error="its sha256 differs")
    old_report(old, "export-onnx-9", state="done")  # of a version that is gone


def _add_imports(old: Any) -> None:
    told = {"name": "theirs.zip", "sha256": "5" * 64, "error": "", "number": None}
    states = [("a", "asked", None), ("b", "asked", None), ("c", "done", 3), ("d", "failed", None)]
    imports = [{**told, "id": key, "state": state, "number": to} for key, state, to in states]
    old_report(old, "imports", imports=imports)


def _add_reports(old: Any) -> None:
    old.get_model("recognition", "Promise").objects.create(id=1, active=True)
    old_report(old, "promise", rules=RULES, tallies={})
    old_report(old, "figures", photos=3)
    old_report(old, "hashes", revision=41)
    old_report(old, "suspects", begun=LONG_AGO.isoformat(), photos=40, asked=True)


def _add_backfills(old: Any, versions: list[Any]) -> None:
    states = (
        {"looked_at": 100},
        {},
        {"looked_at": 300, "finished": LONG_AGO + timedelta(hours=1)},
        {"looked_at": 100, "finished": LONG_AGO, "error": "its sha256 differs"},
    )
    for version, state in zip(versions, states, strict=True):
        asked = {"asked": LONG_AGO, "version": version, "next_photo": NEXT_PHOTO, **state}
        old.get_model("recognition", "Repredicting").objects.create(**asked)


def jobs_of(kind: Job.Kind) -> list[Job]:
    return list(Job.objects.filter(kind=kind).order_by("-created", "-id"))


@pytest.mark.usefixtures("upgraded")
def test_exports_go_on() -> None:
    found = {job.parameters["form"]: job for job in jobs_of(Job.Kind.EXPORT)}
    states = {form: job.state for form, job in found.items()}
    assert states == {"onnx": "queued", "bundle": "succeeded", "openvino": "failed"}
    assert found["bundle"].result == BUNDLE
    assert found["openvino"].error_detail == "its sha256 differs"
    bundles.ask_for(ModelVersion.objects.get(number=3), "onnx", None)
    assert len(jobs_of(Job.Kind.EXPORT)) == 3  # that one waits already
    assert jobs.claim(Job.Kind.EXPORT) == found["onnx"]


@pytest.mark.usefixtures("upgraded")
def test_imports_go_on() -> None:
    found = jobs_of(Job.Kind.IMPORT)
    assert found == bundles.imports()
    kept = [(job.parameters["folder"], job.state, job.version) for job in found]
    assert kept == [
        ("a", "queued", None),
        ("b", "queued", None),
        ("c", "succeeded", ModelVersion.objects.get(number=3)),
        ("d", "failed", None),
    ]


@pytest.mark.usefixtures("upgraded")
def test_a_curve_stays_and_the_one_that_was_being_drawn_is_drawn_anew() -> None:
    stays_and_the_next_is_drawn()


def test_a_curve_that_was_asked_for_is_drawn(before_jobs: Any) -> None:
    old_curve(before_jobs, asked=True)
    migrate()
    stays_and_the_next_is_drawn()


def stays_and_the_next_is_drawn() -> None:
    assert [job.state for job in jobs_of(Job.Kind.LEARNING_CURVE)] == ["queued", "succeeded"]
    assert outlook.last_curve().made == LONG_AGO
    assert jobs.claim(Job.Kind.LEARNING_CURVE)


def test_why_there_is_no_curve_is_still_told(before_jobs: Any) -> None:
    old_report(before_jobs, "learning_curve", running=False, error="too_few")
    migrate()
    [job] = jobs_of(Job.Kind.LEARNING_CURVE)
    assert (job.state, job.error) == (RunState.FAILED, "too_few")


@pytest.mark.usefixtures("upgraded")
def test_the_last_search_is_remembered_and_the_next_one_asked_for() -> None:
    last = suspects.last_search()
    assert (last.begun, last.photos, last.is_asked_for) == (LONG_AGO, 40, True)


def test_where_nobody_asked_for_another_search_the_last_one_is_remembered(
    before_jobs: Any,
) -> None:
    old_report(before_jobs, "suspects", begun=LONG_AGO.isoformat(), photos=40, asked=False)
    migrate()
    last = suspects.last_search()
    assert (last.begun, last.photos, last.is_asked_for) == (LONG_AGO, 40, False)


@pytest.mark.usefixtures("upgraded")
def test_what_is_predicted_again_goes_on_where_it_was() -> None:
    found = {job.version.number: job for job in jobs_of(Job.Kind.BACKFILL)}
    assert [found[number].state for number in (1, 2, 3, 4)] == [
        *("running", "queued", "succeeded", "failed")
    ]
    assert found[1].result == {"looked_at": 100, "next_photo": NEXT_PHOTO}
    assert found[4].error_detail == "its sha256 differs"


@pytest.mark.usefixtures("upgraded")
def test_only_counts_are_left_in_reports() -> None:
    assert {row.name: row.data for row in Report.objects.all()} == {
        "promise": {"tallies": {}},
        "figures": {"photos": 3},
    }
    assert HashRevision.objects.get().number == 41
    assert Promise.objects.get().applied == RULES


def test_a_request_that_was_going_on_is_worked_off(before_jobs: Any) -> None:
    """With real photos, by the code of now."""
    migrate()
    version = ModelVersion.objects.create(number=1, network="lite0", labels=[], live=True)
    owner = User.objects.create_user("ursula")
    photos = [_predicted(owner) for _ in range(3)]
    other = ModelVersion.objects.create(number=2, network="lite0", labels=[])
    executor = MigrationExecutor(connection)
    executor.migrate([("recognition", BEFORE_JOBS)])
    before_jobs.get_model("recognition", "Repredicting").objects.create(
        version_id=other.id, asked=LONG_AGO, looked_at=1, next_photo=photos[1].id
    )
    migrate()
    assert backfill.plan_more()
    assert not backfill.plan_more()
    again = Prediction.objects.filter(model_version=other)
    assert {row.photo_id for row in again} == {photos[0].id, photos[1].id}
    [job] = Job.objects.all()
    assert (job.state, job.result["looked_at"]) == (RunState.SUCCEEDED, 3)
    assert version.live


def _predicted(owner: User) -> Photo:
    Label.objects.get_or_create(slug="dog", name_en="Dog", name_zh="狗", kind="animal")
    return predicted_photo(owner, "dog", 0.9)
