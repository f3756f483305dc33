"""The laboratory: its arithmetic against PyTorch's, and the page with mouse, keys and touch."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Page, expect
from torch.nn import functional

from tests.browser.test_photo_frames import SCREENS
from tests.browser.test_story import fits

_CALCULATE = """async (cases) => {
  const folder = "/static/lab/arithmetic";
  const { plane } = await import(`${folder}/plane.js`);
  const { convolve, productsAt, together } = await import(`${folder}/convolution.js`);
  const { relu } = await import(`${folder}/relu.js`);
  const { pool } = await import(`${folder}/pooling.js`);
  const made = (rows) => plane(rows.length, rows[0].length, rows.flat());
  const plain = ({ height, width, values }) => ({ size: [height, width], values: [...values] });
  const CALLS = {
    convolve: ({ input, kernel, step }) => convolve(made(input), made(kernel), step),
    together: ({ input, kernel }) => together(made(input), made(kernel)),
    sums: ({ input, kernel, step }) => {
      const whole = convolve(made(input), made(kernel), step);
      const values = [...whole.values].map((_, at) => {
        const [row, column] = [Math.floor(at / whole.width), at % whole.width];
        const { products } = productsAt(made(input), made(kernel), step, row, column);
        return products.values.reduce((total, value) => total + value, 0);
      });
      return { ...whole, values };
    },
    relu: ({ input }) => relu(made(input)),
    pool: ({ input, kind, window }) => pool(made(input), kind, window),
  };
  return cases.map(({ call, ...given }) => plain(CALLS[call](given)));
}"""
CASES = 150


@pytest.fixture
def calculate(open_page: Callable[..., Page]) -> Callable[[list[dict[str, Any]]], list[Any]]:
    """What the page's modules make of these cases."""
    page = open_page()
    page.goto("/glossary/")

    def calculate(cases: list[dict[str, Any]]) -> list[Any]:
        return page.evaluate(_CALCULATE, cases)

    return calculate


def values(*size: int) -> torch.Tensor:
    return torch.randn(size, dtype=torch.float32)


def agree(found: list[Any], wanted: list[torch.Tensor]) -> None:
    for one, other in zip(found, wanted, strict=True):
        assert one["size"] == list(other.shape)
        numbers = torch.tensor(one["values"], dtype=torch.float32)
        assert torch.allclose(numbers, other.flatten(), rtol=0, atol=1e-5)


def convolution_case(chance: random.Random) -> tuple[dict[str, Any], torch.Tensor]:
    """Sizes are drawn until the kernel fits somewhere."""
    while True:
        sides = [chance.randint(1, 20), chance.randint(1, 20)]
        kernel = values(chance.randint(1, 5), chance.randint(1, 5))
        step = {
            "stride": chance.randint(1, 4),
            "padding": chance.randint(0, 4),
            "dilation": chance.randint(1, 4),
        }
        reach = [step["dilation"] * (side - 1) + 1 for side in kernel.shape]
        if all(n + 2 * step["padding"] >= k for n, k in zip(sides, reach, strict=True)):
            break
    picture = values(*sides)
    result = functional.conv2d(picture[None, None], kernel[None, None], **step)[0, 0]
    return {"input": picture.tolist(), "kernel": kernel.tolist(), "step": step}, result


