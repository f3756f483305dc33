from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from recognition.cnn.walk.sizes import Slide, same_padding


@pytest.mark.parametrize("size", [7, 28, 29])
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_the_formula_is_pytorchs(size: int, kernel: int, stride: int, dilation: int) -> None:
    padding = kernel // 2
    slide = Slide(size, kernel, stride, padding, padding, dilation)
    weight = torch.zeros(1, 1, kernel, kernel)
    if slide.reach > size + 2 * padding:
        return
    made = functional.conv2d(
        torch.zeros(1, 1, size, size), weight, stride=stride, padding=padding, dilation=dilation
    )
    assert slide.after == made.shape[-1]


@pytest.mark.parametrize("size", range(5, 20))
@pytest.mark.parametrize("padding", [0, 1])
def test_rounding_up_is_pytorchs(size: int, padding: int) -> None:
    slide = Slide(size, 3, 2, padding, padding, rounds_up=True)
    images = torch.zeros(1, 1, size, size)
    made = functional.max_pool2d(images, 3, 2, padding=padding, ceil_mode=True)
    assert slide.after == made.shape[-1]


def test_same_padding_is_less_before_than_after() -> None:
    assert same_padding(256, 3, 2) == (0, 1)
    assert Slide(256, 3, 2, *same_padding(256, 3, 2)).after == 128
