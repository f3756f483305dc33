"""Groups of near-duplicates: pages of them, and photos that are set apart."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User

from recognition.labels.tree import set_active
from recognition.models import Label, Photo, split_of
from recognition.review import groups
from recognition.review.groups import is_by_people, set_apart
from tests.support.rows import add_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def group_of(owner: User, *names: str) -> list[Photo]:
    photos = [settled_photo(owner, name=name) for name in names]
    Photo.objects.filter(id__in=[photo.id for photo in photos]).update(group=photos[0].id)
    return photos


def names_on(page: groups.Page) -> list[list[str]]:
    return [[photo.name for photo in group.photos] for group in page.groups]


def test_the_newest_groups_come_first(uploader: User) -> None:
    group_of(uploader, "old 1", "old 2")
    group_of(uploader, "new 1", "new 2")
    assert names_on(groups.page(Photo.objects.all())) == [["new 1", "new 2"], ["old 1", "old 2"]]


def test_a_group_of_one_is_not_shown(uploader: User) -> None:
    """The others were deleted."""
    group_of(uploader, "left")
    assert names_on(groups.page(Photo.objects.all())) == []


def test_pages_follow_one_another(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "PAGE_SIZE", 1)
    group_of(uploader, "old 1", "old 2")
    group_of(uploader, "new 1", "new 2")
    first = groups.page(Photo.objects.all())
    second = groups.page(Photo.objects.all(), first.next)
    assert (names_on(first), names_on(second)) == ([["new 1", "new 2"]], [["old 1", "old 2"]])
    assert second.next is None


def test_a_page_looks_at_a_window_and_cuts_no_group(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "WINDOW", 3)
    group_of(uploader, "old 1", "old 2")
    group_of(uploader, "new 1", "new 2")
    first = groups.page(Photo.objects.all())
    assert names_on(first) == [["new 1", "new 2"]]
    assert names_on(groups.page(Photo.objects.all(), first.next)) == [["old 1", "old 2"]]


def test_of_a_large_group_some_are_hidden(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST_SHOWN", 2)
    group_of(uploader, "1", "2", "3")
    [group] = groups.page(Photo.objects.all()).groups
    assert ([photo.name for photo in group.photos], group.hidden) == (["1", "2"], 1)


def test_the_label_of_most_is_suggested(uploader: User) -> None:
    one, other, _unlabelled = group_of(uploader, "1", "2", "3")
    dog, car = (Label.objects.get(slug=slug) for slug in ("dog", "car"))
    Photo.objects.filter(id__in=[one.id, other.id]).update(label=dog)
    [group] = groups.page(Photo.objects.all()).groups
    assert (group.suggested, group.has_different_labels) == (dog, False)
    Photo.objects.filter(id=other.id).update(label=car)
    [group] = groups.page(Photo.objects.all()).groups
    assert group.has_different_labels


def test_without_labels_the_most_frequent_prediction_is_suggested(uploader: User) -> None:
    one, _other = group_of(uploader, "1", "2")
    [group] = groups.page(Photo.objects.all()).groups
    assert group.suggested == Photo.objects.get(id=one.id).prediction.label


@pytest.fixture
def group_of_three(uploader: User, version: object) -> list[Photo]:
    photos = [add_photo(uploader) for _ in range(3)]
    Photo.objects.update(group=photos[0].id)
    return photos


def groups_of(photos: list[Photo]) -> list[UUID | None]:
    return [Photo.objects.get(id=photo.id).group for photo in photos]


@pytest.mark.parametrize("which", [0, 1])
def test_a_photo_set_apart_leaves_the_others_together(
    which: int, group_of_three: list[Photo]
) -> None:
    set_apart(group_of_three[which].id)
    left = groups_of(group_of_three)
    assert is_by_people(left.pop(which))
    assert left == [group_of_three[0].id] * 2


def test_a_photo_set_apart_stays_on_its_side_of_the_split(group_of_three: list[Photo]) -> None:
    for photo in group_of_three:
        set_apart(photo.id)
    splits = {split_of(group) for group in groups_of(group_of_three)}
    assert splits == {group_of_three[0].split}


def test_to_set_apart_twice_changes_nothing(group_of_three: list[Photo]) -> None:
    set_apart(group_of_three[1].id)
    before = groups_of(group_of_three)
    set_apart(group_of_three[1].id)
    assert groups_of(group_of_three) == before


def test_a_photo_can_be_set_apart_from_those_that_were_set_apart(
    group_of_three: list[Photo],
) -> None:
    _first, second, third = group_of_three
    set_apart(second.id)
    Photo.objects.filter(id=third.id).update(group=groups_of([second])[0])
    set_apart(third.id)
    assert len(set(groups_of(group_of_three))) == 3


def test_a_photo_that_is_gone_cannot_be_set_apart() -> None:
    with pytest.raises(Photo.DoesNotExist):
        set_apart(uuid4())


def test_a_retired_label_is_not_suggested(uploader: User) -> None:
    photos = group_of(uploader, "one", "two")
    photos_of_group = Photo.objects.filter(id__in=[photo.id for photo in photos])
    photos_of_group.update(label=Label.objects.get(slug="car"))
    set_active(Label.objects.get(slug="car"), False)
    [group] = groups.page(Photo.objects.all()).groups
    assert group.suggested == Label.objects.get(slug="dog")
