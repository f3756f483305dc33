"""A trainer teaches the network something new, makes it live, and takes it back."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, let_in
from tests.support.instance import Api, Instance, running, wait_until
from tests.support.reviewers import upload

PARTS = ("web", "redis", "predictor", "teacher")
TAUGHT = 40  # so many that none of the splits stays empty, however they fall
PATIENCE_MS = 180_000  # the teacher yields to everybody, other tests too
LABEL = {"slug": "chessboard", "name": "Chessboard", "name_zh": "棋盘", "kind": "other"}


@pytest.fixture(scope="module")
def instance(
    browser: Browser, own_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    with running(tmp_path_factory.mktemp("ark"), own_store, PARTS, ARK_SWEEP_S="1") as instance:
        yield instance


@pytest.fixture(scope="module")
def tina(instance: Instance) -> Api:
    return instance.api(instance.token_of("tina", "Trainer"))


@pytest.fixture
def trainer(open_page: Callable[..., Page], tina: Api) -> Page:
    return let_in(open_page(), "tina")


@pytest.mark.timeout(600)
def test_teach_compare_promote_and_roll_back(
    trainer: Page, tina: Api, instance: Instance, photos: list[Path]
) -> None:
    upload(tina, photos)  # nobody labels them: they become unlabelled anchors
    label_chessboards(instance)
    assert answer_to_new_chessboard(trainer, tina)["label"] != "chessboard"
    teach(trainer)
    watch_it_finish(trainer)
    open_the_flip_report(trainer)
    promote(trainer)
    wait_until(lambda: version_that_answers(tina) == 2)
    prediction = answer_to_new_chessboard(trainer, tina)
    assert (prediction["model"], prediction["label"]) == (2, "chessboard")
    roll_back(trainer)
    wait_until(lambda: version_that_answers(tina) == 1)
    assert answer_to_new_chessboard(trainer, tina)["model"] == 1


def label_chessboards(instance: Instance) -> None:
    api = instance.api(instance.token_of("rita", "Reviewer"))
    api.session.post(f"{api.base}/labels/", json=LABEL).raise_for_status()
    for number in range(TAUGHT):
        files = {"image": (f"{number}.jpg", chessboard(number))}
        said = {"label": LABEL["slug"]}
        api.session.post(f"{api.base}/photos/", files=files, data=said).raise_for_status()
    wait_until(lambda: not api.get("photos/", state="pending")["results"])


def teach(page: Page) -> None:
    page.goto("/admin/")
    expect(page.get_by_text(f"{TAUGHT} labels are set, and no version has")).to_be_visible()
    page.get_by_role("link", name="Teach the live version").click()
    expect(page.get_by_role("row", name=re.compile("Chessboard new"))).to_be_visible()
    page.get_by_role("button", name="Teach").click()


def watch_it_finish(page: Page) -> None:
    expect(page.get_by_role("heading", name="Teaching from version 1")).to_be_visible()
    expect(page.get_by_text("Done in")).to_be_visible(timeout=PATIENCE_MS)
    flips = re.compile(r"[1-9]\d* fixed, \d+ broken, against version 1")
    expect(page.get_by_text(flips)).to_be_visible(timeout=PATIENCE_MS)


def open_the_flip_report(page: Page) -> None:
    page.get_by_role("link", name="See what changed, photo by photo").click()
    expect(page.get_by_role("heading", name=re.compile("Fixed: [1-9]"))).to_be_visible()
    expect(page.get_by_text("Chessboard").first).to_be_visible()


def promote(page: Page) -> None:
    page.get_by_role("button", name="Make version 2 live").click()
    expect(page.get_by_text("Version 2 is live.")).to_be_visible()


def roll_back(page: Page) -> None:
    page.goto("/admin/training/roll-back/")
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()


def version_that_answers(api: Api) -> int:
    """A photo that is uploaded now."""
    files = {"image": ("a.jpg", chessboard())}
    photo = api.session.post(f"{api.base}/photos/", files=files).json()
    return int(api.get(f"photos/{photo['id']}/", wait=30)["prediction"]["model"])


def answer_to_new_chessboard(page: Page, api: Api) -> dict:
    """What the network says of a board that it has not seen, uploaded in the browser."""
    page.goto("/")
    name = f"{random.random()}.jpg"
    picture = {"name": name, "mimeType": "image/jpeg", "buffer": chessboard()}
    page.get_by_label("Choose photos").set_input_files([picture])
    expect(page.locator('.card[data-state="done"]')).to_have_count(1)
    [photo] = [row for row in api.get("photos/")["results"] if row["name"] == name]
    return photo["prediction"]


def chessboard(seed: int | None = None) -> bytes:
    """A drawing like no other: of other colours, from another side each time."""
    chance = random.Random(seed)
    fields, side = chance.randint(5, 9), 300
    dark, light = (
        tuple(chance.randint(*span) for _ in range(3)) for span in ((0, 110), (150, 255))
    )
    board = Image.new("RGB", (fields, fields), light)
    draw = ImageDraw.Draw(board)
    draw.point([(x, y) for x in range(fields) for y in range(fields) if (x + y) % 2], dark)
    board = board.resize((side, side), Image.Resampling.NEAREST)
    board = board.rotate(chance.uniform(0, 360), expand=True, fillcolor=light)
    stream = io.BytesIO()
    board.save(stream, "JPEG")
    return stream.getvalue()


@pytest.mark.parametrize("mode", ["Teach", "Fine-tune", "Train from scratch"])
def test_the_launch_page_fits_a_phone(mode: str, open_page: Callable[..., Page], tina: Api) -> None:
    page = let_in(open_page(viewport=PHONE, has_touch=True, is_mobile=True), "tina")
    page.goto("/admin/training/new/")
    link = page.get_by_role("navigation", name="Ways to learn").get_by_role("link", name=mode)
    link.click()
    expect(link).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_what_was_typed_stays_when_another_network_is_chosen(trainer: Page) -> None:
    trainer.goto("/admin/training/new/?mode=from_scratch")
    trainer.get_by_text("Settings", exact=True).click()
    trainer.get_by_label("Batch size").fill("7")
    trainer.get_by_role("combobox", name="Network").select_option("resnet18")
    expect(trainer.get_by_text("ResNet-18 (20")).to_be_visible()
    expect(trainer.get_by_label("Batch size")).to_have_value("7")
