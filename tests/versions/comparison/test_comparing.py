"""Comparisons end to end: asked for, made from the versions' own files, stored whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from recognition.core import leases, redis_client
from recognition.labels.tree import set_active
from recognition.models import ComparedPhoto, Comparison, Label, Mode, ModelVersion, Photo, Split
from recognition.models import State as PredictionState
from recognition.photos.deletion import delete_photo
from recognition.versions.comparison import comparing, speed
from recognition.versions.comparison.comparing import compare_pending, request
from tests.support.files import encoded, picture
from tests.support.rows import add_photo, training_run
from tests.versions.comparison.conftest import outcomes, write_original

pytestmark = pytest.mark.django_db(transaction=True)
Outcome, Part, State = ComparedPhoto.Outcome, ComparedPhoto.Part, Comparison.State
DEAD = "nobody"


def test_it_tells_what_the_candidate_fixes_and_breaks(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    fixed, broken = photo_of(4, "car"), photo_of(5, "car")
    both, none = photo_of(0, "dog"), photo_of(1, "dog")
    found = compared()
    assert found.state == State.DONE
    assert outcomes(found) == {
        fixed.id: (Outcome.FIXED, "dog", "car"),
        broken.id: (Outcome.BROKEN, "car", "dog"),
        both.id: (Outcome.BOTH_RIGHT, "dog", "dog"),
        none.id: (Outcome.BOTH_WRONG, "car", "car"),
    }
    assert (found.findings["fixed"], found.findings["broken"]) == (1, 1)
    assert found.findings["baseline"]["accuracy"] == found.findings["candidate"]["accuracy"] == 0.5


def test_what_is_below_the_label_is_right(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    photo = photo_of(2, "car")
    found = compared()
    assert outcomes(found) == {photo.id: (Outcome.BROKEN, "taxi", "cat")}


def test_a_label_that_only_one_version_knows(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    photo = photo_of(2, "cat")
    found = compared()
    assert found.findings["lost"] == ["taxi"]
    assert found.findings["gained"] == ["cat"]
    assert outcomes(found) == {photo.id: (Outcome.FIXED, "taxi", "cat")}


def test_a_label_that_was_merged_into_a_known_one_is_not_lost(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    photo = photo_of(2, "car")
    car = Label.objects.get(slug="car")
    Label.objects.filter(slug="taxi").update(merged_into=car, active=False)
    found = compared()
    assert found.findings["lost"] == []
    assert outcomes(found) == {photo.id: (Outcome.BROKEN, "car", "cat")}


def test_a_retired_label_is_neither_lost_nor_answered(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    photo = photo_of(2, "car")
    set_active(Label.objects.get(slug="taxi"), False)
    found = compared()
    assert found.findings["lost"] == []
    assert outcomes(found) == {photo.id: (Outcome.BROKEN, "car", "cat")}


def test_the_others_share_what_a_retired_label_without_a_parent_would_have_got(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    photo_of(0, "car")
    set_active(Label.objects.get(slug="dog"), False)
    row = compared().photos.get(part=Part.TEST)
    # Of three that are left alike likely: a taxi is a car.
    assert row.before_confidence == pytest.approx(2 / 3, rel=1e-3)


def test_a_replayed_photo_with_a_retired_label_has_no_right_answer(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    """Neither version can give it."""
    photo = photo_of(2, "dog", Split.TRAIN)
    set_active(Label.objects.get(slug="dog"), False)
    assert outcomes(compared(), Part.REPLAY) == {photo.id: (Outcome.DIFFERENT, "taxi", "cat")}


def test_confidences_are_those_of_the_answers(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    photo_of(4, "car")
    row = compared().photos.get(part=Part.TEST)
    expected = 2.718281828**3 / (2.718281828**3 + 3)
    assert row.before_confidence == pytest.approx(expected, rel=1e-3)
    assert row.after_confidence == pytest.approx(expected, rel=1e-3)


def test_the_replay_shows_only_where_they_disagree(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    different = photo_of(4, split=Split.TRAIN)
    photo_of(0)
    labelled = photo_of(5, "car", Split.TRAIN)
    found = compared()
    assert outcomes(found, Part.REPLAY) == {
        different.id: (Outcome.DIFFERENT, "dog", "car"),
        labelled.id: (Outcome.BROKEN, "car", "dog"),
    }
    assert found.findings["replay"] == {"photos": 3, "different": 2, "left_out": 0}


def test_only_as_many_uploads_are_replayed_as_asked_for(
    baseline: ModelVersion, candidate: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    photo_of(4)
    newest = photo_of(4)
    row = request(candidate, baseline, replay=1)
    compare_pending()
    assert list(outcomes(row, Part.REPLAY)) == [newest.id]


def test_without_photos_nothing_is_claimed(compared: Callable) -> None:
    found = compared()
    assert found.state == State.DONE
    assert found.findings["candidate"]["accuracy"] is None
    assert found.findings["replay"]["photos"] == 0


def test_versions_of_one_backbone_are_equally_fast(compared: Callable) -> None:
    assert compared().findings["speed"] is None


def test_versions_of_two_backbones_read_the_files_and_are_timed(
    versions: list[ModelVersion], photo_of: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "_TURN_S", 0.01)
    monkeypatch.setattr(speed, "BUSY", 9.0)  # whatever else this machine does
    photo, _gone = photo_of(0, "dog"), photo_of(1, "car")
    write_original(photo, encoded(picture()))
    row = request(versions[2], versions[0])
    compare_pending()
    row.refresh_from_db()
    assert list(outcomes(row)) == [photo.id]
    assert row.findings["left_out"] == {"unreadable": 1}
    assert row.findings["speed"]["side_by_side"]
    assert row.findings["speed"]["candidate"] > 10


@pytest.mark.parametrize("at_work", [False, True])
def test_on_a_busy_machine_no_speed_is_told(
    versions: list[ModelVersion], uploader: User, monkeypatch: pytest.MonkeyPatch, at_work: bool
) -> None:
    """Other processes take its time, or photos are being predicted."""
    monkeypatch.setattr(speed, "_TURN_S", 0.01)
    monkeypatch.setattr(speed, "BUSY", 9.0 if at_work else -1.0)
    if at_work:
        add_photo(uploader, prediction__state=PredictionState.PENDING)
    row = request(versions[2], versions[0])
    compare_pending()
    row.refresh_from_db()
    assert row.findings["speed"] == {"side_by_side": False}


def test_made_again_it_replaces_what_was_found(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    first = photo_of(4, "car")
    compared()
    delete_photo(first)
    second = photo_of(5, "car")
    assert list(outcomes(compared())) == [second.id]


def test_a_photo_that_is_deleted_meanwhile_is_left_out(
    compared: Callable, photo_of: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = photo_of(4, "car"), photo_of(0, "dog")
    store = comparing._store

    def delete_then_store(*found: object) -> None:
        Photo.objects.filter(id=gone.id).delete()
        store(*found)

    monkeypatch.setattr(comparing, "_store", delete_then_store)
    assert list(outcomes(compared())) == [kept.id]


def test_asked_for_twice_it_waits_once_and_rings(
    baseline: ModelVersion, candidate: ModelVersion
) -> None:
    request(candidate, baseline)
    request(candidate, baseline)
    assert Comparison.objects.get().state == State.QUEUED
    assert redis_client.connection().llen("teach") == 1


def test_what_is_being_made_is_not_queued_again(
    baseline: ModelVersion, candidate: ModelVersion
) -> None:
    request(candidate, baseline)
    Comparison.objects.update(state=State.RUNNING)
    assert request(candidate, baseline).state == State.RUNNING
    assert request(candidate, baseline, replay=100).state == State.QUEUED


def test_a_killed_teachers_comparison_is_made_again(
    compared: Callable, photo_of: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = compared()
    Comparison.objects.update(state=State.RUNNING, lease_owner=DEAD, attempts=1)
    monkeypatch.setattr(
        leases, "dead_here", lambda owners: [owner for owner in owners if owner == DEAD]
    )
    compare_pending()
    row.refresh_from_db()
    assert row.state == State.DONE


def test_what_kills_its_teacher_again_and_again_fails(
    baseline: ModelVersion, candidate: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    request(candidate, baseline)
    Comparison.objects.update(state=State.RUNNING, lease_owner=DEAD, attempts=3)
    monkeypatch.setattr(
        leases, "dead_here", lambda owners: [owner for owner in owners if owner == DEAD]
    )
    compare_pending()
    assert (Comparison.objects.get().state, Comparison.objects.get().error) == ("failed", "crashed")


def test_a_version_that_cannot_be_loaded_fails_the_comparison_and_the_next_is_made(
    versions: list[ModelVersion], baseline: ModelVersion
) -> None:
    ModelVersion.objects.create(number=99, name="Gone", network="lenet5", labels=[], sha256="9")
    request(ModelVersion.objects.get(number=99), baseline)
    request(versions[1], baseline)
    compare_pending()
    states = Comparison.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == [State.FAILED, State.DONE]


def test_who_waits_to_teach_comes_before_further_comparisons(
    versions: list[ModelVersion], baseline: ModelVersion
) -> None:
    training_run(mode=Mode.TEACH)
    request(versions[1], baseline)
    request(baseline, versions[1])
    redis_client.connection().flushall()
    compare_pending()
    states = Comparison.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == [State.DONE, State.QUEUED]
    assert redis_client.connection().llen("teach") == 1


def test_a_comparison_that_lost_its_lease_stores_nothing(
    compared: Callable, photo_of: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_of(4, "car")
    store = comparing._store

    def store_too_late(*found: object) -> None:
        Comparison.objects.update(lease_owner="somebody else")
        store(*found)

    monkeypatch.setattr(comparing, "_store", store_too_late)
    found = compared()
    assert found.findings == {}
    assert not found.photos.exists()
