"""The suspect labels, with the keyboard alone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.support.instance import Instance
from tests.support.reviewers import Reviewer, run, upload

_SUSPECTS = """
from django.contrib.auth.models import User
from recognition.labels import labelling
by = User.objects.get(username={name!r})
bus, dog = Label.objects.get(slug="bus"), Label.objects.get(slug="dog")
Suspect.objects.all().delete()
for photo in Photo.objects.filter(owner=by).order_by("id")[:3]:
    labelling.decide(photo.id, dog, by, "page")
    Suspect.objects.create(photo=photo, label=dog, suggested=bus, score=9,
                           evidence={{"given": 0.1, "suggested": 0.9}})
"""


def test_cards_are_decided_and_undone_with_keys(
    reviewer: Reviewer, photos: list[Path], instance: Instance
) -> None:
    upload(reviewer.api, photos[:3])
    run(instance, _SUSPECTS.format(name=reviewer.name))
    page = reviewer.page
    page.goto("/admin/review/suspects/")
    cards, decided = page.locator("article.suspect"), page.locator("article.suspect-decided")
    reviewer.press("2")  # shows first what it would be about
    expect(cards.first).to_be_focused()
    reviewer.press("2")
    expect(decided).to_have_count(1)
    expect(cards.first).to_be_focused()  # the next one
    reviewer.press("1")
    expect(decided).to_have_count(2)
    expect(cards.first).to_be_focused()
    said = [text.strip() for text in decided.locator("p").all_inner_texts()]
    assert said == ["Changed: Dog → Bus", "Kept: Dog"]
    reviewer.press("u")
    expect(decided).to_have_count(1)
    reviewer.press("u")
    expect(decided).to_have_count(0)
    reviewer.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
