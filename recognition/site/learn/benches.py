"""Where the laboratory shows the idea of a network."""

from __future__ import annotations

from django.urls import reverse

# The figure of /lab/blocks/, by network.
_FIGURES = {
    "googlenet": "inception",
    "inception_v3": "inception",
    "resnet18": "residual",
    "resnet50": "residual",
    "resnet50_dilated": "dilation",
    "resnet18_simam": "simam",
    "densenet121": "dense",
    "fpn_resnet18": "pyramid",
}
_LEARNING = ("lenet5", "three_stage")


def bench_for(network: str) -> str:
    """The address of what can be touched there; "" if there is nothing of its own."""
    if network in _LEARNING:
        return reverse("lab-learning")
    figure = _FIGURES.get(network)
    return f"{reverse('lab-blocks')}#{figure}" if figure else ""
