"""A label with many photos is closed at once; what carries it follows in small steps."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.core import steps
from recognition.labels import annotating, labelling, merging, tree
from recognition.models import (
    Annotation,
    AuditEvent,
    Decision,
    Job,
    Label,
    Photo,
    Prediction,
    RunState,
    State,
    Via,
)
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


@pytest.fixture
def hound(reviewer: User, monkeypatch: pytest.MonkeyPatch) -> Label:
    """A label of more photos than follow before a request is answered."""
    monkeypatch.setattr(merging, "AT_ONCE", 3)
    monkeypatch.setattr(merging, "CHUNK", 2)
    hound = tree.add("hound", "Hound", "猎犬", "animal")
    for _ in range(5):
        add_photo(reviewer, label=hound, prediction__state=State.DONE, prediction__label=hound)
    annotating.annotate(Photo.objects.first().id, [0, 0, 0.5, 0.5], hound, reviewer)
    return hound


def asked(hound: Label, by: User) -> Job:
    job = merging.ask(hound, label("dog"), by)
    assert isinstance(job, Job)
    return job


def test_it_is_closed_before_the_photos_follow(hound: Label, reviewer: User) -> None:
    asked(hound, reviewer)
    assert (label("hound").merged_into, label("hound").active) == (label("dog"), False)
    assert Photo.objects.filter(label=hound).count() == 5
    late = add_photo(reviewer)
    labelling.decide(late.id, hound, reviewer, Via.QUEUE)  # with the label as their page knew it
    assert Photo.objects.get(id=late.id).label == label("dog")
    events = AuditEvent.objects.order_by("at", "id")
    assert list(events.values_list("subject", "details__merged_into")) == [
        ("hound", None),  # it was added
        ("hound", "dog"),
    ]


def test_then_all_follows(hound: Label, reviewer: User) -> None:
    job = asked(hound, reviewer)
    merging.merge_asked()
    job.refresh_from_db()
    assert (job.state, job.result["photos"]) == (RunState.SUCCEEDED, 5)
    for rows in (Photo.objects, Prediction.objects, Annotation.objects):
        assert set(rows.values_list("label__slug", flat=True)) == {"dog"}
    assert Decision.objects.filter(via=Via.MERGE, from_label=hound).count() == 5


def test_broken_off_it_goes_on_and_gives_each_photo_one_decision(
    hound: Label, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(hound, reviewer)
    monkeypatch.setattr(steps, "SLICE_S", 0.0)
    merging.merge_asked()
    assert 0 < Photo.objects.filter(label=hound).count() < 5
    for _ in range(20):
        merging.merge_asked()
    job.refresh_from_db()
    assert job.state == RunState.SUCCEEDED
    assert Decision.objects.filter(via=Via.MERGE).count() == 5


def test_what_was_merged_on_meanwhile_goes_all_the_way(hound: Label, reviewer: User) -> None:
    asked(hound, reviewer)
    wolf = tree.add("wolf", "Wolf", "狼", "animal")
    merging.merge(label("dog"), wolf, reviewer)
    merging.merge_asked()
    assert {photo.label for photo in Photo.objects.all()} == {wolf}


def test_what_was_under_way_when_it_was_closed_is_found_at_last(
    hound: Label, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(hound, reviewer)
    late: list[Photo] = []

    def store_late() -> None:
        if not late:
            late.append(add_photo(reviewer, label=hound))

    monkeypatch.setattr(merging, "lock_all", store_late)
    merging.merge_asked()
    assert not Photo.objects.filter(label=hound).exists()
