"""What a forward pass consists of. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Scope(NamedTuple):
    """One call of a block. name: its path in the network; call: which one, from 1; kind: its
    class."""

    name: str
    call: int
    kind: str


@dataclass(frozen=True)
class Step:
    """An operation of the forward pass.

    name: its path in the network; where it is not a module, that of the block around it and the
        operation. scopes: the blocks around it, the outermost first.
    operation, details: as `operations.py` calls them.
    inputs: the numbers of the steps whose results it takes.
    shape: of its result for one picture, (channels, height, width) or (features,).
    parameters: its own, counted where they are used first. multiply_adds: for one picture.
    """

    number: int
    name: str
    scopes: tuple[Scope, ...]
    operation: str
    details: dict[str, Any]
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
