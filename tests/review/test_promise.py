"""What a promise would mean, by what was counted."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.core import redis_client
from recognition.labels import tree
from recognition.models import Label, Promise
from recognition.review import promise
from recognition.review.levels import Cell, Counts
from recognition.review.promise import Checks
from recognition.review.thresholds import needed

TARGET = 0.9

pytestmark = pytest.mark.usefixtures("version")


def id_of(slug: str) -> int:
    return Label.objects.get(slug=slug).id


def evidence(*rows: tuple[str, int, int, int], confidence: float = 0.96) -> dict[Cell, Counts]:
    """From (slug, reviewed, right, uploads)."""
    made = {}
    for slug, reviewed, right, uploads in rows:
        counts = Counts(uploads=uploads)
        counts.right_from[0], counts.right_from[1] = right, reviewed - right
        made[Cell.of([(id_of(slug), confidence)])] = counts
    return made


def test_the_outlook_says_how_many_uploads_would_be_accepted() -> None:
    enough = needed(TARGET)
    counted = evidence(("dog", enough, enough, 30), ("car", enough, 0, 10))
    outlook = promise.outlook(counted, TARGET)
    assert (outlook.uploads, outlook.accepted, outlook.share) == (40, 30, 0.75)
    assert [(row.label.slug, row.accepted) for row in outlook.rows] == [("dog", 30), ("car", 0)]
    assert (outlook.reviewed, outlook.missing) == (2 * enough, 0)


def test_without_enough_reviews_the_outlook_says_how_many_are_missing() -> None:
    outlook = promise.outlook(evidence(("dog", 10, 10, 5)), TARGET)
    assert (outlook.accepted, outlook.missing) == (0, needed(TARGET) - 10)


def test_without_uploads_there_is_no_share() -> None:
    assert promise.outlook({}, TARGET).share is None


def test_nothing_of_a_retired_label_is_accepted() -> None:
    enough = needed(TARGET)
    counted = evidence(("dog", enough, enough, 30))
    Label.objects.filter(slug="dog").update(active=False)
    assert promise.outlook(counted, TARGET).accepted == 0


def test_the_outlook_says_what_is_accepted_at_each_level_and_how_often_that_is_right() -> None:
    """A dog, or only an animal; a taxi that may be another car."""
    animal = tree.add("animal", "Animal", "动物", "animal")
    Label.objects.filter(slug="dog").update(parent=animal)
    enough, dog, taxi, car = needed(TARGET), *map(id_of, ("dog", "taxi", "car"))
    counted = {
        Cell.of(steps): Counts(uploads=uploads, right_from={first: enough})
        for steps, uploads, first in (
            ([(dog, 0.96), (animal.id, 0.99)], 61, 0),
            ([(dog, 0.4), (animal.id, 0.99)], 9, 1),
            ([(taxi, 0.4), (car, 0.99)], 23, 1),
            ([(taxi, 0.4), (car, 0.6)], 7, 2),
        )
    }
    outlook = promise.outlook(counted, TARGET)
    accepted = {found.level.value: found.accepted for found in outlook.levels}
    assert accepted == {"label": 61, "group": 23, "kind": 9}
    assert all(found.bound > TARGET for found in outlook.levels)
    assert (outlook.accepted, outlook.uploads) == (93, 100)
    rows = {(row.label.slug, row.is_group): (row.uploads, row.accepted) for row in outlook.rows}
    assert rows["dog", False] == (70, 61)
    assert rows["animal", True] == (9, 9)
    assert rows["car", True] == (30, 23)


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
    assert promise.evidence_in(found) == {}
    assert promise.checks_in(found) == Checks(0, 0, 0)


def test_checks_tell_the_precision_with_its_interval() -> None:
    checks = Checks(accepted=100, checked=50, right=49)
    assert checks.wrong == 1
    assert checks.precision.low < 0.98 < checks.precision.high
