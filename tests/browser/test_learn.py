"""The tour from its start to its questions on a photo of one's own, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import nn

from recognition.cnn.store.checkpoint import load_network
from recognition.site.learn.tour import STEPS
from tests.browser.conftest import let_in
from tests.browser.test_photo_frames import SCREENS
from tests.support import axe
from tests.support.instance import Instance
from tests.support.page_faults import accessibility_faults, layout_faults
from tests.support.reviewers import upload

_FIRST_LAYER = """async (numbers) => {
  const { mapsOf, networkFrom } = await import("/static/learn/first-layer.js");
  const pixels = new ImageData(new Uint8ClampedArray(numbers), 224, 224);
  const { first } = await networkFrom("/static/learn/network.json");
  const maps = mapsOf(pixels, first);
  return [0, 8, 16, 31].map((at) => [...maps[at].values]);
}"""


@pytest.fixture(params=SCREENS)
def learner(
    request: pytest.FixtureRequest,
    open_page: Callable[..., Page],
    next_person: Callable[[], str],
    instance: Instance,
    photos: list[Path],
) -> Page:
    """Somebody with two photos, at the start of the tour."""
    person = next_person()
    upload(instance.api(instance.token_of(person)), photos[:2])
    page = open_page(**SCREENS[request.param])
    let_in(page, person).goto("/learn/")
    return page


def go_on(page: Page) -> None:
    page.locator('[data-way="after"]').click()
    page.wait_for_load_state()
    if page.locator(".learn canvas").count():
        page.locator(".learn canvas.is-ready").first.wait_for()
    assert layout_faults(page) == [], page.url


def slide(page: Page, name: str, value: float) -> None:
    page.locator(f'[data-slider="{name}"]').fill(str(value))


def test_the_tour_on_a_photo_of_ones_own(learner: Page) -> None:
    learner.locator(".learn-pictures a").first.click()
    expect(learner.locator(".learn-chosen")).to_contain_text("Chosen: ")
    for step in STEPS:
        go_on(learner)
        expect(learner.locator("h1")).to_have_text(str(step.title))
        expect(learner.locator(".learn-photo")).to_contain_text("Calculated from your photo")
        FIGURES[step.slug](learner)
        unfold(learner)
    go_on(learner)
    expect(learner.locator(".learn-five details")).to_have_count(5)
    learner.keyboard.press("ArrowLeft")
    expect(learner.locator("h1")).to_have_text("How a network learns")


def unfold(page: Page) -> None:
    answer = page.locator(".learn-question > div")
    expect(answer).to_be_hidden()
    page.locator(".learn-question summary").click()
    expect(answer).to_be_visible()


def pixels(page: Page) -> None:
    said = page.locator("[data-said]")
    expect(said).to_contain_text("Row 29, column 29: red ")
    page.locator('[data-canvas="picture"]').press("ArrowDown")
    expect(said).to_contain_text("Row 30, column 29: red ")
    chosen = page.locator(".learn-pixels .is-chosen").inner_text().split()
    assert said.inner_text().endswith("red {}, green {}, blue {}".format(*chosen))
    page.get_by_label("red", exact=True).check()
    expect(page.locator(".learn-pixels .is-chosen")).to_have_text(chosen[0])
    slide(page, "side", 224)
    expect(page.locator("[data-count]")).to_contain_text("150,528 numbers")


def kernels(page: Page) -> None:
    page.get_by_label("What it looks for").select_option("blur")
    page.locator('[data-canvas="map"]').press("ArrowUp")
    products = page.locator("[data-products] td").all_inner_texts()
    total = sum(float(one.replace("−", "-")) for one in products)
    shown = page.locator("[data-sum]").inner_text().split("= ")[1]
    assert float(shown) == pytest.approx(total, abs=0.005)


def relu(page: Page) -> None:
    verdict = page.locator("[data-verdict]")
    expect(verdict).to_contain_text("Without ReLU the sum is zero at all 2,116 places")
    page.get_by_label("ReLU").check()
    expect(verdict).to_contain_text("With ReLU the sum says “edge”")
    expect(page.locator('[data-apart="without"]')).to_have_text("0")
    assert float(page.locator('[data-apart="with"]').inner_text()) > 0.1


def pooling(page: Page) -> None:
    page.get_by_role("button", name="Max pooling 2 × 2").click()
    formula = page.locator("[data-formula]")
    expect(formula).to_have_text(
        "(n + 2p − k) / s + 1 = (28 + 2 × 0 − 2) / 2 + 1 = 26 / 2 + 1 = 14"
    )
    slide(page, "n", 14)
    expect(page.locator("[data-output]")).to_contain_text("7 × 7 numbers")
    slide(page, "p", 3)  # at most half the window
    expect(formula).to_contain_text("(14 + 2 × 1 − 2) / 2 + 1")


def layers(page: Page) -> None:
    choices = page.locator("[data-kernels] button")
    expect(choices).to_have_count(32)
    choices.nth(3).click()
    expect(choices.nth(3)).to_have_attribute("aria-pressed", "true")
    name = choices.nth(3).get_attribute("aria-label")
    expect(page.locator("[data-said]")).to_contain_text(f"{name}: 112 × 112 numbers")
    slide(page, "layer", 2)
    expect(page.locator("[data-sees]")).to_contain_text("each number sees 7 × 7 pixels")
    slide(page, "layer", 17)
    expect(page.locator("[data-sees]")).to_contain_text("it can see the whole picture")


def flattening(page: Page) -> None:
    index = page.locator("[data-index]")
    before = int(index.inner_text().split("= ")[1])
    page.locator('[data-canvas="maps"]').press("ArrowRight")
    after = int(index.inner_text().split("= ")[1])
    assert after - before in (1, 43)  # the next number, or the first of that row in the next map
    slide(page, "side", 56)
    expect(page.locator("[data-flat]")).to_have_text("64 × 14 × 14 = 12,544")


def softmax(page: Page) -> None:
    shares = page.locator("[data-percent]")
    stored = page.locator("[data-share]").evaluate_all(
        "rows => rows.map(({ dataset }) => Number(dataset.share))"
    )
    first = shares.first.inner_text()
    assert float(first.strip("<> %")) == pytest.approx(100 * stored[0] / sum(stored), abs=0.1)
    slide(page, "temperature", 5)
    expect(shares.first).not_to_have_text(first)
    page.get_by_role("button", name="Back to the network’s scores").click()
    expect(shares.first).to_have_text(first)


def learning(page: Page) -> None:
    step = page.get_by_role("button", name="One step")
    losses = [loss_of(page)]
    for _ in range(3):
        step.click()
        losses.append(loss_of(page))
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > losses[-1]
    gradients = page.locator("[data-gradient]").all_inner_texts()
    assert sum(float(one.replace("−", "-")) for one in gradients) == pytest.approx(0, abs=0.01)


def loss_of(page: Page) -> float:
    return float(page.locator("[data-loss]").inner_text().split("= ")[1])


FIGURES: dict[str, Callable[[Page], None]] = {
    "pixels": pixels,
    "kernels": kernels,
    "relu": relu,
    "pooling": pooling,
    "layers": layers,
    "flattening": flattening,
    "softmax": softmax,
    "learning": learning,
}


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_every_step_fits_a_phone_and_is_accessible_in_both_themes(
    language: str, open_page: Callable[..., Page], complaints: list[str]
) -> None:
    page = open_page(**SCREENS["phone"], locale=language)
    has_axe = axe.watch(page)
    axe.skip_if_missing(has_axe)
    for step in STEPS:
        page.goto(f"/learn/{step.slug}/")
        page.locator(".learn canvas.is-ready, .learn-scores, .learn-table").first.wait_for()
        assert complaints == []
        assert layout_faults(page) == [], step.slug
        assert accessibility_faults(page, page.context.new_cdp_session(page)) == [], step.slug
        assert axe.violations(page, "dark") == [], step.slug
        assert axe.violations(page, "light", only_colours=True) == [], step.slug
        complaints.clear()  # of axe's own styles


def test_the_kernel_slides_until_it_is_stopped(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/learn/kernels/")
    page.get_by_role("button", name="Let it slide").click()
    before = page.locator("[data-sum]").inner_text()
    expect(page.locator("[data-sum]")).not_to_have_text(before)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Let it slide")).to_be_visible()


def test_nothing_slides_where_people_want_no_motion(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto("/learn/kernels/")
    page.locator(".learn canvas.is-ready").first.wait_for()
    expect(page.locator("[data-slide]")).to_be_hidden()


def test_the_first_layer_is_that_of_the_network(
    open_page: Callable[..., Page], network: Path
) -> None:
    """As PyTorch calculates it; the page's kernels are rounded to four digits."""
    torch.manual_seed(3)
    picture = torch.randint(0, 256, (3, 224, 224), dtype=torch.uint8)
    page = open_page()
    page.goto("/glossary/")
    numbers = torch.cat([picture, torch.full((1, 224, 224), 255, dtype=torch.uint8)])
    found = page.evaluate(_FIRST_LAYER, numbers.permute(1, 2, 0).flatten().tolist())
    wanted = first_layer(network, picture)[[0, 8, 16, 31]]
    assert torch.allclose(torch.tensor(found), wanted, rtol=0, atol=2e-3)


def first_layer(network: Path, picture: torch.Tensor) -> torch.Tensor:
    _manifest, model = load_network(network)
    kept: list[Any] = []
    norm = next(part for part in model.modules() if isinstance(part, nn.BatchNorm2d))
    norm.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    with torch.inference_mode():
        model(picture.permute(1, 2, 0)[None])
    return nn.functional.relu6(kept[0][0]).flatten(1)
