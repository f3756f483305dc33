"""The exponential moving average of a network's weights, which usually beats the weights."""

from __future__ import annotations

from copy import deepcopy

import torch

from recognition.cnn.recogniser import Recogniser


class Ema:
    """Polyak averaging (Polyak and Juditsky 1992, doi:10.1137/0330046), with a decay that grows
    in the beginning, so that the first weights count little in short runs."""

    def __init__(self, model: Recogniser, decay: float) -> None:
        self.model = deepcopy(model).eval().requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, model: Recogniser, step: int) -> None:
        """After a step, counted from 0."""
        decay = min(self._decay, (1 + step) / (10 + step))
        for mean, now in zip(
            self.model.state_dict().values(), model.state_dict().values(), strict=True
        ):
            if mean.is_floating_point():
                mean.lerp_(now, 1 - decay)
            else:
                mean.copy_(now)
