"""Two people change the tree of labels at once, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from recognition.labels import labelling, merging, tree
from recognition.models import Label
from recognition.versions import registry
from tests.conftest import api_of
from tests.support.instance import wait_until
from tests.support.rows import manifest, settled_photo

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite lets one transaction write at a time"
    ),
]

# What is checked, and what another person does then; returns how to learn what came of it.
AfterCheck = Callable[[Any, str, Callable[[], int]], Callable[[], int]]
_WAITS_FOR_US = """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
    )"""


@pytest.fixture
def person(transactional_db: None) -> User:
    registry.register(1, manifest())
    tree.add("van", "Van", "面包车", "vehicle")
    return User.objects.create_superuser("sue")


@pytest.fixture
def after_check(monkeypatch: pytest.MonkeyPatch) -> Iterator[AfterCheck]:
    """Has somebody else act when this thread has made its check and has saved nothing yet."""
    with ThreadPoolExecutor(1) as pool:

        def prepare(owner: Any, name: str, act: Callable[[], int]) -> Callable[[], int]:
            check, here, acts = getattr(owner, name), get_ident(), list[Future[int]]()

            def check_and_pause(*arguments: Any) -> Any:
                found = check(*arguments)
                if get_ident() == here and not acts:
                    acts.append(pool.submit(_with_own_connection, act))
                    wait_until(lambda: acts[0].done() or _somebody_waits())
                return found

            monkeypatch.setattr(owner, name, check_and_pause)
            return lambda: acts[0].result()

        yield prepare


def _with_own_connection(act: Callable[[], int]) -> int:
    with closing(connection):
        return act()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITS_FOR_US)
        return bool(cursor.fetchone()[0])


def _label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def _parents() -> dict[str, str | None]:
    return dict(Label.objects.values_list("slug", "parent__slug"))


def _put_below(person: User, slug: str, parent: str) -> Callable[[], int]:
    """Send the admin's form; returns 302 if the label was saved, 200 if the form came back."""
    label = _label(slug)
    address = reverse("admin:recognition_label_change", args=[label.pk])
    body = {"name_en": label.name_en, "name_zh": label.name_zh, "parent": _label(parent).pk}

    def send() -> int:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client.post(address, body).status_code

    return send


def _add(person: User, **body: str) -> Callable[[], int]:
    """Add a label through the API; returns the status of the answer."""
    return lambda: api_of(person).post("/api/v1/labels/", body).status_code


def test_two_labels_that_are_put_below_each_other_at_once_make_no_circle(
    person: User, after_check: AfterCheck
) -> None:
    other = after_check(Label, "clean", _put_below(person, "van", "car"))
    assert _put_below(person, "car", "van")() == 302
    assert other() == 200
    assert (_parents()["car"], _parents()["van"]) == ("van", None)


def test_a_label_that_is_put_below_one_that_is_being_merged_makes_no_circle(
    person: User, after_check: AfterCheck
) -> None:
    other = after_check(merging, "_obstacle", _put_below(person, "van", "taxi"))
    merging.merge(_label("taxi"), _label("van"), person)
    assert other() == 200
    assert _parents()["van"] is None
    assert _label("taxi").merged_into == _label("van")


def test_a_form_that_was_read_before_a_merge_does_not_undo_it(
    person: User, after_check: AfterCheck
) -> None:
    taxi, van = _label("taxi"), _label("van")
    other = after_check(Label, "clean", lambda: merging.merge(taxi, van, person))
    assert _put_below(person, "taxi", "car")() == 302
    other()
    assert (_label("taxi").merged_into, _label("taxi").active) == (_label("van"), False)


def test_the_api_adds_no_label_below_one_that_is_being_merged(
    person: User, after_check: AfterCheck
) -> None:
    add_cab = _add(person, slug="cab", name="Cab", parent="taxi")
    other = after_check(merging, "_obstacle", add_cab)
    merging.merge(_label("taxi"), _label("van"), person)
    assert other() == 400
    assert not Label.objects.filter(slug="cab").exists()


def test_a_version_that_is_added_during_a_merge_waits_for_it(
    person: User, after_check: AfterCheck, settings: Settings, tmp_path: Path
) -> None:
    settings.ARK_MODELS_STORE = tmp_path
    draft = tmp_path / "draft"
    draft.mkdir()
    photo = settled_photo(person)
    labelling.label_repeated_uploads({photo.id: _label("taxi")}, person)
    other = after_check(
        merging, "_obstacle", lambda: registry._number(draft, manifest(name="Other"), None).number
    )
    assert merging.merge(_label("taxi"), _label("van"), person) == 1
    assert other() == 2


def test_two_who_add_the_same_label_at_once_add_it_once(
    person: User, after_check: AfterCheck
) -> None:
    add_suv = _add(person, slug="suv", name="SUV", kind="vehicle")
    other = after_check(Label, "full_clean", add_suv)
    assert {add_suv(), other()} == {201, 400}
