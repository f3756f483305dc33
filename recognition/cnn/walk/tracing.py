"""What a network really computes, in order: its modules, and the functions that it calls itself.

Found by watching a forward pass. Modules alone would not do: many networks flatten, add, join or
pool in their own code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

# What does nothing once a network is trained.
_LEFT_OUT = ("Identity", "Dropout", "StochasticDepth")


class Seen(NamedTuple):
    """name: of the module; where a module with parts calls a function itself, `function` is that
    one's name. given: the tensors that went in. skipped: nothing was done."""

    name: str
    module: nn.Module
    function: str
    args: tuple[Any, ...]
    named: dict[str, Any]
    given: list[Tensor]
    made: Tensor
    skipped: bool


Note = Callable[[Seen], None]


def watch(backbone: nn.Module, images: Tensor, note: Note) -> Tensor:
    """The embedding of these images; `note` is told of each step as soon as it is done. What is
    made may be overwritten by the next step: keep a copy."""
    inside: list[tuple[str, nn.Module]] = [("", backbone)]
    with ExitStack() as stack, torch.no_grad():
        for name, module in backbone.named_modules():
            if name:
                for handle in _hooks(name, module, inside, note):
                    stack.callback(handle.remove)
        with _Functions(inside, note):
            embedding: Tensor = backbone(images)
    return embedding


def _hooks(name: str, module: nn.Module, inside: list[tuple[str, nn.Module]], note: Note) -> Any:
    def enter(_module: nn.Module, _given: Any) -> None:
        inside.append((name, module))

    def leave(_module: nn.Module, args: tuple[Any, ...], made: Any) -> None:
        if is_single(module) and isinstance(made, Tensor):
            skipped = type(module).__name__ in _LEFT_OUT
            note(Seen(name, module, "", args, {}, _tensors(args), made, skipped))
        inside.pop()  # after the note, so that no function that it calls is taken for a step

    return module.register_forward_pre_hook(enter), module.register_forward_hook(leave)


def is_single(module: nn.Module) -> bool:
    """Made of no further modules."""
    return next(module.children(), None) is None


class _Functions(TorchFunctionMode):
    def __init__(self, inside: list[tuple[str, nn.Module]], note: Note) -> None:
        super().__init__()
        self._inside = inside
        self._note = note

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = kwargs or {}
        given = _tensors([*args, *named.values()])
        made = function(*args, **named)
        name, module = self._inside[-1]
        called = getattr(function, "__name__", "")
        # `x.shape` and the like are asked for in the same manner.
        if isinstance(made, Tensor) and given and called != "__get__" and not is_single(module):
            self._note(Seen(name, module, called, args, named, given, made, False))
        return made


def _tensors(values: Sequence[Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor) and not isinstance(value, nn.Parameter):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += _tensors(value)
    return found
