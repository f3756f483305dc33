"""Near-duplicates: one is kept and the others take no part, or all are kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.labels import labelling, left_out
from recognition.labels.labelling import decide
from recognition.labels.tree import labelled_photos
from recognition.models import GroupDecision, Label, LeftOut, Mode, Photo, Prediction, Via
from recognition.photos import deletion
from recognition.review import groups, resolving
from recognition.review.queue import Ordering, claim
from recognition.training.selection import select
from tests.support.rows import settled_photo

pytestmark = pytest.mark.usefixtures("version")


def group_of(owner: User, *names: str) -> list[Photo]:
    photos = [settled_photo(owner, name=name) for name in names]
    Photo.objects.filter(id__in=[photo.id for photo in photos]).update(group=photos[0].id)
    return [Photo.objects.get(id=photo.id) for photo in photos]


def shown() -> list[list[str]]:
    found = groups.page(Photo.objects.all()).groups
    return [[photo.name for photo in group.photos] for group in found]


def queued(reviewer: User) -> set[str]:
    ids = claim(reviewer, Ordering.NEWEST, 20)
    return set(Photo.objects.filter(id__in=ids).values_list("name", flat=True))


def test_one_is_kept_and_the_others_leave_the_queue(uploader: User, reviewer: User) -> None:
    one, *_others = group_of(uploader, "one", "two", "three")
    made = resolving.keep_one(one.id, 3, reviewer)
    assert (made.kept_id, made.photos, made.by) == (one.id, 3, reviewer)
    assert queued(reviewer) == {"one"}
    assert shown() == []


def test_what_is_left_out_teaches_nothing(uploader: User, reviewer: User) -> None:
    one, other = group_of(uploader, "one", "other")
    for photo in (one, other):
        decide(photo.id, Label.objects.get(slug="dog"), reviewer, Via.PAGE)
    resolving.keep_one(other.id, 2, reviewer)
    assert [photo.name for photo in labelled_photos()] == ["other"]
    assert [row.photo_id for row in select(Mode.FROM_SCRATCH, None).labelled] == [other.id]


def test_said_twice_it_counts_once(uploader: User, reviewer: User) -> None:
    one, _other = group_of(uploader, "one", "other")
    first = resolving.keep_one(one.id, 2, reviewer)
    assert resolving.keep_one(one.id, 2, reviewer) == first
    assert (GroupDecision.objects.count(), LeftOut.objects.count()) == (1, 1)


def test_who_saw_the_group_before_somebody_decided_is_told(uploader: User, reviewer: User) -> None:
    one, other = group_of(uploader, "one", "other")
    resolving.keep_one(one.id, 2, reviewer)
    with pytest.raises(resolving.GroupChanged):
        resolving.keep_one(other.id, 2, reviewer)
    with pytest.raises(resolving.GroupChanged):
        resolving.keep_all(one.group, 2, reviewer)
    assert left_out.among([one.id, other.id]) == {other.id}


def test_a_photo_that_joined_unseen_is_not_left_out(uploader: User, reviewer: User) -> None:
    one, *_others = group_of(uploader, "one", "two", "three")
    with pytest.raises(resolving.GroupChanged):
        resolving.keep_one(one.id, 2, reviewer)
    assert not LeftOut.objects.exists()


def test_all_are_kept_and_not_shown_again_until_more_join(uploader: User, reviewer: User) -> None:
    one, other = group_of(uploader, "one", "other")
    resolving.keep_all(one.group, 2, reviewer)
    assert shown() == []
    assert queued(reviewer) == {"one", "other"}
    late = settled_photo(uploader, name="late")
    Photo.objects.filter(id=late.id).update(group=one.group)
    assert shown() == [["one", "other", "late"]]
    resolving.keep_one(late.id, 3, reviewer)
    assert shown() == []
    assert left_out.among(Photo.objects.values_list("id", flat=True)) == {one.id, other.id}


def test_undone_everything_takes_part_again(uploader: User, reviewer: User) -> None:
    one, _other = group_of(uploader, "one", "other")
    made = resolving.keep_one(one.id, 2, reviewer)
    resolving.undo(made)
    resolving.undo(made)
    assert queued(reviewer) == {"one", "other"}
    assert shown() == [["one", "other"]]
    assert resolving.latest(reviewer) == []


def test_a_new_answer_does_not_bring_it_back_into_the_queue(uploader: User, reviewer: User) -> None:
    one, other = group_of(uploader, "one", "other")
    resolving.keep_one(one.id, 2, reviewer)
    decide(other.id, Label.objects.get(slug="dog"), reviewer, Via.PAGE)
    labelling.undo(other.decisions.get(), reviewer)
    assert Prediction.objects.get(photo=other).review is None


def test_when_the_kept_one_goes_the_others_take_part_again(uploader: User, reviewer: User) -> None:
    one, _other, _third = group_of(uploader, "one", "other", "third")
    resolving.keep_one(one.id, 3, reviewer)
    deletion.delete_many([one.id], uploader)
    assert queued(reviewer) == {"other", "third"}
    assert shown() == [["other", "third"]]
    assert not GroupDecision.objects.exists()


def test_a_large_group_is_decided_in_small_steps(
    uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling, "TOGETHER", 4)
    one, *others = group_of(uploader, *(str(number) for number in range(30)))
    resolving.keep_one(one.id, 30, reviewer)
    assert left_out.among(photo.id for photo in [one, *others]) == {photo.id for photo in others}


def test_pages_pass_over_what_is_settled(
    uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "WINDOW", 3)
    group_of(uploader, "old 1", "old 2")
    for number in range(2):
        one, _other = group_of(uploader, f"{number} a", f"{number} b")
        resolving.keep_all(one.group, 2, reviewer)
    assert shown() == [["old 1", "old 2"]]


def test_who_sees_only_their_own_decides_about_their_own(
    uploader: User, other_uploader: User
) -> None:
    mine, theirs = settled_photo(uploader, name="mine"), settled_photo(other_uploader)
    Photo.objects.update(group=mine.id)
    with pytest.raises(Photo.DoesNotExist):
        resolving.keep_one(theirs.id, 2, uploader)
    with pytest.raises(resolving.GroupChanged):
        resolving.keep_one(mine.id, 2, uploader)


def test_a_label_that_leaves_with_the_others_is_noticed(uploader: User, reviewer: User) -> None:
    one, other = group_of(uploader, "one", "other")
    decide(other.id, Label.objects.get(slug="dog"), reviewer, Via.PAGE)
    made = resolving.keep_one(one.id, 2, reviewer)
    assert resolving.loses_labels(made)
    resolving.undo(made)
    assert not resolving.loses_labels(resolving.keep_one(other.id, 2, reviewer))
