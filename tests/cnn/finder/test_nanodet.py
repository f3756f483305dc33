from __future__ import annotations

import torch

from recognition.cnn.finder.nanodet import NanoDet


def test_every_cell_of_three_levels_proposes(model: NanoDet) -> None:
    with torch.inference_mode():
        scores, boxes = model(torch.zeros(2, 416, 416, 3, dtype=torch.uint8))
    assert scores.shape == (2, 52**2 + 26**2 + 13**2, 80)
    assert boxes.shape == (2, 3549, 4)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (boxes[..., :2] <= boxes[..., 2:]).all()


def test_without_a_preference_a_box_reaches_five_strides_to_each_side() -> None:
    model = NanoDet().eval()
    with torch.inference_mode():
        for head in model.heads:
            head[1].weight.zero_()
            head[1].bias.zero_()
        _, boxes = model(torch.zeros(1, 64, 64, 3, dtype=torch.uint8))
    first, coarsest = boxes[0, 0], boxes[0, -1]
    torch.testing.assert_close(first, torch.tensor([4.0 - 40, 4.0 - 40, 4.0 + 40, 4.0 + 40]))
    torch.testing.assert_close(coarsest, torch.tensor([48.0 - 160] * 2 + [48.0 + 160] * 2))
