from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from recognition.cnn.explain.class_maps import MapMaker, Question
from recognition.cnn.recogniser import Recogniser
from tests.cnn.explain.conftest import GROUPS, SEEN, TEMPERATURE, Build

Pixels = npt.NDArray[np.uint8]
LABEL = 0  # of two classes
OF_LABEL = Question(GROUPS[LABEL])


def features_of(model: Recogniser, pixels: Pixels) -> Tensor:
    """What its convolution and its ReLU give: (channels, 6, 6)."""
    images = (torch.from_numpy(pixels).permute(2, 0, 1)[None].float() - model.mean) / model.std
    return nn.Sequential(*list(model.backbone.children())[:2])(images)[0].detach()


def log_odds(model: Recogniser, pixels: Pixels, label: int = LABEL) -> float:
    with torch.no_grad():
        share = model(torch.from_numpy(pixels)[None]).log_probabilities.double().exp()[0, label]
    return float((share / (1 - share)).log())


class Bump(nn.Module):
    """Adds something to one place of all channels."""

    def __init__(self, row: int, column: int, by: float) -> None:
        super().__init__()
        self.place = (row, column)
        self.by = by

    def forward(self, features: Tensor) -> Tensor:
        changed = features.clone()
        changed[:, :, self.place[0], self.place[1]] += (
            self.by * changed[:, :, self.place[0], self.place[1]]
        )
        return changed


def test_the_contributions_of_all_places_and_the_bias_are_a_classs_logit(
    pooled: Recogniser, maker: MapMaker, pixels: Pixels
) -> None:
    """A class alone, without rivals, is the class-activation map of Zhou et al.: added up in plain
    loops here."""
    (map_,), fine_logits = maker.maps(pixels, [Question([1], ())])
    features = features_of(pooled, pixels)
    weight, bias = pooled.head.fine.weight[1], pooled.head.fine.bias[1]
    for row in range(6):
        for column in range(6):
            summed = sum(
                float(weight[channel] * features[channel, row, column]) for channel in range(4)
            )
            assert map_.values[row, column] == pytest.approx(summed / 36 / TEMPERATURE, abs=1e-5)
    of_class_weight = np.log(2.0)
    logit = float(fine_logits[1]) / TEMPERATURE + of_class_weight
    assert map_.score == pytest.approx(logit, abs=1e-5)
    assert map_.constant == pytest.approx(float(bias) / TEMPERATURE + of_class_weight, abs=1e-5)
    assert map_.is_exact


def test_the_contributions_to_a_label_of_several_classes_are_its_log_odds(
    pooled: Recogniser, maker: MapMaker, pixels: Pixels
) -> None:
    (map_,), _ = maker.maps(pixels, [OF_LABEL])
    assert map_.score == pytest.approx(log_odds(pooled, pixels), abs=1e-4)
    assert map_.values.sum() + map_.constant == pytest.approx(map_.score, abs=1e-5)
    assert map_.is_exact
    assert map_.values.dtype == np.float32


def test_behind_flattening_a_place_is_worth_what_its_absence_costs(
    network: Build, flattened: Recogniser, pixels: Pixels
) -> None:
    """Of a class alone, exactly: its logit is linear in the feature maps."""
    (map_,), logits = MapMaker(flattened, SEEN).maps(pixels, [Question([1], ())])
    for row, column in ((0, 0), (2, 3), (5, 5)):
        without = network(Bump(row, column, -1.0), nn.Flatten(), embedding_size=4 * 6 * 6)
        with torch.no_grad():
            left = float(without(torch.from_numpy(pixels)[None]).fine_logits[0, 1])
        cost = (float(logits[1]) - left) / TEMPERATURE
        assert map_.values[row, column] == pytest.approx(cost, abs=1e-5)
    assert map_.is_exact


