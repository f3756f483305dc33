"""Small networks, and what is drawn of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from recognition.cnn.diagrams.drawings import drawings
from recognition.cnn.diagrams.steps import Step
from recognition.cnn.diagrams.traced import traced


def convolution(before: int = 4, after: int = 4) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.Dropout()
    )


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = convolution(), convolution()

    def forward(self, maps: Tensor) -> Tensor:
        added: Tensor = self.second(self.first(maps)) + maps
        return added


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left = convolution(4, 3)
        self.right = nn.Sequential(convolution(4, 2), convolution(2, 5))

    def forward(self, maps: Tensor) -> Tensor:
        return torch.cat([self.left(maps), self.right(maps)], dim=1)


def steps(network: nn.Module) -> list[Step]:
    return traced(network.eval(), torch.zeros(1, 4, 8, 8))


def boxes(drawing: dict[str, Any], found: list[Step]) -> list[str]:
    """Each box in a few words."""
    return [
        box.get("end")
        or f"{box.get('times', 1)} "
        + (box.get("block") or "+".join(found[number].operation for number in box["steps"]))
        for box in drawing["boxes"]
    ]


def test_layers_of_a_chain_share_a_box_and_equal_boxes_are_counted() -> None:
    found = steps(nn.Sequential(convolution(), convolution(), nn.MaxPool2d(2), nn.Flatten()))
    [whole] = drawings(found)
    assert boxes(whole, found) == [
        *("input", "2 convolution+normalisation+activation", "1 max_pool", "1 flatten", "output")
    ]


def test_blocks_in_which_branches_meet_are_drawn_by_themselves() -> None:
    found = steps(nn.Sequential(Residual(), Residual(), nn.AvgPool2d(8)))
    whole, block = drawings(found)
    assert boxes(whole, found) == ["input", "2 Residual", "1 average_pool", "output"]
    assert (block["block"], block["where"], block["count"]) == ("Residual", "0", 2)
    assert boxes(block, found)[1:] == ["2 convolution+normalisation+activation", "1 add", "output"]


def test_a_shortcut_is_a_line_beside_the_boxes_it_passes() -> None:
    _whole, block = drawings(steps(nn.Sequential(Residual())))
    assert block["rows"] == [[[0, 0]], [[1, 0], [0, 1]], [[2, 0]], [[3, 0]]]
    assert block["lines"] == [[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 1, 0], [2, 0, 0]]


def test_branches_stand_side_by_side_until_they_are_stacked() -> None:
    found = steps(nn.Sequential(Branches()))
    _whole, block = drawings(found)
    assert [len(row) for row in block["rows"]] == [1, 2, 2, 1, 1]
    assert block["rows"][2] == [[1, 2], [3, 0]]  # the short branch goes on as a line
    assert boxes(block, found)[-2:] == ["1 concatenate", "output"]
    assert block["boxes"][-2]["shapes"] == [[8, 8, 8]]


def test_what_does_nothing_in_a_trained_network_is_no_step() -> None:
    found = steps(nn.Sequential(nn.Identity(), nn.Dropout(), nn.Conv2d(4, 4, 1)))
    assert [step.operation for step in found] == ["input", "convolution"]


def test_weights_that_are_used_twice_are_counted_once() -> None:
    shared = nn.Conv2d(4, 4, 1)
    found = steps(nn.Sequential(shared, nn.ReLU(), shared))
    assert [step.parameters for step in found] == [0, 20, 0, 0]
    assert [step.multiply_adds for step in found] == [0, 1024, 0, 1024]
