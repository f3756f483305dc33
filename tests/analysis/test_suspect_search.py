"""The search for suspect labels: when it begins, what it keeps, what it leaves alone."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from recognition.analysis import contradictions, suspect_search
from recognition.analysis.suspect_search import search_if_due
from recognition.core import jobs
from recognition.labels import labelling
from recognition.labels.tree import LabelTree, set_active
from recognition.models import (
    Decision,
    Job,
    Label,
    Photo,
    Prediction,
    RunState,
    Subject,
    Suspect,
    Via,
)
from recognition.review import suspects
from tests.support.rows import add_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")
PHOTOS_OF_LABEL = 10


@pytest.fixture
def wrong(uploader: User, reviewer: User) -> Photo:
    """Ten photos that look like dogs, ten that look like cars; one of the dogs is called a car."""
    draw = np.random.default_rng(0)
    photos = {}
    for slug in ("dog", "car"):
        centre = draw.normal(size=1280)
        photos[slug] = [
            looks_like(settled_photo(uploader), slug, centre + 0.3 * draw.normal(size=1280))
            for _ in range(PHOTOS_OF_LABEL)
        ]
    for slug, alike in photos.items():
        give(dict.fromkeys(alike, slug), reviewer)
    give({photos["dog"][0]: "car"}, reviewer)
    return photos["dog"][0]


def looks_like(photo: Photo, slug: str, embedding: np.ndarray) -> Photo:
    Prediction.objects.filter(photo=photo).update(
        embedding=embedding.astype("<f2").tobytes(), top=[{"label": slug, "confidence": 0.9}]
    )
    return photo


def give(labels: dict[Photo, str], by: User, via: Via = Via.GRID) -> None:
    known = {label.slug: label for label in Label.objects.all()}
    labelling.decide_many({photo.id: known[slug] for photo, slug in labels.items()}, by, via)


def search() -> int:
    """How many suspects a search finds that somebody asked for."""
    suspects.ask_for_search(None)
    search_if_due()
    return Suspect.objects.count()


def found() -> list[Photo]:
    return [suspect.photo for suspect in Suspect.objects.order_by("-score")]


def test_a_wrong_label_is_found_with_its_evidence(wrong: Photo) -> None:
    assert search() == 1
    suspect = Suspect.objects.get()
    assert suspect.photo == wrong
    assert (suspect.label.slug, suspect.suggested.slug) == ("car", "dog")
    assert suspect.evidence["suggested"] > suspect.evidence["given"]
    assert {neighbour["label"] for neighbour in suspect.evidence["similar"]} == {"dog"}


def test_another_search_replaces_what_the_one_before_found(wrong: Photo, reviewer: User) -> None:
    search()
    give({wrong: "dog"}, reviewer)
    assert search() == 0
    assert found() == []


def test_what_a_person_kept_as_a_suspect_does_not_come_again(wrong: Photo, reviewer: User) -> None:
    search()
    decision = labelling.decide(wrong.id, Label.objects.get(slug="car"), reviewer, Via.SUSPECTS)
    assert search() == 0
    labelling.undo(decision, reviewer)
    assert search() == 1


def test_a_decision_during_the_search_has_the_last_word(
    wrong: Photo, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_decided = suspect_search._without_decided

    def decide_now(suspects: list[Suspect]) -> list[Suspect]:
        give({wrong: "dog"}, reviewer)
        return without_decided(suspects)

    monkeypatch.setattr(suspect_search, "_without_decided", decide_now)
    assert search() == 0


def test_of_a_box_that_people_drew_counts_what_is_said_of_the_box(
    wrong: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer for the photo may be about something else in it."""
    asked = Mock(side_effect=contradictions.find)
    monkeypatch.setattr(contradictions, "find", asked)
    Photo.objects.filter(id=wrong.id).update(box=[0.0, 0.0, 0.5, 1.0])
    car = Label.objects.get(slug="car")
    Subject.objects.create(
        prediction=wrong.prediction,
        rank=0,
        box=[0.0, 0.0, 0.5, 1.0],
        label=car,
        kind=car.kind,
        confidence=0.75,
        top=[{"label": "car", "confidence": 0.75}],
    )
    search()
    _embeddings, labels, _groups, probabilities, *_others = asked.call_args.args
    place = [label.slug for label in LabelTree()].index("car")
    assert np.sort(probabilities[labels == place, place])[0] == pytest.approx(0.75)


