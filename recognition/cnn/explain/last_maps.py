"""The last feature maps of a backbone: what it still knows of places, just before it forgets them.

Found by watching one forward pass, because each network of the catalogue ends in a way of its own:
by pooling, by flattening, with linear layers behind either, or on several scales at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle


class Ends(NamedTuple):
    """Names of modules. Either the maps are what the `takers` are given: they take places and give
    none. Or a function does that, where no module can be watched, and the maps are what the
    `giver` gives."""

    takers: tuple[str, ...]
    giver: str


class _Pass(NamedTuple):
    """That a module was run."""

    name: str
    takes_places: bool
    gives_places: bool
    is_single: bool  # made of no further modules


def find_ends(backbone: nn.Module, images: Tensor) -> Ends:
    """images: any that the backbone takes; float32 (1, channels, H, W).

    Raises ValueError for a backbone that has no feature maps.
    """
    passes: list[_Pass] = []

    def watch(name: str, module: nn.Module) -> RemovableHandle:
        is_single = next(module.children(), None) is None

        def note(_module: nn.Module, given: tuple[Any, ...], result: Any) -> None:
            takes = bool(given) and _has_places(given[0])
            passes.append(_Pass(name, takes, _has_places(result), is_single))

        return module.register_forward_hook(note)

    handles = [watch(name, module) for name, module in backbone.named_modules() if name]
    try:
        with torch.no_grad():
            backbone(images)
    finally:
        for handle in handles:
            handle.remove()
    last = max((at for at, one in enumerate(passes) if one.gives_places), default=None)
    if last is None:
        raise ValueError("this network has no feature maps")
    takers = (one.name for one in passes[last + 1 :] if one.is_single and one.takes_places)
    return Ends(tuple(dict.fromkeys(takers)), passes[last].name)


@contextmanager
def kept_maps(backbone: nn.Module, ends: Ends) -> Iterator[list[Tensor]]:
    """A forward pass within the block puts its last feature maps into the list, and computes only
    from there on what a gradient needs. One thread at a time for a backbone."""
    maps: list[Tensor] = []

    def keep(features: Tensor) -> Tensor:
        maps.append(features.detach().requires_grad_())
        # A copy goes on: some networks change what they are given.
        return maps[-1].clone()

    def keep_given(_module: nn.Module, given: tuple[Any, ...]) -> Any:
        return (keep(given[0]), *given[1:])

    def keep_result(_module: nn.Module, _given: tuple[Any, ...], result: Any) -> Any:
        return keep(result)

    handles = [
        backbone.get_submodule(name).register_forward_pre_hook(keep_given) for name in ends.takers
    ] or [backbone.get_submodule(ends.giver).register_forward_hook(keep_result)]
    try:
        yield maps
    finally:
        for handle in handles:
            handle.remove()


def _has_places(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dim() == 4 and value.shape[2] * value.shape[3] > 1