def test_behind_other_layers_a_place_is_worth_what_a_small_change_of_it_does(
    network: Build, pixels: Pixels
) -> None:
    def ending(*before: nn.Module) -> Recogniser:
        torch.manual_seed(1)
        linear = nn.Linear(4 * 6 * 6, 4)
        return network(*before, nn.Flatten(), linear, nn.Tanh())

    (map_,), _ = MapMaker(ending(), SEEN).maps(pixels, [OF_LABEL])
    assert not map_.is_exact
    for row, column in ((1, 1), (4, 2)):
        more, less = (log_odds(ending(Bump(row, column, by)), pixels) for by in (0.01, -0.01))
        assert map_.values[row, column] == pytest.approx((more - less) / 0.02, abs=2e-3)


def test_what_speaks_for_a_label_speaks_against_its_only_rival(
    maker: MapMaker, pixels: Pixels
) -> None:
    (for_, against), _ = maker.maps(
        pixels, [Question(GROUPS[0], GROUPS[1]), Question(GROUPS[1], GROUPS[0])]
    )
    np.testing.assert_allclose(for_.values, -against.values, atol=1e-6)
    assert for_.score == pytest.approx(-against.score)


def test_the_map_is_that_of_the_probabilitys_gradient_however_sure_the_network_is(
    pooled: Recogniser, pixels: Pixels
) -> None:
    (map_,), _ = MapMaker(pooled, SEEN).maps(pixels, [OF_LABEL])
    features = features_of(pooled, pixels).requires_grad_()
    log_probabilities, _ = pooled.head(features.mean(dim=(1, 2))[None])
    (gradient,) = torch.autograd.grad(log_probabilities[0, LABEL], features)
    share = float(log_probabilities[0, LABEL].detach().exp())
    expected = (gradient * features).sum(dim=0).detach() / (1 - share)
    np.testing.assert_allclose(map_.values, expected, atol=1e-5)


def test_several_scales_are_one_map_and_nothing_is_lost(network: Build, pixels: Pixels) -> None:
    class TwoScales(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.coarse = nn.Conv2d(4, 4, 3, stride=2, padding=1)
            self.fine = nn.Conv2d(4, 4, 1)
            self.pool = nn.AdaptiveAvgPool2d(1)

        def forward(self, features: Tensor) -> Tensor:
            scales = [self.coarse(features), self.fine(features)]
            return torch.cat([self.pool(each).flatten(1) for each in scales], dim=1)

    model = network(TwoScales(), embedding_size=8)
    (map_,), _ = MapMaker(model, SEEN).maps(pixels, [OF_LABEL])
    assert map_.values.shape == (6, 6)
    assert map_.is_exact
    assert map_.score == pytest.approx(log_odds(model, pixels), abs=1e-4)


def test_all_classes_together_have_no_rivals(maker: MapMaker, pixels: Pixels) -> None:
    (map_,), fine_logits = maker.maps(pixels, [Question(range(5))])
    weights = np.log([1.0, 2.0, 0.5, 1.0, 1.5])
    expected = np.logaddexp.reduce(fine_logits / TEMPERATURE + weights)
    assert map_.score == pytest.approx(expected, abs=1e-4)


def test_a_label_without_classes_has_no_map(maker: MapMaker, pixels: Pixels) -> None:
    with pytest.raises(ValueError, match="without classes"):
        maker.maps(pixels, [Question(())])


def test_a_network_without_feature_maps_has_none(network: Build) -> None:
    model = network()
    model.trunk = nn.Sequential(nn.Flatten(), nn.Linear(3 * 12 * 12, 4))
    with pytest.raises(ValueError, match="no feature maps"):
        MapMaker(model, SEEN)


def test_the_network_answers_as_before(pooled: Recogniser, pixels: Pixels) -> None:
    batch = torch.from_numpy(pixels)[None]
    before = pooled(batch).log_probabilities.detach()
    MapMaker(pooled, SEEN).maps(pixels, [OF_LABEL])
    assert torch.equal(pooled(batch).log_probabilities, before)
