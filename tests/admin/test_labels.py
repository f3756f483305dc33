"""Labels in the admin: a tree that staff edit."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from recognition.core.counting import Counted
from recognition.labels import tree
from recognition.models import Label
from tests.support.pages import text
from tests.support.rows import add_photo

LIST = reverse("admin:recognition_label_changelist")
ADD = reverse("admin:recognition_label_add")
SUV = {"slug": "suv", "name_en": "SUV", "name_zh": "越野车"}
PAGES = ("change", "merge", "retire", "bring_back", "history")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def page(name: str, slug: str) -> str:
    return reverse(f"admin:recognition_label_{name}", args=[label(slug).pk])


def test_labels_stand_below_their_parents(as_reviewer: Client) -> None:
    tree.add("ambulance", "Ambulance", "救护车", parent=label("car"))
    rows = as_reviewer.get(LIST).context["cl"].result_list
    slugs = [(row.slug, row.depth) for row in rows]
    assert slugs == [("dog", 0), ("neither", 0), ("car", 0), ("ambulance", 1), ("taxi", 1)]


def test_the_list_says_how_many_photos_a_label_and_those_below_it_have(
    as_reviewer: Client, uploader: User
) -> None:
    add_photo(uploader, label=label("car"))
    add_photo(uploader, label=label("taxi"))
    rows = {row.slug: row for row in as_reviewer.get(LIST).context["cl"].result_list}
    assert (rows["car"].photo_count, rows["car"].count_with_below) == (Counted(1), Counted(2))


def test_a_reviewer_adds_a_label_below_another(as_reviewer: Client) -> None:
    form = as_reviewer.get(page("add_below", "car"), follow=True)
    assert form.redirect_chain[-1][0] == f"{ADD}?below=car"
    assert form.context["adminform"].form.initial["kind"] == "vehicle"
    as_reviewer.post(ADD, {**SUV, "parent": label("car").pk})
    assert (label("suv").parent, label("suv").kind) == (label("car"), "vehicle")


@pytest.mark.parametrize("below", ["unicorn", "\0", "x" * 999])
def test_a_parent_that_is_not_there_is_not_filled_in(below: str, as_reviewer: Client) -> None:
    form = as_reviewer.get(ADD, {"below": below}).context["adminform"].form
    assert "parent" not in form.initial


@pytest.mark.parametrize("change", [{"kind": "animal"}, {"slug": "dog"}, {"name_en": ""}])
def test_a_label_that_is_wrong_is_not_added(change: dict[str, str], as_reviewer: Client) -> None:
    body = {**SUV, "parent": label("car").pk, "kind": "vehicle", **change}
    assert as_reviewer.post(ADD, body).status_code == 200  # the form again
    assert not Label.objects.filter(slug="suv").exists()


def test_a_label_without_kind_and_parent_is_not_added(as_reviewer: Client) -> None:
    assert as_reviewer.post(ADD, SUV).status_code == 200
    assert not Label.objects.filter(slug="suv").exists()


@pytest.mark.parametrize(
    "change", [{"name_en": "DOG"}, {"name_zh": "狗"}, {"name_en": "\u3164"}, {"slug": "Dog"}]
)
def test_what_another_label_is_called_is_refused_at_its_field(
    change: dict[str, str], as_reviewer: Client
) -> None:
    response = as_reviewer.post(ADD, {**SUV, "kind": "vehicle", **change})
    assert set(response.context["adminform"].form.errors) == set(change)
    renamed = {"name_en": "Taxi", "name_zh": "出租车", "parent": "", **change}
    if "slug" not in change:
        response = as_reviewer.post(page("change", "taxi"), renamed)
        assert set(response.context["adminform"].form.errors) == set(change)


def test_nobody_needs_to_type_a_slug(as_reviewer: Client) -> None:
    body = {"name_en": "C++", "name_zh": "C加加", "kind": "other", "slug": ""}
    assert as_reviewer.post(ADD, body).status_code == 302
    assert Label.objects.get(name_en="C++").slug == "c-cedb1b"


@pytest.mark.parametrize("words", ["СОБАКА", "собака", "ОБАК", "label-b3"])
def test_labels_are_found_however_they_are_written(words: str, as_reviewer: Client) -> None:
    tree.add("", "Собака", "狗狗", "animal")
    rows = as_reviewer.get(LIST, {"q": words}).context["cl"].result_list
    assert [row.name_en for row in rows] == ["Собака"]


def test_the_history_says_what_changed_from_what_to_what(as_reviewer: Client) -> None:
    as_reviewer.post(page("change", "taxi"), {"name_en": "Cab", "name_zh": "出租车", "parent": ""})
    shown = text(as_reviewer.get(page("history", "taxi")))
    assert "English name (Taxi → Cab)" in shown
    assert "parent (Car → –)" in shown.lower().replace("car", "Car")


def test_retired_labels_are_not_offered_as_parents(as_reviewer: Client) -> None:
    tree.set_active(label("car"), False)
    query = {
        "app_label": "recognition",
        "model_name": "label",
        "field_name": "parent",
        "term": "car",
    }
    assert as_reviewer.get(reverse("admin:autocomplete"), query).json()["results"] == []


@pytest.mark.parametrize("name", ["merge", "retire", "bring_back", "add_below"])
@pytest.mark.parametrize("key", ["999999", "nonsense", "-1", "9" * 40])
def test_a_label_that_is_not_there(name: str, key: str, as_superuser: Client) -> None:
    address = page(name, "dog").replace(f"/{label('dog').pk}/", f"/{key}/")
    assert as_superuser.get(address).status_code in (302, 403, 404)
    assert as_superuser.post(address).status_code in (302, 403, 404)


def test_staff_without_the_permission_change_nothing(reviewer: User) -> None:
    reviewer.user_permissions.add(Permission.objects.get(codename="view_label"))
    reviewer.groups.clear()
    client = Client()
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(LIST).status_code == 200
    for name in ("merge", "retire", "bring_back", "add_below"):
        assert client.get(page(name, "taxi")).status_code == 403
        assert client.post(page(name, "taxi"), {"into": "car"}).status_code == 403
    assert client.post(ADD, {**SUV, "kind": "vehicle"}).status_code == 403


@pytest.mark.parametrize("name", ["merge", "retire", "bring_back", "add_below", "change"])
def test_uploaders_and_strangers_do_not_enter(name: str, uploader: User) -> None:
    as_uploader = Client()
    as_uploader.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    for client in (as_uploader, Client()):
        assert client.get(page(name, "taxi")).status_code == 302  # to sign in
        assert client.post(page(name, "taxi"), {"into": "car"}).status_code == 302
    assert label("taxi").merged_into is None
