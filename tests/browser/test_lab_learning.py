"""The laboratory's second bench: a step of its training against PyTorch's, and the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import nn

from tests.browser.test_photo_frames import SCREENS
from tests.browser.test_story import fits

_LEARN = """async ({ name, pictures, labels, weights, rate }) => {
  const network = await import("/static/lab/arithmetic/network.js");
  const { PLANS } = await import("/static/lab/learning/plans.js");
  const layers = network.build(PLANS[name], () => 0);
  const learning = layers.filter((layer) => layer.weights);
  learning.forEach((layer, at) => {
    layer.weights.set(weights[at][0]);
    layer.bias.set(weights[at][1]);
  });
  const examples = pictures.map((values, at) => ({
    picture: network.digit(values),
    label: labels[at],
  }));
  const loss = network.learn(layers, examples, rate);
  return { loss, weights: learning.map(({ weights, bias }) => [[...weights], [...bias]]) };
}"""
PLANS = {  # channels of each stage, and whether it is pooled; whether there is ReLU
    "three": ([(4, True), (8, True), (16, True)], True),
    "more": ([(4, False), (4, True), (8, True), (16, True)], True),
    "two": ([(4, True), (8, True)], True),
    "straight": ([(4, True), (8, True), (16, True)], False),
}
RATE = 0.1
BATCH = 16


def network_of(stages: list[tuple[int, bool]], has_relu: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    channels, side = 1, 8
    for wanted, is_pooled in stages:
        layers.append(nn.Conv2d(channels, wanted, 3, padding=1))
        layers += [nn.ReLU()] * has_relu + [nn.MaxPool2d(2)] * is_pooled
        channels, side = wanted, side // 2 if is_pooled else side
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side * side, 10))


def numbers_of(network: nn.Sequential) -> list[list[torch.Tensor]]:
    """Weights and biases of each layer that has some."""
    layers = [layer for layer in network if isinstance(layer, nn.Conv2d | nn.Linear)]
    return [[layer.weight.detach().flatten(), layer.bias.detach()] for layer in layers]


def step_of(network: nn.Sequential, pictures: torch.Tensor, labels: torch.Tensor) -> float:
    """PyTorch's: changes the network, returns the loss before."""
    optimiser = torch.optim.SGD(network.parameters(), lr=RATE)
    loss = nn.functional.cross_entropy(network(pictures), labels)
    loss.backward()
    optimiser.step()
    return loss.item()


def test_a_step_of_training_is_pytorchs_for_each_network(open_page: Callable[..., Page]) -> None:
    torch.manual_seed(4)
    page = open_page()
    page.goto("/glossary/")
    for name, plan in PLANS.items():
        network = network_of(*plan)
        pictures = torch.rand(BATCH, 1, 8, 8)
        labels = torch.randint(10, (BATCH,))
        given = {
            "name": name,
            "pictures": pictures.flatten(1).tolist(),
            "labels": labels.tolist(),
            "weights": [[one.tolist() for one in pair] for pair in numbers_of(network)],
            "rate": RATE,
        }
        found: dict[str, Any] = page.evaluate(_LEARN, given)
        assert found["loss"] == pytest.approx(step_of(network, pictures, labels), abs=1e-4), name
        for pair, wanted in zip(found["weights"], numbers_of(network), strict=True):
            for values, tensor in zip(pair, wanted, strict=True):
                moved = torch.tensor(values, dtype=torch.float32)
                assert torch.allclose(moved, tensor, rtol=0, atol=1e-4), name


@pytest.fixture(params=SCREENS)
def lab(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    page = open_page(**SCREENS[request.param])
    page.goto("/lab/")
    page.get_by_role("link", name="2. How it learns").click()
    expect(page.locator("[data-back=loss]")).to_contain_text("−log(")
    return page


def test_a_network_learns_in_both_languages(lab: Page) -> None:
    first = lab.locator("[data-run='0'] [data-state]")
    expect(lab.locator("[data-run='0'] [data-shapes]")).to_have_text(
        "1×8×8 → 4×4×4 → 8×2×2 → 16×1×1 → 10"
    )
    expect(lab.locator("[data-connected] li").first).to_have_text(
        "Three stages: 16 maps of 1 × 1 make 16 numbers, and 16 × 10 = 160 weights"
    )
    expect(first).to_contain_text("No step yet")
    lab.get_by_role("button", name="One step").click()
    expect(first).to_contain_text("Step 1;")
    lab.get_by_role("button", name="Learn").click()
    expect(first).to_contain_text(re.compile(r"Step [1-9]\d+;"))
    lab.get_by_role("button", name="Pause").click()
    expect(lab.get_by_role("img", name="The loss in")).to_be_visible()
    expect(lab.locator("[data-comparison]")).to_contain_text("digits never seen before")
    fits(lab)
    lab.get_by_role("button", name="中文").click()
    expect(lab.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(lab.locator("[data-back=loss]")).to_contain_text("−log(")
    fits(lab)


def test_another_network_beside_it_starts_both_again(lab: Page) -> None:
    lab.get_by_role("button", name="One step").click()
    lab.get_by_role("combobox", name="What happens if").select_option("two")
    expect(lab.locator("[data-run='0'] [data-state]")).to_contain_text("No step yet")
    expect(lab.locator("[data-run='1'] [data-name]")).to_have_text("Two stages")
    expect(lab.locator("[data-run='1'] [data-shapes]")).to_have_text("1×8×8 → 4×4×4 → 8×2×2 → 10")
    expect(lab.get_by_role("img", name="Kernel 1:")).to_have_count(2)