def pooling_case(chance: random.Random) -> tuple[dict[str, Any], torch.Tensor]:
    size = chance.randint(1, 4)
    window = {
        "size": size,
        "stride": chance.randint(1, 4),
        "padding": chance.randint(0, size // 2),
    }
    kind = chance.choice(["max", "average"])
    picture = values(chance.randint(size, 20), chance.randint(size, 20))
    operation = functional.max_pool2d if kind == "max" else functional.avg_pool2d
    result = operation(picture[None], size, window["stride"], window["padding"])[0]
    return {"call": "pool", "input": picture.tolist(), "kind": kind, "window": window}, result


def test_convolutions_and_their_products_are_pytorchs(
    calculate: Callable[[list[dict[str, Any]]], list[Any]],
) -> None:
    torch.manual_seed(1)
    chance = random.Random(1)
    cases, results = zip(*(convolution_case(chance) for _ in range(CASES)), strict=True)
    agree(calculate([{"call": "convolve", **case} for case in cases]), list(results))
    agree(calculate([{"call": "sums", **case} for case in cases[:40]]), list(results[:40]))


def test_relu_and_pooling_are_pytorchs(
    calculate: Callable[[list[dict[str, Any]]], list[Any]],
) -> None:
    torch.manual_seed(2)
    chance = random.Random(2)
    cases, results = zip(*(pooling_case(chance) for _ in range(CASES)), strict=True)
    agree(calculate(list(cases)), list(results))
    picture = values(9, 7)
    agree(calculate([{"call": "relu", "input": picture.tolist()}]), [functional.relu(picture)])


def test_two_kernels_without_relu_between_are_one(
    calculate: Callable[[list[dict[str, Any]]], list[Any]],
) -> None:
    torch.manual_seed(3)
    picture, first, second = values(12, 11), values(3, 3), values(5, 5)
    once = functional.conv2d(picture[None, None], first[None, None])
    twice = functional.conv2d(once, second[None, None])[0, 0]
    case = {"input": first.tolist(), "kernel": second.tolist()}
    [one] = calculate([{"call": "together", **case}])
    step = {"stride": 1, "padding": 0, "dilation": 1}
    kernel = torch.tensor(one["values"]).reshape(one["size"]).tolist()
    case = {"call": "convolve", "input": picture.tolist(), "kernel": kernel, "step": step}
    assert torch.allclose(
        torch.tensor(calculate([case])[0]["values"]), twice.flatten(), rtol=0, atol=1e-4
    )


@pytest.fixture(params=SCREENS)
def lab(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    page = open_page(**SCREENS[request.param])
    page.goto("/how-it-works/")
    page.get_by_role("link", name="Laboratory").click()
    expect(page.locator("[data-sum]")).to_contain_text("=")
    return page


def test_a_place_is_written_out_in_both_languages(lab: Page) -> None:
    said = lab.locator("[data-said=convolution]")
    expect(said).to_contain_text("After the convolution: 22 × 22 numbers from −3.8 to 3.8.")
    lab.locator("[data-map=convolution]").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowUp"):
        lab.keyboard.press(key)
    expect(said).to_contain_text("Row 6, column 10: 0")
    lab.locator("[data-column=convolution]").fill("9")
    lab.keyboard.press("Enter")
    expect(lab.locator("[data-sum]")).to_have_text(
        "0.05 × (−1) + 0.6 × 1 + 0.6 × (−2) + 0.6 × 2 + 0.6 × (−1) + 0.6 × 1 = 0.55"
    )
    expect(lab.locator("[data-products] td")).to_have_count(9)
    fits(lab)
    lab.get_by_role("button", name="中文").click()
    expect(lab.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(lab.locator("[data-sum]")).to_contain_text("= 0.55")
    fits(lab)


def test_every_choice_is_calculated_at_once(lab: Page) -> None:
    lab.get_by_label("Stride").first.select_option("2")
    lab.get_by_label("Padding").first.select_option("1")
    lab.get_by_label("Dilation").select_option("2")
    size = lab.locator("[data-size=convolution]")
    expect(size).to_have_text(
        "k = 2 × (3 − 1) + 1 = 5;  (24 + 2 × 1 − 5) / 2 + 1 = ⌊21 / 2⌋ + 1 = 11"
    )
    expect(lab.locator("[data-size=pooling]")).to_have_text(
        "(11 + 2 × 0 − 2) / 2 + 1 = ⌊9 / 2⌋ + 1 = 5"
    )
    lab.get_by_label("Kernel, row 2, column 2").fill("3")
    expect(lab.get_by_label("What it looks for")).to_have_value("own")
    expect(lab.locator("[data-kernel] td").nth(4)).to_have_text("3")
    lab.get_by_label("the average").check()
    expect(lab.locator("[data-pooled]")).to_contain_text("/ 4 =")
    expect(lab.locator("[data-apart=without]")).to_have_text("0")
    expect(lab.locator("[data-apart=with]")).not_to_have_text("0")
    fits(lab)


def test_a_picture_is_drawn_by_hand_and_by_keyboard_or_comes_from_a_file(
    lab: Page, photos: list[Path]
) -> None:
    picture, said = lab.locator("[data-picture]"), lab.locator("[data-said=convolution]")
    lab.locator("[data-pictures]").select_option("empty")
    expect(said).to_contain_text("from 0 to 0")
    picture.focus()
    lab.keyboard.press("ArrowDown")
    lab.keyboard.press("Space")
    expect(said).to_contain_text("from −2 to 0")
    picture.tap() if lab.evaluate("navigator.maxTouchPoints") else picture.click()
    expect(said).to_contain_text("from −2 to 2")
    expect(lab.locator("[data-pictures]")).to_have_value("drawn")
    lab.get_by_label("Pixels a side").select_option("12")
    expect(said).to_contain_text("10 × 10 numbers from")
    lab.get_by_label("Or a photo of yours").set_input_files(photos[0])
    expect(lab.locator("[data-pictures]")).to_have_value("photo")
    lab.get_by_label("Or a photo of yours").set_input_files(
        {"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(lab.get_by_text("This file could not be read as a picture.")).to_be_visible()
