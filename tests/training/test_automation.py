"""Promotion by the rule, and teaching by the schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone as clock

from recognition.cnn.manifest import WEIGHTS_NAME
from recognition.models import (
    Comparison,
    DataSet,
    LiveChange,
    Mode,
    ModelVersion,
    Photo,
    RunState,
    TrainingPolicy,
    TrainingRun,
    Via,
)
from recognition.training import automation
from recognition.training.automation import launch_if_due, objections, promote_by_rule
from recognition.versions.registry import live_version, register, roll_back
from tests.support.rows import give_label, predicted_photo, version_folder

BETTER: dict[str, Any] = {
    "baseline": {"accuracy": 0.90, "photos": 500, "per_label": {"dog": {"recall": 0.9}}},
    "candidate": {"accuracy": 0.95, "photos": 500, "per_label": {"dog": {"recall": 0.92}}},
    "fixed": 30,
    "broken": 5,
    "lost": [],
    "gained": [],
}


@pytest.fixture
def live(tmp_path: Path, settings: Any, db: None) -> ModelVersion:
    settings.ARK_MODELS_STORE = tmp_path
    return register(1, version_folder(tmp_path / "1"))


@pytest.fixture
def rule(live: ModelVersion, trainer: User) -> TrainingPolicy:
    """Switched on an hour ago."""
    automation.change(trainer, promotes=True)
    TrainingPolicy.objects.update(changed=clock.now() - timedelta(hours=1))
    return automation.settings()


def candidate(number: int, **findings: Any) -> ModelVersion:
    """Trained here, and compared with version 1."""
    live = ModelVersion.objects.get(number=1)
    version = register(number, version_folder(live.folder.with_name(str(number)), name="Taught"))
    TrainingRun.objects.create(
        dataset=DataSet.objects.create(), model_version=version, state=RunState.SUCCEEDED
    )
    Comparison.objects.create(
        candidate=version,
        baseline=live,
        state=Comparison.State.DONE,
        made=clock.now(),
        findings={**BETTER, **findings},
    )
    return version


def test_what_is_better_goes_live_and_the_log_says_by_the_rule(rule: TrainingPolicy) -> None:
    version = candidate(2)
    promote_by_rule()
    promote_by_rule()
    assert live_version() == version
    change = LiveChange.objects.latest("id")
    assert (change.how, change.by) == (LiveChange.How.RULE, None)
    assert LiveChange.objects.count() == 2


def test_off_until_somebody_switches_it_on(live: ModelVersion) -> None:
    candidate(2)
    promote_by_rule()
    assert live_version() == live


def test_of_several_the_best_goes_live(rule: TrainingPolicy) -> None:
    candidate(2)
    best = candidate(3, candidate={**BETTER["candidate"], "accuracy": 0.97})
    promote_by_rule()
    assert live_version() == best


@pytest.mark.parametrize(
    ("findings", "objection"),
    [
        ({"candidate": {**BETTER["candidate"], "accuracy": 0.903}}, "not better by enough"),
        ({"fixed": 5, "broken": 30}, "not better by enough"),
        ({"fixed": 9, "broken": 5}, "may be chance"),
        ({"lost": ["taxi"]}, "no longer know: Taxi"),
        (
            {"candidate": {**BETTER["candidate"], "per_label": {"dog": {"recall": 0.8}}}},
            "worse at: Dog",
        ),
        ({"candidate": {"photos": 0, "accuracy": None, "per_label": {}}}, "no photos"),
    ],
)
def test_what_is_not_surely_better_stays_a_candidate(
    findings: dict[str, Any], objection: str, rule: TrainingPolicy, live: ModelVersion
) -> None:
    version = candidate(2, **findings)
    promote_by_rule()
    assert live_version() == live
    assert objection in " ".join(objections(version.comparisons.get(), rule))


def test_what_a_person_took_back_stays_back(rule: TrainingPolicy, live: ModelVersion) -> None:
    candidate(2)
    promote_by_rule()
    roll_back(None)
    promote_by_rule()
    assert live_version() == live


@pytest.mark.parametrize(
    "change",
    [
        lambda: TrainingRun.objects.all().delete(),  # it was imported
        lambda: Comparison.objects.update(made=clock.now() - timedelta(days=1)),
        lambda: Comparison.objects.update(state=Comparison.State.QUEUED),
        lambda: Path(ModelVersion.objects.get(number=2).folder / WEIGHTS_NAME).write_bytes(b""),
    ],
)
def test_the_rule_is_about_whole_versions_that_were_trained_and_compared_since_it_was_set(
    change: Any, rule: TrainingPolicy, live: ModelVersion
) -> None:
    candidate(2)
    change()
    promote_by_rule()
    assert live_version() == live


# The schedule

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def photos(live: ModelVersion, uploader: User, reviewer: User) -> list[Photo]:
    """Labelled just now."""
    photos = [predicted_photo(uploader, "dog", 0.9) for _ in range(20)]
    give_label(photos, "dog", reviewer, Via.GRID)
    return photos


def schedule(by: User, **fields: Any) -> None:
    automation.change(by, **fields)
    TrainingPolicy.objects.update(changed=clock.now() - timedelta(days=2))


def test_nothing_is_taught_unless_somebody_asks_for_it(photos: list[Photo]) -> None:
    launch_if_due()
    assert not TrainingRun.objects.exists()


def test_after_so_many_new_labels_it_is_taught_once(photos: list[Photo], trainer: User) -> None:
    schedule(trainer, schedule="after_labels", new_labels=20)
    launch_if_due()
    launch_if_due()
    run = TrainingRun.objects.get()
    assert (run.mode, run.by, run.state) == (Mode.TEACH, None, RunState.QUEUED)
    TrainingRun.objects.update(state=RunState.SUCCEEDED)
    launch_if_due()
    assert TrainingRun.objects.count() == 1


def test_too_few_new_labels_wait(photos: list[Photo], trainer: User) -> None:
    schedule(trainer, schedule="after_labels", new_labels=21)
    launch_if_due()
    assert not TrainingRun.objects.exists()


def test_every_night_if_there_is_a_new_label(photos: list[Photo], trainer: User) -> None:
    schedule(trainer, schedule="nightly", hour=clock.localtime().hour)
    launch_if_due()
    launch_if_due()
    assert TrainingRun.objects.count() == 1


def test_switched_on_at_noon_the_first_night_is_the_next(
    photos: list[Photo], trainer: User
) -> None:
    automation.change(trainer, schedule="nightly", hour=clock.localtime().hour)
    launch_if_due()
    assert not TrainingRun.objects.exists()


def test_nothing_is_launched_while_another_teaching_runs(
    photos: list[Photo], trainer: User
) -> None:
    schedule(trainer, schedule="after_labels", new_labels=1)
    busy = TrainingRun.objects.create(
        dataset=DataSet.objects.create(), mode=Mode.TEACH, state=RunState.RUNNING
    )
    launch_if_due()
    assert TrainingRun.objects.get() == busy


def test_the_last_time_may_have_been_yesterday() -> None:
    assert automation.last_time(11, NOON) == NOON - timedelta(hours=1)
    assert automation.last_time(13, NOON) == NOON - timedelta(hours=23)
