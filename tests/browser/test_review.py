"""The review queue with the keyboard alone, without a connection, and with two people at work."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, signed_in
from tests.instance import Api, Instance, wait_until

_NUMBERS = count()
_QUEUE = "/admin/review/"
_DECISIONS = """
made = Decision.objects.filter(by__username={name!r}, undone_by=None).exclude(via="undo")
print(*made.values_list("photo_id", "to_label__slug"), sep="\\n")
"""


class Reviewer:
    """A person before the review queue; remembers which photo got which label."""

    def __init__(self, name: str, page: Page, api: Api) -> None:
        self.name = name
        self.page = signed_in(page, name)
        self.api = api
        self.decided: dict[str, str] = {}

    def open(self, query: str = "") -> None:
        self.page.goto(_QUEUE + query)
        expect(self.page.locator(f"{_SHOWN}, [data-end]:not([hidden])")).to_be_visible()

    @property
    def shown(self) -> Locator:
        return self.page.locator(_SHOWN)

    @property
    def photo(self) -> str:
        return self.shown.get_attribute("data-photo")

    def choice(self, number: int) -> str:
        return self.shown.locator("[data-choice]").nth(number - 1).get_attribute("data-label")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def confirm(self) -> str:
        label = self.shown.locator("[data-confirm]").get_attribute("data-label")
        return self._decide(label, "Enter")

    def pick(self, number: int) -> str:
        return self._decide(self.choice(number), str(number))

    def neither(self) -> str:
        return self._decide("neither", "n")

    def find(self, text: str, slug: str) -> str:
        photo = self.photo
        self.press("/")
        self.page.keyboard.type(text)
        return self._decide(slug, "Enter", photo)

    def undo(self) -> None:
        self.press("u")
        expect(self.page.locator("[data-said]")).to_have_text("Undone: decide again")
        self.decided.pop(self.photo, None)

    def is_at_the_end(self) -> bool:
        end = self.page.locator("[data-end]:not([hidden])")
        expect(end.or_(self.shown)).to_be_visible()
        return end.is_visible()

    def wait_until_sent(self) -> None:
        self.page.wait_for_function(
            "() => Object.keys(localStorage).filter(key => key.startsWith('ark-review-'))"
            ".every(key => localStorage[key] === '[]')"
        )

    def _decide(self, label: str, key: str, photo: str = "") -> str:
        photo = photo or self.photo
        self.press(key)
        self.decided[photo] = label
        return photo


_SHOWN = ".queue-photo:not([hidden])"


@pytest.fixture
def new_reviewer(open_page: Callable[..., Page], instance: Instance) -> Callable[..., Reviewer]:
    def new_reviewer(**options: object) -> Reviewer:
        name = f"reviewer{next(_NUMBERS)}"
        token = instance.token_of(name, "Reviewer")
        return Reviewer(name, open_page(**options), instance.api(token))

    return new_reviewer


@pytest.fixture
def reviewer(new_reviewer: Callable[..., Reviewer]) -> Reviewer:
    return new_reviewer()


def _varied(photos: list[Path], seed: int) -> Iterator[tuple[str, bytes]]:
    """Other photos than any test before has uploaded: cut and encoded anew."""
    for path in photos:
        with Image.open(path) as picture:
            data = io.BytesIO()
            box = (seed % 40, seed // 40, picture.width - seed % 9, picture.height - seed % 7)
            picture.crop(box).save(data, "JPEG", quality=80)
            yield path.name, data.getvalue()


def _upload(api: Api, photos: list[Path], times: int = 1) -> None:
    for _ in range(times):
        api.upload_many(list(_varied(photos, 3 + next(_NUMBERS))))
    wait_until(lambda: not api.get("photos/", state="pending")["results"])
    wait_until(lambda: not api.get("photos/", state="running")["results"])


def _decisions(instance: Instance, reviewer: Reviewer) -> list[str]:
    return _run(instance, _DECISIONS.format(name=reviewer.name))


def _run(instance: Instance, program: str) -> list[str]:
    return instance.manage("shell", "-v", "0", "-c", program).splitlines()


def _labels(reviewer: Reviewer) -> dict[str, str | None]:
    return {photo: reviewer.api.get(f"photos/{photo}/")["label"] for photo in reviewer.decided}


def test_twenty_photos_with_the_keyboard_alone(
    reviewer: Reviewer, photos: list[Path], instance: Instance
) -> None:
    _upload(reviewer.api, photos, times=2)
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
    assert _labels(reviewer) == reviewer.decided
    assert reviewer.api.get(f"photos/{skipped}/")["label"] is None
    assert len(_decisions(instance, reviewer)) == 20


def test_undo_reaches_back_before_the_page_was_loaded(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    _upload(reviewer.api, photos[:4])
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
    _upload(reviewer.api, photos)
    reviewer.open("?order=newest")
    reviewer.confirm()
    reviewer.wait_until_sent()
    reviewer.page.context.set_offline(True)
    reviewer.pick(2)
    reviewer.neither()
    reviewer.confirm()
    waiting = reviewer.page.get_by_text("Decisions that wait for the connection: 3")
    expect(waiting).to_be_visible()
    reviewer.undo()
    reviewer.pick(2)
    assert {label for photo, label in _labels(reviewer).items()} >= {None}
    reviewer.page.context.set_offline(False)
    expect(waiting).to_be_hidden()
    reviewer.wait_until_sent()
    assert _labels(reviewer) == reviewer.decided


def test_decisions_survive_a_closed_window(reviewer: Reviewer, photos: list[Path]) -> None:
    _upload(reviewer.api, photos[:6])
    reviewer.open("?order=newest")
    reviewer.page.context.set_offline(True)
    decided = [reviewer.pick(2) for _ in range(2)]
    context = reviewer.page.context
    reviewer.page.close()
    context.set_offline(False)
    reviewer.page = context.new_page()
    reviewer.open("?order=newest")
    assert reviewer.photo not in decided
    reviewer.wait_until_sent()
    assert _labels(reviewer) == reviewer.decided


def test_two_at_once_share_the_queue_without_overlap_or_loss(
    new_reviewer: Callable[..., Reviewer], photos: list[Path], instance: Instance
) -> None:
    people = [new_reviewer(), new_reviewer()]
    _upload(people[0].api, photos, times=3)
    _run(instance, "ReviewLease.objects.all().delete()")  # of other tests
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
    assert len(mine) + len(theirs) >= 60
    assert _labels(people[0]) | _labels(people[1]) == mine | theirs
    assert [len(_decisions(instance, person)) for person in people] == [len(mine), len(theirs)]
    left = _run(instance, "print(Prediction.objects.filter(review__isnull=False).count())")
    assert left == ["0"]


def test_who_decided_meanwhile_is_named_and_not_overwritten_unseen(
    new_reviewer: Callable[..., Reviewer], photos: list[Path], complaints: list[str]
) -> None:
    reviewer, other = new_reviewer(), new_reviewer()
    _upload(reviewer.api, photos[:6])
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
    _upload(reviewer.api, photos[:3])
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
    _upload(reviewer.api, photos[:4])
    reviewer.open("?order=newest")
    photo, label = reviewer.photo, reviewer.choice(2)
    reviewer.shown.locator("[data-choice]").nth(1).tap()
    other = reviewer.photo
    reviewer.page.get_by_role("button", name="Other label").tap()
    reviewer.page.get_by_role("combobox", name="Name of the label").fill("公共")
    reviewer.page.locator("#picker-bus").tap()
    reviewer.wait_until_sent()
    reviewer.decided = {photo: label, other: "bus"}
    assert _labels(reviewer) == reviewer.decided
    width = reviewer.page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]
