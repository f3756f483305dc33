"""The review queue with the keyboard alone, without a connection, and with two people at work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.support.instance import Instance
from tests.support.reviewers import Reviewer, decisions, labels, run, upload


def test_twenty_photos_with_the_keyboard_alone(
    reviewer: Reviewer, photos: list[Path], instance: Instance
) -> None:
    upload(reviewer.api, photos, times=2)
    reviewer.open("?order=newest")
    for _ in range(8):
        reviewer.confirm()
    reviewer.pick(2)
    reviewer.undo()
    reviewer.pick(3)
    reviewer.neither()
    reviewer.find("bicy", "bicycle")
    reviewer.find("猫头鹰", "owl")
    skipped = reviewer.photo
    reviewer.press("s")
    for _ in range(5):
        reviewer.confirm()
    for _ in range(3):
        reviewer.undo()
    for _ in range(4):
        reviewer.pick(2)
    reviewer.press("ArrowRight")
    ahead = reviewer.neither()
    reviewer.press("ArrowLeft")
    assert reviewer.photo != ahead
    reviewer.confirm()
    reviewer.wait_until_sent()
    assert len(reviewer.decided) == 20
    assert skipped not in reviewer.decided
    assert labels(reviewer) == reviewer.decided
    assert reviewer.api.get(f"photos/{skipped}/")["label"] is None
    assert len(decisions(instance, reviewer)) == 20


def test_undo_reaches_back_before_the_page_was_loaded(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    upload(reviewer.api, photos[:4])
    reviewer.open("?order=newest")
    decided = [reviewer.confirm() for _ in range(3)]
    reviewer.wait_until_sent()
    reviewer.open("?order=newest")
    for photo in reversed(decided):
        reviewer.press("u")
        expect(reviewer.shown).to_have_attribute("data-photo", photo)
    reviewer.pick(2)
    reviewer.wait_until_sent()
    assert reviewer.api.get(f"photos/{decided[0]}/")["label"] == reviewer.decided[decided[0]]
    assert reviewer.api.get(f"photos/{decided[1]}/")["label"] is None


def test_decisions_survive_a_lost_connection(reviewer: Reviewer, photos: list[Path]) -> None:
    upload(reviewer.api, photos)
    reviewer.open("?order=newest")
    reviewer.confirm()
    reviewer.wait_until_sent()
    reviewer.look(ahead=3)
    reviewer.page.context.set_offline(True)
    reviewer.pick(2)
    reviewer.neither()
    reviewer.confirm()
    waiting = reviewer.page.get_by_text("Decisions that wait for the connection: 3")
    expect(waiting).to_be_visible()
    reviewer.undo()
    reviewer.pick(2)
    assert {label for photo, label in labels(reviewer).items()} >= {None}
    reviewer.page.context.set_offline(False)
    expect(waiting).to_be_hidden()
    reviewer.wait_until_sent()
    assert labels(reviewer) == reviewer.decided


def test_decisions_survive_a_closed_window(reviewer: Reviewer, photos: list[Path]) -> None:
    upload(reviewer.api, photos[:6])
    reviewer.open("?order=newest")
    reviewer.look(ahead=1)
    reviewer.page.context.set_offline(True)
    decided = [reviewer.pick(2) for _ in range(2)]
    context = reviewer.page.context
    reviewer.page.close()
    context.set_offline(False)
    reviewer.page = context.new_page()
    reviewer.open("?order=newest")
    assert reviewer.photo not in decided
    reviewer.wait_until_sent()
    assert labels(reviewer) == reviewer.decided


def test_two_at_once_share_the_queue_without_overlap_or_loss(
    new_reviewer: Callable[..., Reviewer], photos: list[Path], instance: Instance
) -> None:
    people = [new_reviewer(), new_reviewer()]
    run(instance, "Prediction.objects.update(review=None)")  # what other tests left waiting
    upload(people[0].api, photos)
    for person in people:
        person.open()
    at_work = list(people)
    while at_work:
        for person in list(at_work):
            if person.is_at_the_end():
                at_work.remove(person)
            else:
                person.confirm()
    for person in people:
        person.wait_until_sent()
    mine, theirs = (person.decided for person in people)
    assert not set(mine) & set(theirs)
    assert len(mine) + len(theirs) >= len(photos)
    assert labels(people[0]) | labels(people[1]) == mine | theirs
    assert [len(decisions(instance, person)) for person in people] == [len(mine), len(theirs)]
    left = run(instance, "print(Prediction.objects.filter(review__isnull=False).count())")
    assert left == ["0"]


def test_who_decided_meanwhile_is_named_and_not_overwritten_unseen(
    new_reviewer: Callable[..., Reviewer], photos: list[Path], complaints: list[str]
) -> None:
    reviewer, other = new_reviewer(), new_reviewer()
    upload(reviewer.api, photos[:6])
    reviewer.open("?order=newest")
    photo = reviewer.photo
    address = f"{other.api.base}/photos/{photo}/label/"
    other.api.session.put(address, json={"label": "bus"}).raise_for_status()
    reviewer.find("bicycle", "bicycle")
    note = reviewer.page.locator(".queue-conflict")
    expect(note).to_contain_text(f"{other.name} decided about this photo meanwhile: “Bus”.")
    assert reviewer.api.get(f"photos/{photo}/")["label"] == "bus"
    note.get_by_role("button", name="Put mine: “Bicycle”").click()
    expect(note).to_be_hidden()
    reviewer.wait_until_sent()
    assert reviewer.api.get(f"photos/{photo}/")["label"] == "bicycle"
    complaints[:] = [text for text in complaints if "409" not in text]


def test_keys_do_nothing_while_somebody_types(reviewer: Reviewer, photos: list[Path]) -> None:
    upload(reviewer.api, photos[:3])
    reviewer.open("?order=newest")
    photo = reviewer.photo
    reviewer.press("/")
    reviewer.page.keyboard.type("nsu1?")
    expect(reviewer.page.get_by_text("No label is called so.")).to_be_visible()
    reviewer.press("Enter", "Escape")
    assert reviewer.photo == photo
    reviewer.press("?")
    expect(reviewer.page.get_by_role("dialog", name="Keys")).to_be_visible()
    reviewer.press("n", "Escape")
    assert reviewer.photo == photo


def test_a_phone_reviews_by_touch(
    new_reviewer: Callable[..., Reviewer], photos: list[Path]
) -> None:
    reviewer = new_reviewer(viewport=PHONE, has_touch=True, is_mobile=True)
    upload(reviewer.api, photos[:4])
    reviewer.open("?order=newest")
    reviewer.look(ahead=1)
    photo, label = reviewer.photo, reviewer.choice(2)
    reviewer.shown.locator("[data-choice]").nth(1).tap()
    other = reviewer.photo
    reviewer.page.get_by_role("button", name="Other label").tap()
    reviewer.page.get_by_role("combobox", name="Name of the label").fill("公共")
    reviewer.page.locator("#picker-bus").tap()
    reviewer.wait_until_sent()
    reviewer.decided = {photo: label, other: "bus"}
    assert labels(reviewer) == reviewer.decided
    width = reviewer.page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]
