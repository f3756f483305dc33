"""What the front page advises to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from recognition.cnn.finder.manifest import FinderManifest, write_finder
from recognition.core import heartbeats
from recognition.labels import suggestions
from recognition.models import (
    Comparison,
    Label,
    ModelVersion,
    Promise,
    Report,
    RunState,
    Split,
    Stage,
    Suspect,
)
from recognition.review import levels, promise
from recognition.review.levels import Cell, Counts
from recognition.staff.dashboard.next_steps import BETTER_FIRST_FOR, Step, next_steps
from recognition.training import selection
from recognition.versions.registry import register
from tests.support.rows import add_photo, give_label, manifest, settled_photo, training_run

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture(autouse=True)
def _all_are_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else by chance all of a few photos may be in the test split."""
    monkeypatch.setattr(selection, "split_of", lambda group: Split.TRAIN)


@pytest.fixture
def _predictor() -> None:
    heartbeats.beat("tests")


def addresses() -> list[str]:
    return [step.url for step in next_steps(may_review=True)]


def texts() -> list[str]:
    return [step.text for step in next_steps(may_review=True)]


def test_an_empty_instance_asks_for_photos(db: None) -> None:
    assert addresses() == [reverse("home")]


@pytest.mark.usefixtures("_predictor")
def test_who_has_labelled_nothing_yet_is_told_to_start(uploader: User) -> None:
    settled_photo(uploader)
    [step] = next_steps(may_review=True)
    assert step.url == reverse("review-queue")
    assert step.text.startswith("Nothing is labelled yet")


@pytest.mark.usefixtures("_predictor")
def test_what_owners_say_comes_before_the_rest(reviewer: User, uploader: User) -> None:
    photo = settled_photo(uploader)
    suggestions.suggest(photo.id, uploader, "wrong", Label.objects.get(slug="car"))
    give_label([settled_photo(uploader)], "dog", reviewer)
    first, second, *_others = texts()
    assert first == "The owner of 1 photo says otherwise than its label or prediction."
    assert second == "1 photo waits for review."


@pytest.mark.usefixtures("_predictor")
def test_what_waits_for_review_is_counted(reviewer: User, uploader: User) -> None:
    first, *_others = [settled_photo(uploader) for _ in range(3)]
    give_label([first], "dog", reviewer)
    assert texts() == ["2 photos wait for review."]


def test_a_missing_predictor_comes_first(uploader: User) -> None:
    settled_photo(uploader)
    add_photo(uploader)
    assert addresses() == [reverse("readyz"), reverse("review-queue")]
    assert next_steps(may_review=True)[0].is_urgent


@pytest.mark.usefixtures("_predictor")
def test_a_predictor_that_is_heard_is_no_reason_to_worry(uploader: User) -> None:
    add_photo(uploader)
    assert reverse("readyz") not in addresses()


@pytest.mark.usefixtures("_predictor")
def test_suspect_labels_are_pointed_to(reviewer: User, uploader: User) -> None:
    photo = settled_photo(uploader)
    give_label([photo], "car", reviewer)
    dog = Label.objects.get(slug="dog")
    Suspect.objects.create(photo=photo, label_id=dog.id, suggested=dog, score=1)
    assert "1 label looks wrong." in texts()
    assert reverse("review-suspects") in addresses()


@pytest.mark.usefixtures("_predictor")
def test_contradicted_labels_are_pointed_to_while_there_are_no_suspects(uploader: User) -> None:
    dog, car = Label.objects.get(slug="dog"), Label.objects.get(slug="car")
    photo = settled_photo(uploader, label=car)
    assert texts() == ["The predictions contradict 1 label."]
    assert addresses() == [reverse("review-queue") + "?order=disagreement"]
    Suspect.objects.create(photo=photo, label=car, suggested=dog, score=1)
    assert texts() == ["1 label looks wrong."]


@pytest.mark.usefixtures("_predictor")
def test_a_promise_that_would_save_work_is_offered_until_it_is_on(uploader: User) -> None:
    settled_photo(uploader)
    cell = Cell.of([(Label.objects.get(slug="dog").id, 1.0)])
    counts = Counts(uploads=1000, right_from={0: 1000})
    data = {"evidence": levels.as_json({cell: counts})}
    Report.objects.create(name=promise.REPORT, data=data)
    assert reverse("review-promise") in addresses()
    Promise.objects.create(pk=1, active=True)
    assert reverse("review-promise") not in addresses()


@pytest.mark.usefixtures("_predictor")
def test_who_is_done_is_told_so(reviewer: User, uploader: User) -> None:
    give_label([settled_photo(uploader)], "dog", reviewer)
    assert texts() == ["Nothing waits for review. New photos appear here by themselves."]


def test_who_may_not_review_is_not_asked_to(uploader: User) -> None:
    settled_photo(uploader)
    assert next_steps(may_review=False) == []


def steps_of_a_trainer() -> list[Step]:
    return next_steps(may_review=False, may_train=True)


