"""Near-duplicates are shown in groups; a group is labelled as one, and can be corrected."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from recognition.models import BulkDecision, GroupDecision, Label, Photo
from recognition.review import groups
from recognition.review.bulk import Snapshot
from tests.support.rows import NO_ID, settled_photo

DUPLICATES = "/admin/review/duplicates/"


def group_of(owner: User, *names: str) -> list[Photo]:
    photos = [settled_photo(owner, name=name) for name in names]
    Photo.objects.filter(id__in=[photo.id for photo in photos]).update(group=photos[0].id)
    return photos


def shown(client: Client, **query: object) -> list[list[str]]:
    response = client.get(DUPLICATES, query)
    assert response.status_code == 200
    return [[photo.name for photo in group.photos] for group in response.context["page"].groups]


def snapshots(*photos: Photo) -> str:
    return " ".join(str(Snapshot.of(Photo.objects.get(id=photo.id))) for photo in photos)


def label_all(client: Client, photos: str, label: str) -> HttpResponse:
    return client.post(DUPLICATES + "label/", {"photos": photos, "label": label}, follow=True)


def labels_of(*photos: Photo) -> list[str | None]:
    found = Photo.objects.in_bulk([photo.id for photo in photos])
    return [label.slug if (label := found[photo.id].label) else None for photo in photos]


def messages_of(response: HttpResponse) -> str:
    return " ".join(map(str, get_messages(response.wsgi_request)))


def test_groups_are_shown_newest_first_and_lone_photos_are_not(
    as_reviewer: Client, uploader: User
) -> None:
    group_of(uploader, "old 1", "old 2")
    settled_photo(uploader, name="alone")
    group_of(uploader, "new 1", "new 2", "new 3")
    assert shown(as_reviewer) == [["new 1", "new 2", "new 3"], ["old 1", "old 2"]]


def test_a_group_spans_owners(as_reviewer: Client, uploader: User, other_uploader: User) -> None:
    mine, theirs = (
        settled_photo(uploader, name="mine"),
        settled_photo(other_uploader, name="theirs"),
    )
    Photo.objects.update(group=mine.id)
    assert shown(as_reviewer) == [["mine", "theirs"]]
    assert theirs.owner.username in as_reviewer.get(DUPLICATES).content.decode()


def test_pages_lead_to_older_groups(
    as_reviewer: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "PAGE_SIZE", 2)
    for number in range(3):
        group_of(uploader, f"{number} a", f"{number} b")
    first = as_reviewer.get(DUPLICATES).context["page"]
    assert [group.photos[0].name for group in first.groups] == ["2 a", "1 a"]
    assert shown(as_reviewer, after=first.next) == [["0 a", "0 b"]]
    assert as_reviewer.get(DUPLICATES, {"after": first.next}).context["page"].next is None


def test_of_a_large_group_only_some_are_shown(
    as_reviewer: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST_SHOWN", 2)
    group_of(uploader, "1", "2", "3")
    assert shown(as_reviewer) == [["1", "2"]]
    assert "and 1 more" in as_reviewer.get(DUPLICATES).content.decode()


def test_groups_whose_labels_differ_are_marked(
    as_reviewer: Client, uploader: User, reviewer: User
) -> None:
    one, other = group_of(uploader, "one", "other")
    Photo.objects.filter(id=one.id).update(label=Label.objects.get(slug="dog"))
    assert "Different labels" not in as_reviewer.get(DUPLICATES).content.decode()
    Photo.objects.filter(id=other.id).update(label=Label.objects.get(slug="car"))
    assert "Different labels" in as_reviewer.get(DUPLICATES).content.decode()


def test_a_page_asks_few_questions_however_many_the_photos(
    as_reviewer: Client, uploader: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        group_of(uploader, *(f"{number} {letter}" for letter in "abcd"))
    as_reviewer.get(DUPLICATES)
    with django_assert_max_num_queries(12) as captured:
        as_reviewer.get(DUPLICATES)
    assert not [query for query in captured if "embedding" in query["sql"]]


def test_a_group_gets_one_label_by_one_decision(as_reviewer: Client, uploader: User) -> None:
    photos = group_of(uploader, "one", "other")
    response = label_all(as_reviewer, snapshots(*photos), "car")
    assert labels_of(*photos) == ["car", "car"]
    decided = BulkDecision.objects.get()
    assert decided.photos == 2
    assert reverse("admin:recognition_bulkdecision_undo", args=[decided.id]) in messages_of(
        response
    )


def test_a_photo_decided_about_meanwhile_is_left(as_reviewer: Client, uploader: User) -> None:
    photos = group_of(uploader, "one", "other")
    seen = snapshots(*photos)
    Photo.objects.filter(id=photos[1].id).update(label=Label.objects.get(slug="dog"))
    response = label_all(as_reviewer, seen, "car")
    assert labels_of(*photos) == ["car", "dog"]
    assert "1 photo was left as it is" in messages_of(response)


@pytest.mark.parametrize("label", ["", "nonsense"])
def test_a_label_that_is_none_changes_nothing(
    as_reviewer: Client, uploader: User, label: str
) -> None:
    photos = group_of(uploader, "one", "other")
    assert messages_of(label_all(as_reviewer, snapshots(*photos), label))
    assert labels_of(*photos) == [None, None]


def test_photos_that_make_no_sense_change_nothing(as_reviewer: Client) -> None:
    assert label_all(as_reviewer, f"nonsense {uuid4()}..", "dog").status_code == 200
    assert not BulkDecision.objects.exists()


def test_a_photo_is_set_apart(as_reviewer: Client, uploader: User) -> None:
    photos = group_of(uploader, "one", "other", "third")
    body = {"photo": str(photos[1].id), "after": "nonsense"}
    as_reviewer.post(DUPLICATES + "apart/", body)
    assert shown(as_reviewer) == [["one", "third"]]


@pytest.mark.parametrize("photo", ["", "nonsense", NO_ID])
def test_a_photo_that_is_not_there_cannot_be_set_apart(as_reviewer: Client, photo: str) -> None:
    response = as_reviewer.post(DUPLICATES + "apart/", {"photo": photo})
    assert response.status_code == 404


def test_pages_begin_at_the_start_when_the_address_makes_no_sense(
    as_reviewer: Client, uploader: User
) -> None:
    group_of(uploader, "one", "other")
    assert shown(as_reviewer, after="nonsense") == [["one", "other"]]


# Rights

DOORS = [("get", ""), ("post", "label/"), ("post", "apart/")]


@pytest.mark.parametrize(("method", "door"), DOORS)
def test_uploaders_and_strangers_stay_outside(
    method: str, door: str, client: Client, uploader: User
) -> None:
    photos = group_of(uploader, "one", "other")
    body = {"photo": photos[0].id, "photos": snapshots(*photos), "label": "dog"}
    for _ in range(2):  # a stranger, then an uploader
        response = getattr(client, method)(DUPLICATES + door, body)
        assert response.status_code == 302
        assert "/login/" in response["Location"]
        client.force_login(uploader, "django.contrib.auth.backends.ModelBackend")
    assert labels_of(*photos) == [None, None]
    assert Photo.objects.filter(group=photos[0].id).count() == 2


@pytest.mark.parametrize(("method", "door"), DOORS)
def test_staff_without_the_permission_are_refused(method: str, door: str, client: Client) -> None:
    staff = User.objects.create_user("stan", is_staff=True)
    client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    assert getattr(client, method)(DUPLICATES + door).status_code == 403


def test_reviewers_who_may_not_see_all_find_only_their_own(client: Client, uploader: User) -> None:
    staff = User.objects.create_user("stan", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="review"))
    client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    photos = group_of(uploader, "one", "other")
    group_of(staff, "own 1", "own 2")
    assert shown(client) == [["own 1", "own 2"]]
    label_all(client, snapshots(*photos), "dog")
    assert labels_of(*photos) == [None, None]
    response = client.post(DUPLICATES + "apart/", {"photo": str(photos[0].id)})
    assert response.status_code == 404


def keep(client: Client, group: Photo, seen: int, **fields: object) -> HttpResponse:
    given = {"group": group.id, "seen": seen, **fields}
    return client.post(DUPLICATES + "keep/", given, follow=True)


def test_one_is_kept_and_that_can_be_undone(as_reviewer: Client, uploader: User) -> None:
    one, other = group_of(uploader, "one", "other")
    page = keep(as_reviewer, one, 2, photo=other.id).content.decode()
    assert "“other” is kept; 1 near-duplicate of it is left out." in page
    assert shown(as_reviewer) == []
    made = GroupDecision.objects.get()
    as_reviewer.post(DUPLICATES + "undo/", {"decision": made.id})
    assert shown(as_reviewer) == [["one", "other"]]


def test_all_are_kept(as_reviewer: Client, uploader: User) -> None:
    one, _other = group_of(uploader, "one", "other")
    assert "All 2 near-duplicates are kept." in keep(as_reviewer, one, 2).content.decode()
    assert shown(as_reviewer) == []


def test_a_group_that_has_changed_is_looked_at_again(as_reviewer: Client, uploader: User) -> None:
    one, *_others = group_of(uploader, "one", "two", "three")
    assert "look again" in messages_of(keep(as_reviewer, one, 2))
    assert shown(as_reviewer) == [["one", "two", "three"]]


def test_what_makes_no_sense_is_refused(as_reviewer: Client, uploader: User) -> None:
    one, _other = group_of(uploader, "one", "other")
    assert keep(as_reviewer, one, 0).status_code == 400
    assert keep(as_reviewer, one, 2, photo=NO_ID).status_code == 404
    assert as_reviewer.post(DUPLICATES + "undo/", {"decision": NO_ID}).status_code == 404
