"""A person before the review queue, with a browser and the API."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support.instance import Api, Instance, wait_until

_NUMBERS = count()
_SHOWN = ".queue-photo:not([hidden])"
_QUEUE = "/admin/review/"
_ARE_DRAWN = """(number) => {
    const photos = [...document.querySelectorAll(".queue-photo")];
    const shown = photos.findIndex((photo) => !photo.hidden);
    const images = photos.slice(shown, shown + number).map((photo) => photo.querySelector("img"));
    return images.length === number && images.every((it) => it.complete && !it.dataset.src);
}"""
_DECISIONS = """
made = Decision.objects.filter(by__username={name!r}, undone_by=None).exclude(via="undo")
print(*made.values_list("photo_id", "to_label__slug"), sep="\\n")
"""


class Reviewer:
    """A person before the review queue; remembers which photo got which label."""

    def __init__(self, name: str, page: Page, api: Api) -> None:
        self.name = name
        self.page = page
        self.api = api
        self.decided: dict[str, str] = {}

    def open(self, query: str = "") -> None:
        # Not until everything is loaded: a test may hold the pictures back.
        self.page.goto(_QUEUE + query, wait_until="domcontentloaded")
        expect(self.page.locator(f"{_SHOWN}, [data-end]:not([hidden])")).to_be_visible()

    @property
    def shown(self) -> Locator:
        return self.page.locator(_SHOWN)

    @property
    def offered(self) -> Locator:
        """What the part of the photo is said to be that the label is about."""
        return self.shown.locator("[data-answers]:not([hidden])")

    @property
    def photo(self) -> str:
        return self.shown.get_attribute("data-photo")

    def choice(self, number: int) -> str:
        return self.offered.locator("[data-choice]").nth(number - 1).get_attribute("data-label")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def confirm(self) -> str:
        label = self.offered.locator("[data-confirm]").get_attribute("data-label")
        return self._decide(label, "Enter")

    def pick(self, number: int) -> str:
        return self._decide(self.choice(number), str(number))

    def neither(self) -> str:
        return self._decide("neither", "n")

    def find(self, text: str, slug: str) -> str:
        photo = self.photo
        self.look()
        self.press("/")
        self.page.keyboard.type(text)
        self.expect_found(slug)
        return self._decide(slug, "Enter", photo)

    def expect_found(self, slug: str) -> None:
        """Until Enter would take this label."""
        expect(self.page.locator(f"#picker-{slug}")).to_have_attribute("aria-selected", "true")

    def undo(self) -> None:
        before = self.photo if self.shown.count() else ""
        self.press("u")
        expect(self.page.locator("[data-status]")).to_have_text("Undone: decide again")
        expect(self.shown).not_to_have_attribute("data-photo", before)  # the words may be older
        self.decided.pop(self.photo, None)

    def is_at_the_end(self) -> bool:
        end = self.page.locator("[data-end]:not([hidden])")
        expect(end.or_(self.shown)).to_be_visible()
        return end.is_visible()

    def wait_until_sent(self) -> None:
        self.page.wait_for_function(
            "() => !Object.keys(localStorage).some(key => key.startsWith('ark-review-'))"
        )

    def look(self, ahead: int = 0) -> None:
        """Until this picture, and those of the next photos, are there: before, no key decides."""
        self.page.wait_for_function(_ARE_DRAWN, arg=1 + ahead)

    def _decide(self, label: str, key: str, photo: str = "") -> str:
        photo = photo or self.photo
        self.look()
        self.press(key)
        self.decided[photo] = label
        return photo


def _varied(photos: list[Path], seed: int) -> Iterator[tuple[str, bytes]]:
    """Other photos than any test before has uploaded: cut and encoded anew."""
    for path in photos:
        with Image.open(path) as picture:
            data = io.BytesIO()
            box = (seed % 40, seed // 40, picture.width - seed % 9, picture.height - seed % 7)
            picture.crop(box).save(data, "JPEG", quality=80)
            yield path.name, data.getvalue()


def upload(api: Api, photos: list[Path], times: int = 1) -> None:
    for _ in range(times):
        api.upload_many(list(_varied(photos, 3 + next(_NUMBERS))))
    wait_until(lambda: not api.get("photos/", state="pending")["results"])
    wait_until(lambda: not api.get("photos/", state="running")["results"])


def decisions(instance: Instance, reviewer: Reviewer) -> list[str]:
    return run(instance, _DECISIONS.format(name=reviewer.name))


def run(instance: Instance, program: str) -> list[str]:
    return instance.manage("shell", "-v", "0", "-c", program).splitlines()


def labels(reviewer: Reviewer) -> dict[str, str | None]:
    return {photo: reviewer.api.get(f"photos/{photo}/")["label"] for photo in reviewer.decided}