@pytest.mark.usefixtures("_predictor")
def test_trainers_are_told_of_new_labels(reviewer: User, uploader: User) -> None:
    give_label([settled_photo(uploader) for _ in range(3)], "dog", reviewer)
    [step] = steps_of_a_trainer()
    assert step.text == "3 labels are set, and no version has learnt from them yet."
    assert step.url == reverse("training-launch")
    training_run(state=RunState.SUCCEEDED)
    assert steps_of_a_trainer() == []
    give_label([settled_photo(uploader)], "car", reviewer)
    assert [step.text for step in steps_of_a_trainer()] == ["1 new label since the last training."]


@pytest.mark.usefixtures("_predictor")
def test_nobody_is_urged_to_teach_what_cannot_be_taught(
    reviewer: User, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next page would say that no labelled photo is in the training split."""
    monkeypatch.setattr(selection, "split_of", lambda group: Split.TEST)
    give_label([settled_photo(uploader)], "dog", reviewer)
    assert steps_of_a_trainer() == []


@pytest.mark.usefixtures("_predictor")
def test_trainers_can_watch_a_run_that_works(reviewer: User, uploader: User) -> None:
    give_label([settled_photo(uploader)], "dog", reviewer)
    run = training_run(state=RunState.RUNNING, stage=Stage.TRAINING, progress=0.42)
    training_run()
    [step] = steps_of_a_trainer()
    assert step.text == "Teaching from version 1: Training, 42\N{NO-BREAK SPACE}%."
    assert step.url == reverse("training-run", args=[run.id])


@pytest.mark.usefixtures("_predictor")
def test_trainers_are_pointed_to_a_candidate_that_is_better(
    uploader: User, version: ModelVersion
) -> None:
    settled_photo(uploader)
    made = Comparison.objects.create(
        candidate=register(2, manifest()),
        baseline=version,
        state=Comparison.State.DONE,
        made=timezone.now(),
        findings={"fixed": 41, "broken": 2, "candidate": {"photos": 200}},
    )
    [step] = steps_of_a_trainer()
    assert step.text == "Version 2 fixes 41 photos, breaks 2 and is not live yet."
    assert step.url == reverse("training-compare", args=[2, 1])
    for doubted in ({"broken": 41}, {"fixed": 5}, {"lost": ["taxi"]}, {"broader": 200}):
        Comparison.objects.update(findings={**made.findings, **doubted})
        assert steps_of_a_trainer() == [], "the page of the comparison would doubt it"


def test_a_missing_finder_is_told_until_it_is_there(
    db: None, settings: Settings, tmp_path: Path
) -> None:
    settings.ARK_MODELS_STORE = tmp_path
    settings.ARK_FINDER = "nanodet_g"
    assert any("manage.py add_finder" in text for text in texts())
    (tmp_path / "finder").mkdir()
    write_finder(tmp_path / "finder", FinderManifest("nanodet_g", 416))
    assert not any("add_finder" in text for text in texts())


def test_who_wants_no_finder_is_not_told(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.ARK_MODELS_STORE = tmp_path
    settings.ARK_FINDER = "none"
    assert not any("add_finder" in text for text in texts())


@pytest.fixture
def better(version: ModelVersion) -> ModelVersion:
    """The present make of the first network, beside the one of before."""
    return register(2, manifest(name="EfficientNet-Lite0, ImageNet", view="subjects"))


@pytest.mark.usefixtures("_predictor")
def test_trainers_are_pointed_to_a_better_first_network(
    uploader: User, version: ModelVersion, better: ModelVersion
) -> None:
    settled_photo(uploader)
    [step] = steps_of_a_trainer()
    assert step.text == "A better first network is there: version 2."
    assert step.url == reverse("training-compare", args=[2, 1])
    assert next_steps(may_review=False) == []
    Comparison.objects.create(
        candidate=better,
        baseline=version,
        made=timezone.now(),
        findings={"fixed": 2, "broken": 30, "candidate": {"photos": 200}},
    )
    assert steps_of_a_trainer() == [], "the page that it leads to would advise against it"
    Comparison.objects.all().delete()
    promote_in_tables(better)
    assert steps_of_a_trainer() == []


@pytest.mark.usefixtures("_predictor")
def test_who_taught_the_first_network_is_to_teach_the_better_one(
    uploader: User, version: ModelVersion, better: ModelVersion
) -> None:
    settled_photo(uploader)
    promote_in_tables(register(3, manifest(name="Taught"), parent=version))
    [step] = steps_of_a_trainer()
    assert step.text.endswith("Teach it your labels first.")
    assert step.url == reverse("training-launch") + "?mode=teach&parent=2"
    register(4, manifest(name="Taught again", view="subjects"), parent=better)
    assert steps_of_a_trainer() == []


@pytest.mark.usefixtures("_predictor")
def test_who_does_not_want_the_better_network_is_not_told_of_it_for_ever(
    uploader: User, better: ModelVersion
) -> None:
    settled_photo(uploader)
    long_ago = timezone.now() - BETTER_FIRST_FOR
    ModelVersion.objects.filter(id=better.id).update(created=long_ago)
    assert steps_of_a_trainer() == []


def promote_in_tables(version: ModelVersion) -> None:
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=version.id).update(live=True)
