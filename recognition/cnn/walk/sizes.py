"""How large a map is after a window has slid over it, and which pixels a place of it depends on.

Torch-free.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Slide(NamedTuple):
    """A window that slides along one side of a map.

    size: of the side, before. padding_before, padding_after: places added at its two ends; they
        differ where "same" padding is odd. rounds_up: whether a last window may reach beyond the
        end.
    """

    size: int
    kernel: int
    stride: int = 1
    padding_before: int = 0
    padding_after: int = 0
    dilation: int = 1
    rounds_up: bool = False

    @property
    def reach(self) -> int:
        """Places from the window's first to its last, gaps included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def after(self) -> int:
        """(n + 2p - k) / s + 1, where p may differ at the two ends."""
        room = self.size + self.padding_before + self.padding_after - self.reach
        if not self.rounds_up:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        # PyTorch gives no window that begins in the padding behind the end.
        begins = (count - 1) * self.stride
        return count - (begins >= self.size + self.padding_before)

    def to_fields(self) -> dict[str, Any]:
        """For json.dumps."""
        return {**self._asdict(), "after": self.after}


def same_padding(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """What keeps ceil(size / stride) places, as TensorFlow pads: less before than after."""
    reach = dilation * (kernel - 1) + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


class Reach(NamedTuple):
    """Which pixels the places along one side depend on: place i on those from first + i * step up
    to last + i * step."""

    first: float
    last: float
    step: float

    def through(self, slide: Slide) -> Reach:
        """Of the places behind a window that slides over these."""
        first = self.first - slide.padding_before * self.step
        return Reach(
            first,
            self.last + (slide.reach - 1 - slide.padding_before) * self.step,
            self.step * slide.stride,
        )

    def resized(self, before: int, after: int) -> Reach:
        """Of a side that was made shorter or longer."""
        return self._replace(step=self.step * before / after)

    def with_(self, other: Reach) -> Reach:
        """Of places that depend on both."""
        return Reach(
            min(self.first, other.first),
            max(self.last, other.last),
            max(self.step, other.step),
        )

    def of(self, place: int, size: int) -> tuple[int, int]:
        """The pixels of one place, within a picture of this size."""
        first, last = self.first + place * self.step, self.last + place * self.step
        return max(0, int(first)), min(size, round(last))


class Field(NamedTuple):
    """The receptive field of a map: along its width and its height."""

    across: Reach
    down: Reach

    def with_(self, other: Field) -> Field:
        return Field(self.across.with_(other.across), self.down.with_(other.down))


PIXEL = Field(Reach(0, 1, 1), Reach(0, 1, 1))
