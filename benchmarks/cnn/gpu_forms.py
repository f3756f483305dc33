"""What `gpu.py` runs: networks with random weights, the forms of a forward pass, what limits them.
Needs torch and torchvision; with timm there are more networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from recognition.cnn.finder.nanodet import NanoDet
from recognition.cnn.networks import simam
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.recogniser import Recogniser

FINDER_SIDE = 416
Forward = Callable[[Tensor], object]


class Embedder(nn.Module):
    """A network of the catalogue with random weights: uint8 (B, H, W, 3) to embeddings."""

    def __init__(self, preprocessing: Preprocessing, backbone: nn.Module) -> None:
        super().__init__()
        self.network = Recogniser(preprocessing, backbone, nn.Identity())

    def forward(self, pixels: Tensor) -> Tensor:
        return self.network.embed(pixels)


def networks(device: str) -> dict[str, tuple[nn.Module, int]]:
    """Each with the side of its square; the largest last, where time may be short."""
    finder = {"NanoDet-g, the finder": (NanoDet(), FINDER_SIDE)}
    try:
        from recognition.cnn.networks.catalogue import NETWORKS
    except ImportError as error:
        print(f"Without {error.name}: none of the catalogue.")
        usual = Preprocessing(256, 224, "bilinear", 120.0, 58.0)
        return {"ResNet-18 with SimAM": (Embedder(usual, simam.resnet18_simam()), 224), **finder}

    def of_catalogue(name: str) -> dict[str, tuple[nn.Module, int]]:
        entry = NETWORKS[name]
        seen = entry.preprocessing
        return {entry.title: (Embedder(seen, entry.build()), seen.crop)}

    small = {**of_catalogue("lite0"), **finder}
    return small if device == "cpu" else {**small, **of_catalogue("resnet50")}


def say_limits(model: nn.Module, side: int, device: str, flops: float, bytes_per_s: float) -> None:
    """What arithmetic and memory allow, if each layer reads and writes its maps once."""
    width = 2 if device == "cuda" else 4  # bytes a number
    moved = 0

    def count(_module: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        nonlocal moved
        tensors = [part for part in (*inputs, output) if isinstance(part, Tensor)]
        moved += sum(part.numel() for part in tensors) * width

    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = [module.register_forward_hook(count) for module in leaves]
    with FlopCounterMode(display=False) as counted:
        model(pixels_of(1, side, device))
    for hook in hooks:
        hook.remove()
    needed = counted.get_total_flops()
    print(f"  {'limit by arithmetic':44} {flops / needed:12.1f} photos/s")
    print(f"  {'limit by memory':44} {bytes_per_s / moved:12.1f} photos/s", flush=True)


def pixels_of(count: int, side: int, device: str) -> Tensor:
    return torch.randint(0, 256, (count, side, side, 3), dtype=torch.uint8, device=device)


def forms(model: nn.Module, example: Tensor, device: str) -> Iterator[tuple[str, Forward]]:
    """Name and way of each. The first one that is in bfloat16 and channels-last is the product's;
    the last ones may take long to prepare."""

    def in_bfloat16(pixels: Tensor) -> object:
        with torch.autocast(device, torch.bfloat16, cache_enabled=False):
            return model(pixels)

    yield "float32", model
    yield "bfloat16", in_bfloat16
    model.to(memory_format=torch.channels_last)
    yield "float32, channels last", model
    yield "bfloat16, channels last (the product)", in_bfloat16
    if device == "cuda":
        yield "the same as a CUDA graph", as_cuda_graph(in_bfloat16, example)
        yield "the same by torch.compile", torch.compile(in_bfloat16, dynamic=False)


def as_cuda_graph(run: Forward, example: Tensor) -> Forward:
    """https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs"""
    stream, given = torch.cuda.Stream(), example.clone()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run(given)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        answer = run(given)

    def replay(pixels: Tensor) -> object:
        given.copy_(pixels)
        graph.replay()
        return answer

    return replay


def prepared(model: nn.Module, pixels: Tensor, device: str) -> Iterator[tuple[str, Forward]]:
    """Those forms that this device can prepare."""
    try:
        yield from forms(model, pixels, device)
    except RuntimeError as error:
        print(f"  a CUDA graph failed: {str(error).splitlines()[0][:100]}", flush=True)
