from __future__ import annotations

import pytest
import torch
from torch import Tensor

from recognition.cnn.head import GroupedHead
from recognition.cnn.taxonomy import Label
from recognition.cnn.teaching.calibration import calibrate

LABELS = tuple(Label(str(row), "other", str(row), str(row), None, (row,)) for row in range(5))
TRUE_TEMPERATURE = 2.0


def head(temperature: float) -> GroupedHead:
    return GroupedHead(4, [label.classes for label in LABELS], temperature, (1.0,) * 5)


def photos(count: int) -> tuple[Tensor, Tensor]:
    """Fine logits, and labels drawn with the probabilities that they have at TRUE_TEMPERATURE."""
    random = torch.Generator().manual_seed(0)
    logits = 4 * torch.randn(count, 5, generator=random)
    labels = torch.multinomial((logits / TRUE_TEMPERATURE).softmax(1), 1, generator=random)[:, 0]
    return logits, labels


@pytest.mark.parametrize("temperature", [1.0, 2.0, 4.0])
def test_many_photos_lead_to_the_true_temperature(temperature: float) -> None:
    found = calibrate(head(temperature), LABELS, *photos(2000))
    assert found == pytest.approx(TRUE_TEMPERATURE, rel=0.06)


def test_without_photos_the_temperature_stays() -> None:
    assert calibrate(head(0.7), LABELS, *photos(0)) == 0.7


def test_a_few_photos_that_are_all_right_change_it_only_a_little() -> None:
    logits = 6 * torch.eye(5)
    assert 0.8 < calibrate(head(1.0), LABELS, logits, torch.arange(5)) <= 1.0


def test_an_answer_below_the_photos_label_counts_as_right() -> None:
    child = Label("5", "other", "5", "5", "0", (5,))
    grown = GroupedHead(4, [*([label.classes[0]] for label in LABELS), [5]], 1.0, (1.0,) * 6)
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0, 6.0]]).repeat(40, 1)
    of_parent = calibrate(grown, (*LABELS, child), logits, torch.zeros(40, dtype=torch.int64))
    of_another = calibrate(grown, (*LABELS, child), logits, torch.ones(40, dtype=torch.int64))
    assert of_parent < 1.0 < of_another
