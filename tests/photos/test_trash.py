"""What was deleted comes back as it was, or goes for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.labels import annotating, labelling, merging, suggestions, tree
from recognition.models import (
    Annotation,
    AuditEvent,
    BulkDecision,
    Decision,
    Label,
    Photo,
    Prediction,
    State,
    Suggestion,
    TrainingExample,
    TrashedPhoto,
    Via,
    split_of,
)
from recognition.photos import deletion, trash
from recognition.predictions import queue
from recognition.versions.registry import live_version
from tests.support.rows import add_photo, answer, settled_photo, taught_version

pytestmark = pytest.mark.usefixtures("version")
BOX = [0.1, 0.1, 0.5, 0.5]


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


@pytest.fixture
def photo(uploader: User) -> Photo:
    """A photo that the network has seen, with an original."""
    photo = settled_photo(uploader)
    photo.original_path.parent.mkdir(parents=True, exist_ok=True)
    photo.original_path.write_bytes(b"pixels")
    return photo


def rows_of(photo: Photo) -> dict[str, list[dict[str, Any]]]:
    """All that people said of it."""
    tables: tuple[Any, ...] = (Decision, Annotation, Suggestion)
    found = {table.__name__: table.objects.filter(photo=photo).order_by("id") for table in tables}
    return {name: list(rows.values()) for name, rows in found.items()}


def deleted(photo: Photo, by: User | None = None) -> TrashedPhoto:
    deletion.delete_photo(photo, by)
    return TrashedPhoto.objects.get(id=photo.id)


def restored(photo: Photo, by: User | None = None) -> Photo:
    deleted(photo)
    return trash.restore(photo.id, by)


def test_all_that_people_said_comes_back(photo: Photo, uploader: User, reviewer: User) -> None:
    suggestions.suggest(photo.id, uploader, Suggestion.Kind.WRONG, label("car"))
    labelling.decide(photo.id, label("taxi"), reviewer, Via.QUEUE, box=BOX)
    labelling.undo(labelling.decide(photo.id, label("car"), reviewer, Via.PAGE), reviewer)
    labelling.decide_many({photo.id: label("car")}, reviewer, Via.GRID)
    annotating.annotate(photo.id, [0.5, 0.5, 1, 1], label("dog"), reviewer)
    suggestions.suggest(photo.id, uploader, Suggestion.Kind.ANOTHER, label("dog"))
    before, said = Photo.objects.values().get(), rows_of(photo)
    back = restored(Photo.objects.get())
    after = Photo.objects.values().get()
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"prediction_id", "capture_due"}  # the place is read again
    assert rows_of(back) == said
    assert (len(said["Decision"]), BulkDecision.objects.get().photos) == (4, 1)
    assert Prediction.objects.get().suggested is not None
    assert not TrashedPhoto.objects.exists()


def test_it_is_predicted_again_and_what_was_reviewed_is_not_doubted(
    photo: Photo, reviewer: User
) -> None:
    labelling.decide(photo.id, label("car"), reviewer, Via.QUEUE)
    restored(photo)
    waiting = Prediction.objects.get()
    assert (waiting.state, waiting.model_version) == (State.PENDING, None)
    queue.store(queue.claim(live_version()), [answer()])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.review, waiting.disagreement) == (State.DONE, None, None)


def test_a_label_that_came_with_the_upload_is_compared_again(photo: Photo, uploader: User) -> None:
    labelling.label_repeated_uploads({photo.id: label("car")}, uploader)
    Decision.objects.update(predicted=None)
    restored(photo)
    queue.store(queue.claim(live_version()), [answer()])
    assert Prediction.objects.get().disagreement is not None


def test_restoring_twice_is_restoring_once(photo: Photo) -> None:
    first = restored(photo)
    assert trash.restore(photo.id, None) == first
    assert Prediction.objects.count() == 1


def test_its_group_and_its_split_stay(uploader: User, photo: Photo) -> None:
    oldest = add_photo(uploader)
    Photo.objects.filter(id=photo.id).update(group=oldest.id)
    back = restored(Photo.objects.get(id=photo.id))
    assert (back.group, back.split) == (oldest.id, split_of(oldest.id))


def test_its_places_in_data_sets_come_back(uploader: User, photo: Photo) -> None:
    version = taught_version(2, [photo, add_photo(uploader)])
    deleted(photo)
    assert deletion.taught(version) == (2, 1)
    trash.restore(photo.id, None)
    assert deletion.taught(version) == (2, 0)
    assert TrainingExample.objects.filter(photo=photo).count() == 1


def test_a_label_that_was_merged_meanwhile_is_followed(photo: Photo, reviewer: User) -> None:
    hound = tree.add("hound", "Hound", "猎犬", "animal")
    labelling.decide(photo.id, hound, reviewer, Via.QUEUE)
    annotating.annotate(photo.id, BOX, hound, reviewer)
    deleted(photo)
    merging.merge(hound, label("dog"), reviewer)
    back = trash.restore(photo.id, reviewer)
    assert back.label == Annotation.objects.get().label == label("dog")
    newest = Decision.objects.first()
    assert (newest.via, newest.from_label, newest.to_label) == (Via.MERGE, hound, label("dog"))


def test_a_retired_label_stays(photo: Photo, reviewer: User) -> None:
    labelling.decide(photo.id, label("taxi"), reviewer, Via.QUEUE)
    deleted(photo)
    tree.set_active(label("taxi"), False)
    assert trash.restore(photo.id, None).label == label("taxi")


def test_people_who_are_gone_are_left_out(photo: Photo, reviewer: User) -> None:
    labelling.decide(photo.id, label("car"), reviewer, Via.QUEUE)
    deleted(photo, reviewer)
    reviewer.delete()
    back = trash.restore(photo.id, None)
    assert (back.label, back.labelled_by) == (label("car"), None)
    assert Decision.objects.get().by is None


def test_the_same_bytes_again_are_said_and_stay_as_they_are(uploader: User, photo: Photo) -> None:
    deleted(photo)
    again = add_photo(uploader, sha256=photo.sha256)
    with pytest.raises(trash.CannotRestore) as refused:
        trash.restore(photo.id, uploader)
    assert (refused.value.code, refused.value.photo) == ("uploaded_again", again)
    assert TrashedPhoto.objects.get().id == photo.id


def test_without_its_original_it_stays_in_the_trash(photo: Photo) -> None:
    deleted(photo)
    photo.original_path.unlink()
    with pytest.raises(trash.CannotRestore) as refused:
        trash.restore(photo.id, None)
    assert refused.value.code == "original_gone"
    assert TrashedPhoto.objects.exists()


def test_what_was_deleted_for_ever_cannot_be_restored(photo: Photo) -> None:
    deletion.delete_photo(photo, for_ever=True)  # and nothing more, for the process ended
    with pytest.raises(TrashedPhoto.DoesNotExist):
        trash.restore(photo.id, None)
    assert not trash.visible_to(photo.owner).exists()
    trash.empty_expired()
    assert not TrashedPhoto.objects.exists()
    assert not photo.original_path.exists()


def test_it_is_emptied_after_its_days(photo: Photo, uploader: User) -> None:
    row = deleted(photo)
    trash.empty_expired()
    assert TrashedPhoto.objects.exists()
    assert trash.days_left(row) == 30
    TrashedPhoto.objects.update(trashed_at=timezone.now() - timedelta(days=30, minutes=1))
    trash.empty_expired()
    assert not TrashedPhoto.objects.exists()
    assert not photo.original_path.exists()


def test_one_that_was_marked_while_files_were_removed_is_removed_in_the_next_round(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = deleted(photo)
    monkeypatch.setattr(trash, "_forget", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trash.delete_for_ever(TrashedPhoto.objects.all())
    assert not row.original_path.exists()
    monkeypatch.undo()
    trash.empty_expired()
    assert not TrashedPhoto.objects.exists()


def test_one_sees_ones_own(photo: Photo, other_uploader: User) -> None:
    deleted(photo)
    root = User.objects.create_superuser("root", password="a long passphrase")
    assert trash.visible_to(photo.owner).count() == 1
    assert trash.visible_to(other_uploader, everybody=True).count() == 0
    assert [trash.visible_to(root, everybody).count() for everybody in (False, True)] == [0, 1]


def test_what_staff_does_with_others_photos_is_audited(photo: Photo, reviewer: User) -> None:
    deleted(photo, photo.owner)
    trash.restore(photo.id, photo.owner)
    assert not AuditEvent.objects.exists()
    deleted(Photo.objects.get(), reviewer)
    trash.restore(photo.id, reviewer)
    deletion.delete_photo(Photo.objects.get(), photo.owner, for_ever=True)
    told = AuditEvent.objects.order_by("id").values_list("user_name", "action", "subject")
    owner = photo.owner.username
    assert list(told) == [
        (reviewer.username, "photos_deleted", owner),
        (reviewer.username, "photos_restored", owner),
        (owner, "photos_deleted", owner),
    ]
