"""NanoDet-g: an anchor-free detector of plain convolutions, small enough for a CPU.

After RangiLyu, "NanoDet-g" (github.com/RangiLyu/nanodet, config nanodet-g.yml, Apache-2.0): a
backbone of cross-stage partial blocks (Wang et al. 2020, arXiv:1911.11929), a path aggregation
network that adds (Liu et al. 2018, arXiv:1803.01534), and heads of generalised focal loss (Li et
al. 2020, arXiv:2006.04388), which tell a class' score and, for each side of the box, how likely
each of eleven distances is.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

SIDE = 416  # pixels of the square that the network sees
STRIDES = (8, 16, 32)
CLASSES = 80
_DISTANCES = 11  # 0 to 10 strides
_MEAN_BGR = (103.53, 116.28, 123.675)
_STD_BGR = (57.375, 57.12, 58.395)


class Candidates(NamedTuple):
    """What each of P cells proposes; P is 3549 for a square of 416 pixels.

    scores: (B, P, 80), 0 to 1, each class by itself (they do not sum to 1).
    boxes: (B, P, 4): left, top, right, bottom in pixels of the square; may reach beyond it.
    """

    scores: Tensor
    boxes: Tensor


class NanoDet(nn.Module):
    """Backbone, path aggregation and three heads; pixels in, candidates out."""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN_BGR).reshape(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD_BGR).reshape(-1, 1, 1), persistent=False)
        self.stem = _convolution(3, 32, 3, stride=2)
        self.stages = nn.ModuleList(
            [
                _Stage(32, stride=1, blocks=1),
                _Stage(64, stride=2, blocks=2),
                _Stage(128, stride=2, blocks=2),
                _Stage(256, stride=2, blocks=3),
            ]
        )
        self.aggregation = _PathAggregation((128, 256, 512), 128)
        self.heads = nn.ModuleList([_Head(128) for _ in STRIDES])

    def forward(self, pixels: Tensor) -> Candidates:
        """pixels: uint8 (B, H, W, 3), RGB; H and W are multiples of 32."""
        images = pixels.flip(-1).permute(0, 3, 1, 2).float()
        outputs = self.outputs((images - self.mean) / self.std)
        found = [_candidates(maps, stride) for maps, stride in zip(outputs, STRIDES, strict=True)]
        return Candidates(*(torch.cat(parts, dim=1) for parts in zip(*found, strict=True)))

    def outputs(self, images: Tensor) -> list[Tensor]:
        """What each head says of normalised pixels (B, 3, H, W): (B, 124, H / stride, W / stride),
        the finest level first."""
        maps = max_pool2d(self.stem(images), 3, stride=2, padding=1)
        levels = []
        for stage in self.stages:
            maps = stage(maps)
            levels.append(maps)
        aggregated = self.aggregation(levels[1:])
        return [head(level) for head, level in zip(self.heads, aggregated, strict=True)]


class _Stage(nn.Module):
    """Half of the result has passed the blocks, the other half has passed them by."""

    def __init__(self, width: int, stride: int, blocks: int) -> None:
        super().__init__()
        self.entry = _convolution(width, width, 3, stride)
        self.blocks = nn.Sequential(*(_Block(width) for _ in range(blocks)))
        self.exit = _convolution(width, width, 3)

    def forward(self, maps: Tensor) -> Tensor:
        entered = self.entry(maps)
        return torch.cat([self.exit(self.blocks(entered)), entered], dim=1)


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width // 2, 3)
        self.second = _convolution(width // 2, width // 2, 3)

    def forward(self, maps: Tensor) -> Tensor:
        first = self.first(maps)
        return torch.cat([self.second(first), first], dim=1)


class _PathAggregation(nn.Module):
    """What coarse maps know is added to the fine ones, and what these make of it, to the coarse."""

    def __init__(self, widths: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.laterals = nn.ModuleList([nn.Conv2d(before, width, 1) for before in widths])

    def forward(self, levels: list[Tensor]) -> list[Tensor]:
        maps = [lateral(level) for lateral, level in zip(self.laterals, levels, strict=True)]
        for fine in (1, 0):
            maps[fine] = maps[fine] + _scaled(maps[fine + 1], 2.0)
        for coarse in (1, 2):
            maps[coarse] = maps[coarse] + _scaled(maps[coarse - 1], 0.5)
        return maps


class _Head(nn.Sequential):
    def __init__(self, width: int) -> None:
        outputs = CLASSES + 4 * _DISTANCES
        super().__init__(_convolution(width, width, 3), nn.Conv2d(width, outputs, 1))


def _convolution(before: int, after: int, side: int, stride: int = 1) -> nn.Sequential:
    """Batch normalisation is folded into the published weights."""
    return nn.Sequential(
        nn.Conv2d(before, after, side, stride, padding=side // 2), nn.LeakyReLU(0.1)
    )


def _scaled(maps: Tensor, factor: float) -> Tensor:
    return interpolate(maps, scale_factor=factor, mode="bilinear", align_corners=False)


def _candidates(maps: Tensor, stride: int) -> Candidates:
    """The cells of one level: maps (B, 124, H, W)."""
    height, width = maps.shape[-2:]
    outputs = maps.flatten(2).transpose(1, 2)
    scores, sides = outputs.split([CLASSES, 4 * _DISTANCES], dim=-1)
    likely = sides.unflatten(-1, (4, _DISTANCES)).softmax(-1)
    steps = torch.arange(_DISTANCES, dtype=maps.dtype, device=maps.device)
    left, top, right, bottom = ((likely * steps).sum(-1) * stride).unbind(-1)
    x = (torch.arange(width, device=maps.device) + 0.5).repeat(height) * stride
    y = (torch.arange(height, device=maps.device) + 0.5).repeat_interleave(width) * stride
    return Candidates(
        scores.sigmoid(), torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    )
