"""What training makes small."""

from __future__ import annotations

import math

import pytest
import torch

from recognition.cnn.head import GroupedHead
from recognition.cnn.taxonomy import Label
from recognition.cnn.training.optimisation.objective import Objective, label_weights


def objective_of_car_suv_and_cat(smoothing: float = 0.0, **options: object) -> Objective:
    labels = (
        Label("car", "vehicle", "Car", "车", None, (0,)),
        Label("suv", "vehicle", "SUV", "车", "car", (1,)),
        Label("cat", "animal", "Cat", "猫", None, (2, 3)),
    )
    head = GroupedHead(2, [label.classes for label in labels], 1.0, (1.0, 1.0, 1.0, 1.0))
    return Objective(head, labels, smoothing, **options)


LOGITS = torch.tensor([[0.1, 0.2, 0.3, 0.4]]).log()
CAR, SUV, CAT = torch.tensor([0]), torch.tensor([1]), torch.tensor([2])


def test_a_photo_of_a_car_may_be_any_car() -> None:
    loss = objective_of_car_suv_and_cat()(LOGITS, CAR)
    assert loss.item() == pytest.approx(-math.log(0.1 + 0.2))


def test_a_photo_of_an_suv_is_an_suv() -> None:
    loss = objective_of_car_suv_and_cat()(LOGITS, SUV)
    assert loss.item() == pytest.approx(-math.log(0.2))


def test_all_classes_of_a_label_count_for_it() -> None:
    loss = objective_of_car_suv_and_cat()(LOGITS, CAT)
    assert loss.item() == pytest.approx(-math.log(0.7))


def test_smoothing_believes_a_little_in_every_label() -> None:
    loss = objective_of_car_suv_and_cat(smoothing=0.3)(LOGITS, CAT)
    every = [-math.log(p) for p in (0.1, 0.2, 0.7)]
    assert loss.item() == pytest.approx(0.7 * every[2] + 0.1 * sum(every))


def test_a_very_wrong_answer_still_teaches() -> None:
    logits = torch.tensor([[30.0, -30.0, 0.0, 0.0]], requires_grad=True)
    objective_of_car_suv_and_cat()(logits, SUV).sum().backward()
    assert logits.grad is not None
    assert logits.grad[0, 0] > 0.5


def test_a_photo_of_a_car_that_is_called_an_suv_is_right_but_not_the_other_way_round() -> None:
    objective = objective_of_car_suv_and_cat()
    says_suv = torch.tensor([[0.0, 9.0, 0.0, 0.0]])
    says_car = torch.tensor([[9.0, 0.0, 0.0, 0.0]])
    assert objective.judge(says_suv, CAR)[1].item()
    assert not objective.judge(says_car, SUV)[1].item()


def test_the_distillation_loss_is_least_at_the_parents_answer() -> None:
    objective = objective_of_car_suv_and_cat()
    # The parent knew car and cat; suv belongs to car now.
    groups = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    as_before = objective.distillation_loss(LOGITS, torch.tensor([[0.3, 0.7]]), groups)
    otherwise = objective.distillation_loss(LOGITS.flip(1), torch.tensor([[0.3, 0.7]]), groups)
    entropy = -(0.3 * math.log(0.3) + 0.7 * math.log(0.7))
    assert as_before.item() == pytest.approx(entropy)
    assert otherwise.item() > entropy


def test_balanced_labels_count_the_same_and_the_average_photo_counts_one() -> None:
    counts = torch.tensor([30.0, 10.0, 0.0])
    weights = label_weights(counts, balanced=True)
    assert (weights * counts)[0].item() == pytest.approx((weights * counts)[1].item())
    assert (weights * counts).sum().item() == pytest.approx(40)


def test_a_very_rare_label_does_not_outweigh_everything() -> None:
    weights = label_weights(torch.tensor([10_000.0, 1.0]), balanced=True)
    assert weights[1] / weights[0] < 25
