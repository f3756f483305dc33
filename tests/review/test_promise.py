"""What a promise would mean, by what was counted."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.core import redis_client
from recognition.models import Label, Promise, Report
from recognition.review import promise
from recognition.review.promise import Checks
from recognition.review.thresholds import Tally, needed

TARGET = 0.9

pytestmark = pytest.mark.usefixtures("version")


def id_of(slug: str) -> int:
    return Label.objects.get(slug=slug).id


def tally(reviewed: int, right: int, uploads: int, confidence: float = 0.96) -> Tally:
    counts = Tally()
    for number in range(reviewed):
        counts.review(confidence, number < right)
    for _ in range(uploads):
        counts.upload(confidence)
    return counts


def test_a_label_with_enough_reviews_has_a_threshold_of_its_own() -> None:
    enough = needed(TARGET)
    chosen = promise.thresholds({1: tally(enough, enough, 10), 2: tally(enough, 0, 10)}, TARGET)
    assert chosen.own[1] is not None
    assert chosen.own[2] is None
    assert chosen.of(1) == chosen.own[1]


def test_labels_with_few_reviews_share_a_threshold() -> None:
    few = needed(TARGET) // 2 + 1
    chosen = promise.thresholds({1: tally(few, few, 10), 2: tally(few, few, 10)}, TARGET)
    assert chosen.own == {}
    assert chosen.shared is not None
    assert chosen.of(1) == chosen.of(2) == chosen.shared


def test_the_outlook_says_how_many_uploads_would_be_accepted() -> None:
    enough = needed(TARGET)
    tallies = {id_of("dog"): tally(enough, enough, 30), id_of("car"): tally(enough, 0, 10)}
    outlook = promise.outlook(tallies, TARGET)
    assert (outlook.uploads, outlook.accepted, outlook.share) == (40, 30, 0.75)
    assert [row.label.slug for row in outlook.rows] == ["dog", "car"]
    assert (outlook.reviewed, outlook.missing) == (2 * enough, 0)


def test_without_enough_reviews_the_outlook_says_how_many_are_missing() -> None:
    outlook = promise.outlook({id_of("dog"): tally(10, 10, 5)}, TARGET)
    assert (outlook.accepted, outlook.missing) == (0, needed(TARGET) - 10)


def test_without_uploads_there_is_no_share() -> None:
    assert promise.outlook({}, TARGET).share is None


def test_nothing_of_a_retired_label_is_accepted() -> None:
    enough = needed(TARGET)
    Label.objects.filter(slug="dog").update(active=False)
    assert promise.outlook({id_of("dog"): tally(enough, enough, 30)}, TARGET).accepted == 0


def test_the_promise_is_off_until_somebody_switches_it_on(reviewer: User) -> None:
    assert not promise.settings().active
    promise.change(True, 0.95, 0.1, reviewer)
    found = promise.settings()
    assert (found.active, found.target, found.check_rate) == (True, 0.95, 0.1)
    assert (Promise.objects.count(), found.changed_by) == (1, reviewer)


def test_a_change_rings_the_analyst(
    reviewer: User, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        promise.change(True, 0.95, 0.1, reviewer)
    assert redis_client.connection().llen("analyse") == 1


def test_before_the_analyst_came_nothing_is_counted() -> None:
    found = promise.report()
    assert promise.tallies_in(found) == {}
    assert promise.checks_in(found) == Checks(0, 0, 0)


def test_tallies_are_read_from_the_report_as_the_analyst_wrote_them() -> None:
    counts = tally(3, 2, 4)
    data = {"tallies": {"7": {**vars(counts)}}}
    assert promise.tallies_in(Report(name="promise", data=data)) == {7: counts}


def test_checks_tell_the_precision_with_its_interval() -> None:
    checks = Checks(accepted=100, checked=50, right=49)
    assert checks.wrong == 1
    assert checks.precision.low < 0.98 < checks.precision.high
