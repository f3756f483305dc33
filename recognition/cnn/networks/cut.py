"""From a published network to its backbone."""

from __future__ import annotations

from torch import nn


def without_classifier(model: nn.Module) -> nn.Module:
    """Replace the last linear layer, which gives the classes' logits, by nothing."""
    linear = [name for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    model.set_submodule(linear[-1], nn.Identity())
    return model
