"""The lists of decisions, and undoing as one."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from recognition.labels import labelling
from recognition.models import BulkDecision, Decision, Label, Photo, Via
from tests.support.pages import text
from tests.support.rows import add_photo, settled_photo

DECISIONS = "admin:recognition_decision_changelist"
BULKS = "admin:recognition_bulkdecision_changelist"
LISTS = pytest.mark.parametrize("table", [DECISIONS, BULKS])


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


@pytest.fixture
def bulk(uploader: User, reviewer: User) -> BulkDecision:
    """Three dogs, confirmed as one."""
    photos = [settled_photo(uploader, name=f"{number}.jpg") for number in range(3)]
    return labelling.decide_many({photo.id: label("dog") for photo in photos}, reviewer, Via.GRID)


def undo_address(bulk: BulkDecision) -> str:
    return reverse("admin:recognition_bulkdecision_undo", args=[bulk.id])


def listed(client: Client, table: str, **query: object) -> list[object]:
    response = client.get(reverse(table), query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def test_a_decision_shows_both_labels_and_its_prediction(
    as_reviewer: Client, bulk: BulkDecision, superuser: User
) -> None:
    labelling.decide(Photo.objects.get(name="0.jpg").id, label("car"), superuser, Via.QUEUE)
    shown = text(as_reviewer.get(reverse(DECISIONS)))
    for part in ("Dog → Car", "– → Dog", "Dog · 90.0 %", "sue", "rita", "many at once"):
        assert part in shown, part


def test_decisions_are_filtered(
    as_superuser: Client, superuser: User, reviewer: User, bulk: BulkDecision
) -> None:
    photo = Photo.objects.get(name="0.jpg")
    mine = labelling.decide(photo.id, label("car"), superuser, Via.QUEUE)
    for query, expected in [
        ({"via__exact": "queue"}, [mine]),
        ({"to_label__id__exact": label("car").id}, [mine]),
        ({"by__id__exact": superuser.id}, [mine]),
        ({"at_to": "2001-01-01"}, []),
        ({"via__exact": "merge"}, []),
    ]:
        assert listed(as_superuser, DECISIONS, **query) == expected, query
    assert len(listed(as_superuser, DECISIONS, q=str(photo.id))) == 2
    assert len(listed(as_superuser, DECISIONS, by__id__exact=reviewer.id)) == 3


def test_reviewers_are_not_offered_the_names_of_users(
    as_reviewer: Client, as_superuser: Client
) -> None:
    assert "by__id__exact" not in as_reviewer.get(reverse(DECISIONS)).content.decode()
    assert "by__id__exact" in as_superuser.get(reverse(DECISIONS)).content.decode()


@LISTS
def test_a_list_asks_as_many_questions_for_one_row_as_for_many(
    table: str,
    as_reviewer: Client,
    reviewer: User,
    uploader: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(10):
        photo = add_photo(uploader)
        labelling.undo_bulk(
            labelling.decide_many({photo.id: label("dog")}, reviewer, Via.GRID), reviewer
        )
    with django_assert_max_num_queries(9) as captured:
        as_reviewer.get(reverse(table))
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert all("LIMIT" in sql for sql in counts)  # to a limit, as of what the sidebar counts


@LISTS
def test_nobody_adds_edits_or_deletes(table: str, as_superuser: Client, bulk: BulkDecision) -> None:
    row = bulk if table == BULKS else Decision.objects.first()
    base = table.removesuffix("_changelist")
    change, delete = (reverse(f"{base}_{name}", args=[row.pk]) for name in ("change", "delete"))
    assert as_superuser.get(change).status_code == 200
    assert as_superuser.post(change, {"via": "api"}).status_code == 403
    assert as_superuser.post(delete, {"post": "yes"}).status_code == 403
    assert as_superuser.get(reverse(f"{base}_add")).status_code == 403


def test_a_decision_about_many_shows_their_pictures(
    as_reviewer: Client, bulk: BulkDecision
) -> None:
    page = as_reviewer.get(reverse("admin:recognition_bulkdecision_change", args=[bulk.id]))
    for photo in Photo.objects.all():
        assert reverse("thumbnail", args=[photo.id]) in page.content.decode()


def test_undoing_says_first_what_it_would_do(
    as_reviewer: Client, superuser: User, bulk: BulkDecision
) -> None:
    labelling.decide(Photo.objects.get(name="0.jpg").id, label("car"), superuser, Via.QUEUE)
    shown = text(as_reviewer.get(undo_address(bulk)))
    assert "2 photos go back to what they were before." in shown
    assert "1 photo was decided about again since and stays as it is." in shown
    assert Photo.objects.filter(label__slug="dog").count() == 2


def test_what_was_decided_since_and_undone_goes_back_too(
    as_reviewer: Client, superuser: User, bulk: BulkDecision
) -> None:
    photo = Photo.objects.get(name="0.jpg")
    labelling.undo(labelling.decide(photo.id, label("car"), superuser, Via.QUEUE), superuser)
    assert "3 photos go back" in text(as_reviewer.get(undo_address(bulk)))
    as_reviewer.post(undo_address(bulk))
    assert not Photo.objects.exclude(label=None).exists()


def test_undone_as_one_and_only_once(as_reviewer: Client, bulk: BulkDecision) -> None:
    response = as_reviewer.post(undo_address(bulk), follow=True)
    assert "3 photos went back." in text(response)
    assert not Photo.objects.exclude(label=None).exists()
    assert "This was undone on" in text(as_reviewer.get(undo_address(bulk)))
    as_reviewer.post(undo_address(bulk))
    assert Decision.objects.filter(via=Via.UNDO).count() == 3


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:x"])
def test_undoing_leads_nowhere_else(
    elsewhere: str, as_reviewer: Client, bulk: BulkDecision
) -> None:
    response = as_reviewer.post(undo_address(bulk), {"next": elsewhere})
    assert response.url == reverse(BULKS)


def test_what_is_not_there_cannot_be_undone(as_reviewer: Client) -> None:
    address = reverse("admin:recognition_bulkdecision_undo", args=[uuid.uuid4()])
    assert as_reviewer.get(address).status_code == 404
    assert as_reviewer.post(address).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_reviewers_undo(
    method: str, uploader: User, reviewer: User, bulk: BulkDecision
) -> None:
    client = Client()
    assert getattr(client, method)(undo_address(bulk)).status_code == 302
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    assert getattr(client, method)(undo_address(bulk), follow=True).status_code in (403, 405)
    uploader.is_staff = True
    uploader.save()
    assert getattr(client, method)(undo_address(bulk)).status_code == 403
    assert Photo.objects.filter(label__slug="dog").count() == 3


def test_undoing_is_offered_to_reviewers_only(
    as_reviewer: Client, reviewer: User, bulk: BulkDecision
) -> None:
    pages = [reverse(BULKS), reverse("admin:recognition_bulkdecision_change", args=[bulk.id])]
    for page in pages:
        assert undo_address(bulk) in as_reviewer.get(page).content.decode()
    reviewer.groups.clear()
    reviewer.user_permissions.add(Permission.objects.get(codename="view_bulkdecision"))
    for page in pages:
        assert undo_address(bulk) not in as_reviewer.get(page).content.decode()


@LISTS
def test_staff_without_the_right_to_see_decisions_do_not(table: str, uploader: User) -> None:
    uploader.is_staff = True
    uploader.save()
    client = Client()
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse(table)).status_code == 403
