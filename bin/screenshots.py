"""`make screenshots`: the pictures in docs/screenshots, of an instance started for them alone.

Needs a Chromium on the PATH, as the tests in a browser do, and the network: for the finder, and for
a wheel of scikit-image, out of which only pictures are taken. All photographs come out of packages,
none of a person's own. Names after the command renew those pictures alone:
`.venv/bin/python -m bin.screenshots photo queue`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from bin import screenshot_samples
from tests.browser.conftest import signed_in
from tests.support import chromium, environment
from tests.support.instance import Api, Instance, running, wait_until
from tests.support.reviewers import Reviewer
from webapp.home import BASE_DIR

TARGET = BASE_DIR / "docs" / "screenshots"
MAX_BYTES = 2_000_000  # of all together: whoever clones the project fetches them
PERSON = "sam"
HOST = "ark.localhost"  # what the pages show as the address, for the port is another each time
PARTS = ("web", "redis", "predictor", "analyst", "teacher", "explainer")
# The tests do without the finder; these pictures show what it finds.
SETTINGS = {"ARK_FINDER": "", "ARK_SWEEP_S": "1", "ARK_ALLOWED_HOSTS": HOST}
DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1.25,
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "dark",
    "locale": "en-GB",
}
REVIEWED = {
    "dalmatian.jpg": "dog",
    "eagle.jpg": "eagle",
    "beetle.jpg": "insect",
    "drum.jpg": "neither",
    "shoe.jpg": "neither",
    "village.jpg": "neither",
}
PATIENCE_S = 600
_PATIENCE_MS = PATIENCE_S * 1000
_ADMINISTRATOR = f"""
from django.contrib.auth.models import User
User.objects.filter(username={PERSON!r}).update(is_staff=True, is_superuser=True)
"""
_IN_SIGHT_ARE_DRAWN = """() => [...document.images].every((image) => {
    const { top, bottom, width } = image.getBoundingClientRect();
    const isInSight = width > 0 && bottom > 0 && top < innerHeight;
    return !isInSight || (image.complete && image.naturalWidth > 0);
})"""


@dataclass
class Tour:
    """What the pictures are taken with. only: the names of those that are wanted; all without."""

    instance: Instance
    api: Api
    browser: Browser
    only: set[str]
    signed_in: Any = None  # the cookies of the person, for windows of other sizes

    @contextmanager
    def window(self, looks: dict[str, Any]) -> Iterator[Page]:
        options = {**looks, "base_url": f"http://{HOST}", "storage_state": self.signed_in}
        context = self.browser.new_context(**options)
        context.set_default_timeout(_PATIENCE_MS)
        try:
            yield context.new_page()
        finally:
            context.close()

    def take(self, page: Page, name: str) -> None:
        if self.only and name not in self.only:
            return
        page.wait_for_function(_IN_SIGHT_ARE_DRAWN)
        page.evaluate("document.fonts.ready.then(() => true)")
        taken = page.screenshot(animations="disabled")
        path = TARGET / f"{name}.png"
        path.write_bytes(_shrunk(taken))
        path.chmod(0o644)  # what an instance writes is its owner's alone
        print(f"{path.relative_to(BASE_DIR)}: {path.stat().st_size // 1000} kB", flush=True)

    def photo(self, name: str) -> dict[str, Any]:
        photos = self.api.get("photos/", page_size=200)["results"]
        return next(photo for photo in photos if photo["name"] == name)


def main() -> None:
    path = chromium.path()
    if path is None:
        sys.exit("`make screenshots` needs a Chromium on the PATH.")
    home = Path(environment.home)
    samples = screenshot_samples.scikit_image(home / "wheel")
    TARGET.mkdir(exist_ok=True)
    with (
        sync_playwright() as playwright,
        running(home, home / "models", PARTS, **SETTINGS) as instance,
    ):
        address = f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{instance.port}"
        arguments = ["--no-sandbox", "--lang=en-GB", address]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        api = instance.api(instance.token_of(PERSON, "Trainer"))
        instance.manage("shell", "-c", _ADMINISTRATOR)
        tour = Tour(instance, api, browser, set(sys.argv[1:]))
        _go_round(tour, samples)
        browser.close()
    _check_size()


def _go_round(tour: Tour, samples: dict[str, bytes]) -> None:
    _upload(tour, samples["chelsea"])
    _look_at_photos(tour)
    _review(tour)
    _look_at_the_api(tour)
    _look_at_the_overview(tour)
    _look_inside(tour)
    _teach(tour, samples)
    _look_at_the_map(tour)


def _upload(tour: Tour, cat: bytes) -> None:
    first: FilePayload = {"name": "cat.png", "mimeType": "image/png", "buffer": cat}
    files = [first, *screenshot_samples.shipped()]
    with tour.window(DESKTOP) as page:
        signed_in(page, PERSON)
        tour.signed_in = page.context.storage_state()
        page.get_by_label("Choose photos").set_input_files(files)
        expect(page.locator('.card[data-state="done"]')).to_have_count(len(files))
        _wait_for_second_looks(tour)
        address = page.url
        page.goto(address)
        tour.take(page, "upload")
    with tour.window(PHONE) as page:
        page.goto(address)
        tour.take(page, "upload-phone")


def _wait_for_second_looks(tour: Tour) -> None:
    """A photo that is sure at first sight is looked at again in the background."""

    def all_are_looked_at() -> bool:
        photos = tour.api.get("photos/", page_size=200)["results"]
        return all((photo["prediction"] or {}).get("subjects") is not None for photo in photos)

    wait_until(all_are_looked_at, PATIENCE_S)


def _look_at_photos(tour: Tour) -> None:
    for name, label in REVIEWED.items():
        address = f"{tour.api.base}/photos/{tour.photo(name)['id']}/label/"
        tour.api.session.put(address, json={"label": label}).raise_for_status()
    with tour.window(DESKTOP) as page:
        page.goto("/history/")
        tour.take(page, "history")
        page.set_viewport_size({"width": 1280, "height": 720})  # a photo is as large as that allows
        page.goto(f"/photos/{tour.photo('geese.jpg')['id']}/")
        tour.take(page, "photo")


def _review(tour: Tour) -> None:
    for looks, name in ((DESKTOP, "queue"), (PHONE, "queue-phone")):
        with tour.window(looks) as page:
            reviewer = Reviewer(PERSON, page, tour.api)
            reviewer.open()
            reviewer.look()
            tour.take(page, name)
    with tour.window(DESKTOP) as page:
        page.goto("/admin/review/grid/")
        page.locator(".grid-tile").nth(3).click()
        _scroll_to(page, "[data-grid]")
        tour.take(page, "grid")


def _look_inside(tour: Tour) -> None:
    """What is worked out when somebody asks is waited for."""
    photo = tour.photo("dalmatian.jpg")["id"]
    with tour.window(DESKTOP) as page:
        page.goto(f"/photos/{photo}/why/")
        page.locator(".why-table").wait_for()  # the check, which follows the map
        tour.take(page, "why")
        page.goto(f"/photos/{photo}/inside/")
        expect(page.get_by_role("heading", name="Softmax")).to_be_attached()
        tour.take(page, "inside")
        page.goto(f"/learn/kernels/?photo={photo}")
        tour.take(page, "learn")
        page.goto("/lab/")
        tour.take(page, "laboratory")
        page.goto("/networks/googlenet/")
        _scroll_to(page, "#drawn")
        tour.take(page, "network")


def _look_at_the_map(tour: Tour) -> None:
    with tour.window(DESKTOP) as page:
        page.goto("/admin/review/map/")
        page.locator("[data-legend] [data-rows] li").first.wait_for()
        _scroll_to(page, "[data-tools]")
        page.wait_for_timeout(1000)  # the points are drawn by the graphics card
        tour.take(page, "map")


def _look_at_the_api(tour: Tour) -> None:
    with tour.window(DESKTOP) as page:
        page.goto("/account/tokens/")
        _scroll_to(page, ".tokens-examples")
        tour.take(page, "api")


def _look_at_the_overview(tour: Tour) -> None:
    with tour.window(DESKTOP) as page:
        page.goto("/admin/")
        tour.take(page, "staff")
        page.get_by_role("button", name="中文").click()
        page.get_by_role("button", name="English").wait_for()
        tour.take(page, "staff-chinese")
        page.get_by_role("button", name="English").click()
        page.get_by_role("button", name="中文").wait_for()


def _scroll_to(page: Page, selector: str) -> None:
    page.locator(selector).evaluate("there => there.scrollIntoView()")


def _teach(tour: Tour, samples: dict[str, bytes]) -> None:
    _upload_tiles(tour, samples)
    posted = tour.api.session.post(f"{tour.api.base}/training-runs/", json={"mode": "teach"})
    posted.raise_for_status()
    with tour.window(DESKTOP) as page:
        page.goto(f"/admin/training/runs/{posted.json()['id']}/")
        expect(page.get_by_text("against version 1")).to_be_visible(timeout=_PATIENCE_MS)
        page.get_by_role("link", name="See what changed, photo by photo").click()
        expect(page.get_by_role("heading", name="Fixed")).to_be_visible()
        page.get_by_role("button", name="Close").click()  # says that the teaching is done
        tour.take(page, "comparison")


def _upload_tiles(tour: Tour, samples: dict[str, bytes]) -> None:
    api = tour.api
    for slug, (english, chinese) in screenshot_samples.TAUGHT.items():
        label = {"slug": slug, "name": english, "name_zh": chinese, "kind": "other"}
        api.session.post(f"{api.base}/labels/", json=label).raise_for_status()
    archive = screenshot_samples.archive(
        {slug: samples[slug] for slug in screenshot_samples.TAUGHT}
    )
    files, said = {"archive": ("tiles.zip", archive)}, {"labelled": "true"}
    api.session.post(f"{api.base}/photos/bulk/", files=files, data=said).raise_for_status()
    wait_until(lambda: not api.get("photos/", state="pending")["results"], PATIENCE_S)
    wait_until(lambda: not api.get("photos/", state="running")["results"], PATIENCE_S)


def _shrunk(taken: bytes) -> bytes:
    """As a PNG of 256 colours: it is a third of the size, and text and lines stay as they are."""
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    return screenshot_samples.png(image.quantize(256, kmeans=1, dither=Image.Dither.NONE))


def _check_size() -> None:
    total = sum(path.stat().st_size for path in TARGET.glob("*.png"))
    if total > MAX_BYTES:
        sys.exit(f"docs/screenshots holds {total} bytes; {MAX_BYTES} are allowed.")


if __name__ == "__main__":
    main()
