"""What is not sure as a label is accepted as the group above it, and is answered so."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.analysis import acceptance
from recognition.analysis.acceptance import apply_promise
from recognition.labels.tree import add
from recognition.models import Label, ModelVersion, Photo, Prediction, Report
from recognition.predictions import queue
from recognition.review import promise
from recognition.review.thresholds import needed
from tests.support.rows import add_photo, answer_of, give_label, predicted_photo

ENOUGH = needed(0.9)
UNSURE = {"taxi": 0.6, "car": 0.37, "dog": 0.02}


@pytest.fixture(autouse=True)
def _recount_at_once(monkeypatch: pytest.MonkeyPatch, version: ModelVersion) -> None:
    monkeypatch.setattr(acceptance, "RECOUNT_EVERY_S", 0)


def unsure(owner: User) -> Photo:
    """A taxi, or another car."""
    photo = predicted_photo(owner, "taxi", 0.6)
    top = [{"label": slug, "confidence": share} for slug, share in UNSURE.items()]
    Prediction.objects.filter(photo=photo).update(top=top, kind="vehicle")
    return photo


@pytest.fixture
def trusted(uploader: User, reviewer: User) -> None:
    """So many cars were reviewed, none of them a taxi."""
    give_label([unsure(uploader) for _ in range(ENOUGH)], "car", reviewer)


def switch(active: bool, by: User) -> None:
    promise.change(active, 0.9, 0.0, by)
    apply_promise()


def answer_to(photo: Photo) -> tuple[str, float, bool]:
    prediction = Prediction.objects.select_related("label").get(photo=photo)
    return prediction.label.slug, prediction.confidence, prediction.accepted is not None


@pytest.mark.usefixtures("trusted")
def test_a_waiting_photo_is_accepted_as_a_car(uploader: User, reviewer: User) -> None:
    photo = unsure(uploader)
    switch(True, reviewer)
    assert answer_to(photo) == ("car", pytest.approx(0.97), True)


@pytest.mark.usefixtures("trusted")
def test_a_new_photo_is_answered_and_accepted_as_a_car(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    switch(True, reviewer)
    photo = add_photo(uploader)
    queue.store(queue.claim(version), [answer_of(**UNSURE)])
    assert answer_to(photo) == ("car", pytest.approx(0.97), False)
    apply_promise()
    assert answer_to(photo)[2]


@pytest.mark.usefixtures("trusted")
def test_switched_off_it_is_a_taxi_again(uploader: User, reviewer: User) -> None:
    photo = unsure(uploader)
    switch(True, reviewer)
    switch(False, reviewer)
    assert answer_to(photo) == ("taxi", 0.6, False)


@pytest.mark.usefixtures("trusted")
def test_checks_count_a_broad_answer_as_right(uploader: User, reviewer: User) -> None:
    photo = unsure(uploader)
    promise.change(True, 0.9, 1.0, reviewer)
    apply_promise()
    give_label([photo], "taxi", reviewer)
    apply_promise()
    checks = promise.checks_in(promise.report())
    assert (checks.accepted, checks.checked, checks.right) == (1, 1, 1)


@pytest.mark.usefixtures("trusted")
def test_where_a_label_is_put_below_another_one_all_is_counted_again(
    uploader: User, reviewer: User
) -> None:
    photo = unsure(uploader)
    switch(True, reviewer)
    before = Report.objects.get(name="promise").data["news"]
    vehicle = add("vehicle", "Vehicle", "交通工具", "vehicle")
    Label.objects.filter(slug="car").update(parent=vehicle)
    apply_promise()
    assert Report.objects.get(name="promise").data["news"] != before
    assert answer_to(photo) == ("car", pytest.approx(0.97), True)


def test_counts_of_before_there_was_a_tree_are_made_anew(reviewer: User) -> None:
    old = {"tallies": {"7": {}}, "news": [1, "None"], "recounted_s": 9e12}
    Report.objects.create(name="promise", data=old)
    switch(True, reviewer)
    data = Report.objects.get(name="promise").data
    assert (data["evidence"], "tallies" in data) == ([], False)
