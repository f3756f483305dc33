"""`python -m recognition.cnn.networks.describe`: write networks.json, about each network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.entry import Download, Network, Package
from recognition.cnn.networks.options import Option
from recognition.cnn.networks.summaries import SUMMARIES_FILE

_PRETRAINED = {Package: "package", Download: "download", type(None): ""}
# Modules that do nothing once a network is trained, and that text books leave out.
_LEFT_OUT = ("Identity", "StochasticDepth")


def describe(network: Network) -> dict[str, Any]:
    """The fields of `NetworkSummary`, JSON-able."""
    with torch.device("meta"):  # neither memory nor arithmetic
        backbone = network.build().eval()
        steps = _run(backbone, network.example())
    return {
        "name": network.name,
        "title": network.title,
        "year": network.year,
        "source": network.source,
        "input_size": network.preprocessing.crop,
        "greyscale": network.preprocessing.greyscale,
        "pretrained": _PRETRAINED[type(network.weights)],
        "parameters": sum(weights.numel() for weights in backbone.parameters()),
        "multiply_adds": sum(_multiply_adds(module, output) for _, module, output in steps),
        "embedding_size": network.embedding_size,
        "options": {name: _option(option) for name, option in network.options.items()},
        "layers": _layers(steps),
    }


Step = tuple[str, nn.Module, Tensor]


def _run(backbone: nn.Module, images: Tensor) -> list[Step]:
    """Each layer's name, module and output, in the order of the forward pass."""
    steps: list[Step] = []

    def watch(name: str) -> Callable[[nn.Module, Any, Tensor], None]:
        return lambda module, _, output: steps.append((name, module, output))

    for name, module in backbone.named_modules():
        if _is_layer(backbone, name) and type(module).__name__ not in _LEFT_OUT:
            module.register_forward_hook(watch(name))
    backbone(images)
    return steps


def _is_layer(backbone: nn.Module, name: str) -> bool:
    """What has weights of its own or no parts; timm's normalisations have an activation inside."""
    module, whole = backbone.get_submodule(name), backbone.get_submodule(name.rpartition(".")[0])
    return bool(_own(module)) or not (list(module.children()) or _own(whole))


def _layers(steps: list[Step]) -> list[dict[str, Any]]:
    counted = set[nn.Module]()
    layers = []
    for name, module, output in steps:
        own = [] if module in counted else _own(module)
        counted.add(module)
        layers.append(
            {
                "name": name,
                "kind": type(module).__name__,
                "output_shape": list(output.shape[1:]),
                "parameters": sum(weights.numel() for weights in own),
            }
        )
    return layers


def _own(module: nn.Module) -> list[nn.Parameter]:
    return list(module.parameters(recurse=False))


def _multiply_adds(module: nn.Module, output: Tensor) -> int:
    """For each number in the output of a convolution or linear layer, one a weight."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        return output.numel() * module.weight[0].numel()
    return 0


def _option(option: Option) -> dict[str, Any]:
    fields = {"type": option.type, **asdict(option), "choices": list(option.choices)}
    unused = ("min", "max") if option.choices else ("choices",)
    return {name: value for name, value in fields.items() if name not in unused}


def as_text(networks: list[dict[str, Any]]) -> str:
    """JSON, a line for each layer."""
    blocks = []
    for network in networks:
        head = json.dumps({**network, "layers": []}, ensure_ascii=False, indent=1)
        lines = ",\n".join(f"  {json.dumps(layer)}" for layer in network["layers"])
        blocks.append(head.replace('"layers": []', f'"layers": [\n{lines}\n ]'))
    return "[\n" + ",\n".join(blocks) + "\n]\n"


if __name__ == "__main__":
    described = [describe(network) for network in NETWORKS.values()]
    SUMMARIES_FILE.write_text(as_text(described), encoding="utf-8")
