from __future__ import annotations

import pytest
import torch

from recognition.cnn.head import GroupedHead

GROUPS = [[0, 2], [1], [3, 4]]


def head(temperature: float = 1.0, weights: tuple[float, ...] = (1.0,) * 5) -> GroupedHead:
    torch.manual_seed(0)
    return GroupedHead(7, GROUPS, temperature, weights)


def test_a_labels_logit_is_the_log_sum_exp_of_its_classes() -> None:
    log_probabilities, fine_logits = head()(torch.randn(3, 7))
    grouped = torch.stack([fine_logits[:, group].logsumexp(1) for group in GROUPS], dim=1)
    torch.testing.assert_close(log_probabilities, grouped.log_softmax(1))


def test_label_probabilities_sum_to_one() -> None:
    log_probabilities, _ = head(0.7, (1.0, 0.5, 2.0, 0.1, 1.0))(torch.randn(3, 7))
    torch.testing.assert_close(log_probabilities.exp().sum(1), torch.ones(3))


def test_a_low_temperature_sharpens() -> None:
    embedding = torch.randn(1, 7)
    assert head(0.5)(embedding)[0].max() > head(1.0)(embedding)[0].max()


def test_a_class_weight_multiplies_the_odds_of_its_label() -> None:
    embedding = torch.randn(1, 7)
    plain = head()(embedding)[0][0]
    weighted = head(weights=(1.0, 3.0, 1.0, 1.0, 1.0))(embedding)[0][0]
    odds = (weighted[1] - weighted[0]) - (plain[1] - plain[0])
    assert odds.exp().item() == pytest.approx(3.0, rel=1e-4)


def test_an_impossible_label_has_a_finite_log_probability() -> None:
    module = head()
    with torch.no_grad():
        module.fine.bias[1] = -1e4
    assert torch.isfinite(module(torch.randn(1, 7))[0]).all()


@pytest.mark.parametrize("groups", [[[0, 1], [1, 2, 3, 4]], [[0, 1], [3, 4]]])
def test_a_class_in_two_labels_or_in_none_is_refused(groups: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        GroupedHead(7, groups, 1.0, (1.0,) * 5)
