"""Labels merged, retired and brought back: each page says first what will happen."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.labels import tree
from recognition.models import Decision, Label, Photo, Via
from tests.support.pages import text
from tests.support.rows import add_photo


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def page(name: str, slug: str) -> str:
    return reverse(f"admin:recognition_label_{name}", args=[label(slug).pk])


def test_a_merge_says_first_what_it_will_do(as_reviewer: Client, uploader: User) -> None:
    add_photo(uploader, label=label("taxi"), prediction__label=label("taxi"))
    tree.add("van", "Van", "面包车", "vehicle")
    shown = text(as_reviewer.get(page("merge", "taxi"), {"into": "van"}))
    assert "Photos that change their label: 1" in shown
    assert "will name Van: 1" in shown
    assert "1 · Small" in shown
    assert label("taxi").merged_into is None


def test_a_merge_is_done_and_told_in_both_histories(as_reviewer: Client, uploader: User) -> None:
    add_photo(uploader, label=label("taxi"))
    as_reviewer.post(page("merge", "taxi"), {"into": "car"})
    assert Photo.objects.get().label == label("car")
    assert Decision.objects.get().via == Via.MERGE
    assert label("taxi").merged_into == label("car")
    for slug in ("car", "taxi"):
        told = text(as_reviewer.get(page("history", slug)))
        assert "Merged Taxi into Car; photos that changed their label: 1" in told


@pytest.mark.parametrize("into", ["car", "taxi", "dog", "unicorn", "", "\0", "x" * 999])
def test_a_merge_that_cannot_be_changes_nothing(into: str, as_reviewer: Client) -> None:
    assert as_reviewer.get(page("merge", "car"), {"into": into}).status_code == 200
    assert as_reviewer.post(page("merge", "car"), {"into": into}).status_code in (200, 302)
    assert not Label.objects.filter(merged_into__isnull=False).exists()


def test_a_label_is_retired_and_brought_back(as_reviewer: Client, uploader: User) -> None:
    add_photo(uploader, label=label("dog"))
    assert "Photos that carry it and keep it: 1" in text(as_reviewer.get(page("retire", "dog")))
    as_reviewer.post(page("retire", "dog"))
    assert not label("dog").active
    assert Photo.objects.get().label == label("dog")
    as_reviewer.post(page("bring_back", "dog"))
    assert label("dog").active
    assert LogEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("slug", "instead"),
    [("taxi", "it will name Car."), ("car", "it will name the likeliest of the others")],
)
def test_the_page_says_what_the_network_will_say_instead(
    slug: str, instead: str, as_reviewer: Client
) -> None:
    assert instead in text(as_reviewer.get(page("retire", slug)))


def test_what_was_merged_is_not_brought_back(as_reviewer: Client) -> None:
    as_reviewer.post(page("merge", "taxi"), {"into": "car"})
    assert as_reviewer.post(page("bring_back", "taxi")).status_code == 403
    assert not label("taxi").active


def test_there_is_always_a_label_for_what_is_neither(as_reviewer: Client) -> None:
    assert as_reviewer.post(page("retire", "neither")).status_code == 403
    assert label("neither").active
