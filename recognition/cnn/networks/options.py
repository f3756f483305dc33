"""What whoever trains a network may choose about how it is built. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """A whole number from `min` to `max`, or one of `choices`.

    title, help: for people, in English; pages translate them.
    """

    default: int | str
    title: str
    help: str
    choices: tuple[int | str, ...] = ()
    min: int = 0
    max: int = 0

    @property
    def type(self) -> str:
        """ "int" or "str"."""
        return type(self.default).__name__

    def check(self, value: Any) -> None:
        """Raises ValueError with what is wrong about a value."""
        if type(value) is not type(self.default):
            raise ValueError("must be a whole number" if self.type == "int" else "must be a text")
        if self.choices:
            if value not in self.choices:
                raise ValueError(f"must be one of {', '.join(map(str, self.choices))}")
        elif not (isinstance(value, int) and self.min <= value <= self.max):
            raise ValueError(f"must be from {self.min} to {self.max}")


def check_options(known: Mapping[str, Option], given: Mapping[str, Any]) -> None:
    """Whether a network with the `known` options can be built with those given.

    Raises ValueError, which begins with the option's name.
    """
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{name}: this network has no such option")
        try:
            known[name].check(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