def test_a_finer_label_does_not_contradict(wrong: Photo) -> None:
    Label.objects.filter(slug="dog").update(parent=Label.objects.get(slug="car"))
    assert search() == 0


def test_what_the_network_said_by_a_retired_label_speaks_for_its_parent(
    wrong: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Mock(side_effect=contradictions.find)
    monkeypatch.setattr(contradictions, "find", asked)
    Prediction.objects.update(top=[{"label": "taxi", "confidence": 0.9}])
    set_active(Label.objects.get(slug="taxi"), False)
    search()
    network, slugs = asked.call_args.args[3], [label.slug for label in LabelTree()]
    assert set(np.flatnonzero(network.sum(axis=0))) == {slugs.index("car")}


def test_a_retired_label_is_not_suggested(wrong: Photo) -> None:
    Label.objects.filter(slug="dog").update(active=False)
    assert search() == 0


def test_labels_with_few_photos_are_not_judged(wrong: Photo, reviewer: User) -> None:
    give({wrong: "taxi"}, reviewer)
    assert search() == 0


def test_with_many_photos_parts_are_compared(wrong: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspect_search, "AT_ONCE", 12)
    search()
    assert wrong in found()


def test_without_labels_there_is_nothing_to_find(uploader: User) -> None:
    settled_photo(uploader)
    assert search() == 0
    assert suspects.last_search().begun


def test_a_search_begins_when_enough_was_decided(wrong: Photo, reviewer: User) -> None:
    search_if_due()
    assert found() == [wrong]
    Suspect.objects.all().delete()
    search_if_due()
    assert found() == []
    others = Photo.objects.filter(label__slug="car").exclude(id=wrong.id)
    for _ in range(3):
        give(dict.fromkeys(others, "car"), reviewer)
    search_if_due()
    assert found() == [wrong]


def test_a_search_waits_for_predictions_unless_it_is_asked_for(
    wrong: Photo, uploader: User
) -> None:
    add_photo(uploader)
    search_if_due()
    assert found() == []
    suspects.ask_for_search(None)
    search_if_due()
    assert found() == [wrong]
    assert not suspects.last_search().is_asked_for


def test_a_search_that_fails_does_not_begin_again_at_once(
    wrong: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(suspect_search, "_find", break_off)
    search_if_due()
    search_if_due()
    job = Job.objects.get()
    assert (job.state, job.error, job.attempts) == (RunState.FAILED, "bug", 1)
    assert suspects.last_search().photos == 0


def test_a_cancelled_search_stops_at_its_next_step_and_changes_nothing(
    wrong: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    search()
    before = list(Suspect.objects.values())
    labelled = suspect_search._labelled

    def be_cancelled() -> object:
        jobs.cancel(Job.objects.get(state=RunState.RUNNING).id)
        return labelled()

    monkeypatch.setattr(suspect_search, "_labelled", be_cancelled)
    search()
    assert Job.objects.latest("created").state == RunState.CANCELLED
    assert list(Suspect.objects.values()) == before


def test_a_search_tells_how_far_it_is(wrong: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = []
    write = jobs.write

    def note(job: Job, progress: float) -> None:
        shares.append(progress)
        write(job, progress=progress)

    monkeypatch.setattr(jobs, "write", note)
    search()
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 2


def test_of_the_searches_that_nobody_asked_for_the_last_one_is_kept(
    wrong: Photo, reviewer: User
) -> None:
    suspects.ask_for_search(reviewer)
    search_if_due()
    for _ in range(3):
        search()
    assert [job.by for job in Job.objects.all()] == [None, reviewer]


def test_when_it_is_not_due_it_costs_little(
    wrong: Photo, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    search()
    Decision.objects.all().delete()
    with django_assert_max_num_queries(2):
        search_if_due()
