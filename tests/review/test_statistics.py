"""What pages show without counting."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from recognition.core.counting import Counted
from recognition.labels import labelling
from recognition.models import (
    Decision,
    Label,
    ModelVersion,
    Photo,
    Prediction,
    Report,
    RunState,
    State,
    Via,
)
from recognition.review import statistics
from tests.support.rows import add_photo, settled_photo, training_run

pytestmark = pytest.mark.usefixtures("noon", "version")


def _label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def _decide(photo: Photo, slug: str, by: User, via: Via = Via.QUEUE) -> Decision:
    return labelling.decide(photo.id, _label(slug), by, via)


def _agreement_today() -> tuple[int, int]:
    today = statistics.measure()["agreement"]["days"][-1]
    return today["right"], today["decisions"]


def test_everything_is_counted(uploader: User, reviewer: User) -> None:
    dog, *_others = [settled_photo(uploader) for _ in range(3)]
    add_photo(uploader)
    add_photo(uploader, prediction__state=State.FAILED)
    _decide(dog, "dog", reviewer)
    found = statistics.measure()
    assert {name: found[name] for name in ("photos", "labelled", "to_review", "waiting")} == {
        "photos": 5,
        "labelled": 1,
        "to_review": 2,
        "waiting": 1,
    }
    assert (found["failed"], found["to_check"], found["accepted"]) == (1, 0, 0)
    assert found["labels"] == {"dog": 1}


def test_photos_accepted_by_machine_are_counted_until_a_person_decides(
    uploader: User, reviewer: User
) -> None:
    photos = [settled_photo(uploader) for _ in range(2)]
    Prediction.objects.update(accepted=timezone.now(), review=None)
    assert statistics.measure()["accepted"] == 2
    _decide(photos[0], "dog", reviewer)
    assert statistics.measure()["accepted"] == 1


def test_an_empty_instance_has_figures_too() -> None:
    found = statistics.current()
    assert found is not None
    assert found.data["photos"] == 0
    assert statistics.to_review() == Counted(0)
    assert statistics.share_labelled() is None


def test_photos_are_counted_by_the_day_they_came(uploader: User) -> None:
    for days in (0, 0, 2, 40):
        photo = add_photo(uploader)
        created = timezone.now() - timedelta(days=days)
        Photo.objects.filter(id=photo.id).update(created=created)
    counts = [day["photos"] for day in statistics.measure()["days"]]
    assert len(counts) == statistics.DAYS
    assert counts[-3:] == [1, 0, 2]
    assert sum(counts) == 3


def test_agreement_is_right_over_all_decisions(uploader: User, reviewer: User) -> None:
    for slug in ("dog", "dog", "car"):
        _decide(settled_photo(uploader), slug, reviewer)
    assert _agreement_today() == (2, 3)


def test_a_label_below_the_predicted_one_agrees(uploader: User, reviewer: User) -> None:
    poodle = Label.objects.create(slug="poodle", kind="animal", parent=_label("dog"))
    _decide(settled_photo(uploader), poodle.slug, reviewer)
    assert _agreement_today() == (1, 1)


def test_labels_that_came_with_the_upload_say_nothing_about_the_network(
    uploader: User, reviewer: User
) -> None:
    _decide(settled_photo(uploader), "car", reviewer, Via.UPLOAD)
    assert _agreement_today() == (0, 0)


def test_what_was_undone_does_not_count(uploader: User, reviewer: User) -> None:
    labelling.undo(_decide(settled_photo(uploader), "car", reviewer), reviewer)
    assert _agreement_today() == (0, 0)


def test_labels_that_are_corrected_most_often_come_first(uploader: User, reviewer: User) -> None:
    for slug in ("dog", "car", "car", "taxi"):
        _decide(settled_photo(uploader), slug, reviewer)
    assert statistics.measure()["agreement"]["labels"] == [
        {"label": "car", "right": 0, "decisions": 2},
        {"label": "taxi", "right": 0, "decisions": 1},
        {"label": "dog", "right": 1, "decisions": 1},
    ]


def test_agreement_by_label_is_that_of_the_live_version(uploader: User, reviewer: User) -> None:
    _decide(settled_photo(uploader), "dog", reviewer)
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.create(number=2, name="Next", labels=[], live=True)
    assert statistics.measure()["agreement"]["labels"] == []
    assert _agreement_today() == (1, 1)


def test_counts_that_are_too_long_come_from_the_report(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "COUNTED_LIVE", 2)
    for _ in range(4):
        settled_photo(uploader)
    assert statistics.to_review() == Counted(2, is_exact=False, is_minimum=True)
    assert statistics.refresh_if_due()
    assert statistics.to_review() == Counted(4, is_exact=False)
    assert statistics.share_labelled() == 0


def test_there_is_no_share_while_the_analyst_has_counted_no_photo(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    statistics.refresh_if_due()
    monkeypatch.setattr(statistics, "COUNTED_LIVE", 2)
    for _ in range(4):
        settled_photo(uploader)
    assert statistics.share_labelled() is None


def test_a_large_instance_waits_for_the_analyst(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "SMALL", 2)
    for _ in range(3):
        add_photo(uploader)
    assert statistics.current() is None
    statistics.refresh_if_due()
    add_photo(uploader)
    found = statistics.current()
    assert found is not None
    assert found.data["photos"] == 3


def test_figures_are_counted_again_only_after_a_while_and_a_change(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MAX_SHARE_OF_TIME", math.inf)  # however long counting takes

    def pass_time(**time: int) -> None:
        Report.objects.update(made=timezone.now() - timedelta(**time))

    assert statistics.refresh_if_due()
    add_photo(uploader)
    assert not statistics.refresh_if_due()
    pass_time(minutes=2)
    assert statistics.refresh_if_due()
    pass_time(minutes=2)
    assert not statistics.refresh_if_due()
    pass_time(hours=2)
    assert statistics.refresh_if_due()


def test_how_many_questions_it_takes_does_not_depend_on_how_much_there_is(
    uploader: User, reviewer: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for slug in ("dog", "car", "taxi") * 3:
        _decide(settled_photo(uploader), slug, reviewer)
    with django_assert_max_num_queries(16):
        statistics.measure()


def test_new_labels_are_those_that_changed_something(uploader: User, reviewer: User) -> None:
    first, second, third = (settled_photo(uploader) for _ in range(3))
    _decide(first, "dog", reviewer)
    _decide(second, "dog", reviewer)
    assert statistics.new_labels() == (Counted(2), True)
    training_run(state=RunState.SUCCEEDED)
    assert statistics.new_labels() == (Counted(0), False)
    _decide(first, "dog", reviewer)  # confirmed
    labelling.undo(_decide(second, "car", reviewer), reviewer)
    _decide(third, "car", reviewer)
    assert statistics.new_labels() == (Counted(1), False)
