"""Drawings of networks as numbers and words for an SVG template, `site/networks/_drawing.html`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.cnn.diagrams.stored import Box, BuiltLayer, Diagram, Drawing, Place
from recognition.site.learn import operation_texts
from recognition.site.learn.operation_texts import BLOCKS, times

WIDTH = 360  # of the drawing, as wide as a phone; it is scaled to its place
_WIDEST, _GAP, _LANE = 196, 8, 16  # of a box, between neighbours, of a line beside boxes
_NARROW = 132  # boxes below this width have shorter words
_LINE, _PADDING, _BETWEEN = 15, 7, 26  # a line of text, above and below it, between rows
_DOT = 5  # radius of an end without words
_LAST = {"normalisation", "activation", "scale"}
# How a box looks, by its first operation that says something.
_LOOKS = {
    "convolution": "convolution",
    "linear": "linear",
    "max_pool": "pooling",
    "average_pool": "pooling",
    "add": "merge",
    "concatenate": "merge",
    "multiply": "merge",
}


@dataclass(frozen=True)
class Text:
    """style: "name", "more" or "shape"."""

    y: float
    text: str
    style: str


@dataclass(frozen=True)
class Shape:
    """A box, or a dot where it has no width."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    centre: float
    look: str
    texts: list[Text]
    is_narrow: bool


@dataclass(frozen=True)
class Figure:
    """alternative: all that is drawn, in words."""

    title: str
    text: str
    count: str
    alternative: str
    height: float
    shapes: list[Shape]
    lines: list[str]
    tips: list[str]
    width: int = WIDTH


def figure(diagram: Diagram, drawing: Drawing, title: str) -> Figure:
    """title: of the whole network."""
    return _Drawn(diagram, drawing).figure(title)


class _Drawn:
    def __init__(self, diagram: Diagram, drawing: Drawing) -> None:
        self.layers = diagram.layers
        self.drawing = drawing
        self.widths = [self._widths(row) for row in drawing.rows]
        self.middles = [list(_middles(widths)) for widths in self.widths]
        self.words = [
            [self._words(place, width) for place, width in zip(row, widths, strict=True)]
            for row, widths in zip(drawing.rows, self.widths, strict=True)
        ]
        heights = [max(_height(words) for words in row) for row in self.words]
        self.tops = [sum(heights[:row]) + row * _BETWEEN + 4 for row in range(len(heights))]
        self.heights = heights

    def figure(self, title: str) -> Figure:
        drawing = self.drawing
        block = BLOCKS.get(drawing.block)
        count = ngettext(
            "One block of the network looks like this.",
            "%(count)d blocks of the network look like this; drawn is %(where)s.",
            drawing.count,
        ) % {"count": drawing.count, "where": drawing.where}
        named = str(block.title) if block else title
        paths, tips = self._lines()
        return Figure(
            title=named,
            text=str(block.text) if block else "",
            count=count if block else "",
            alternative=self._alternative(named),
            height=self.tops[-1] + self.heights[-1] + 4,
            shapes=list(self._shapes()),
            lines=paths,
            tips=tips,
        )

    def _alternative(self, title: str) -> str:
        said = [
            " ".join(text for text, _style in self._said(box, narrow=False))
            for box in self.drawing.boxes
        ]
        return _("%(network)s, drawn from top to bottom: %(boxes)s.") % {
            "network": title,
            "boxes": _("; ").join(filter(None, said)),
        }

    def _widths(self, row: Sequence[Place]) -> list[float]:
        lanes = sum(place.kind == 1 for place in row)
        others = len(row) - lanes
        left = WIDTH - lanes * (_LANE + _GAP) - max(others - 1, 0) * _GAP
        widest = min(_WIDEST, left / max(others, 1))
        return [_LANE if place.kind == 1 else widest for place in row]

    def _words(self, place: Place, width: float) -> list[tuple[str, str]]:
        box = self.drawing.boxes[place.box]
        return [] if place.kind else list(self._said(box, width < _NARROW))

    def _said(self, box: Box, narrow: bool) -> Iterator[tuple[str, str]]:
        """Lines of text, each with its style."""
        if box.end == "input" and not self.drawing.block:
            yield _("Input"), "name"
        elif box.end == "output" and not self.drawing.block:
            yield _("Output"), "name"
        elif box.block:
            yield _several(box.times, operation_texts.block_title(box.block)), "name"
        elif box.steps:
            yield from _box_of([self.layers[number] for number in box.steps], box.times, narrow)
        if not box.end or not self.drawing.block:
            for shape in box.shapes:
                yield times(shape).replace(" ", "" if narrow else " "), "shape"

    def _shapes(self) -> Iterator[Shape]:
        for row, places in enumerate(self.drawing.rows):
            for at, place in enumerate(places):
                if not place.kind:
                    yield self._shape(row, at, self.drawing.boxes[place.box])

    def _shape(self, row: int, at: int, box: Box) -> Shape:
        words, middle = self.words[row][at], self.middles[row][at]
        width, height = self.widths[row][at], _height(words)
        top = self.tops[row] + (self.heights[row] - height) / 2
        texts = [
            Text(round(top + _PADDING + _LINE * (line + 0.75), 1), text, style)
            for line, (text, style) in enumerate(words)
        ]
        return Shape(
            x=round(middle - width / 2, 1),
            y=round(top, 1),
            width=round(width if words else 0, 1),
            height=round(height, 1),
            middle=round(middle, 1),
            centre=round(top + height / 2, 1),
            look=self._look(box),
            texts=texts,
            is_narrow=width < _NARROW,
        )

    def _look(self, box: Box) -> str:
        if box.end or box.block:
            return "end" if box.end else "block"
        looks = (_LOOKS.get(self.layers[number].operation) for number in box.steps)
        return next(filter(None, looks), "plain")

    def _lines(self) -> tuple[list[str], list[str]]:
        """The lines between and through rows, and their tips above boxes, as paths."""
        paths = [self._line(*line) for line in self.drawing.lines]
        tips = [
            f"M{x - 4:g} {y - 7:g}L{x:g} {y:g}L{x + 4:g} {y - 7:g}Z"
            for line in self.drawing.lines
            if not self.drawing.rows[line.row + 1][line.below].kind
            for x, y in [self._end(line.row + 1, line.below, top=True)]
        ]
        through = [
            f"M{self.middles[row][at]:.1f} {self.tops[row]:.1f}v{self.heights[row]:.1f}"
            for row, places in enumerate(self.drawing.rows)
            for at, place in enumerate(places)
            if place.kind
        ]
        return paths + through, list(dict.fromkeys(tips))

    def _line(self, row: int, above: int, below: int) -> str:
        x1, y1 = self._end(row, above, top=False)
        x2, y2 = self._end(row + 1, below, top=True)
        half = self.tops[row + 1] - _BETWEEN / 2
        bottom = self.tops[row] + self.heights[row]
        curve = f"C{x1:g} {half:g} {x2:g} {half:g} {x2:g} {self.tops[row + 1]:g}"
        return f"M{x1:g} {y1:g}V{bottom:g}{curve}V{y2:g}"

    def _end(self, row: int, at: int, *, top: bool) -> tuple[float, float]:
        """Where lines reach a place from above, or leave it below."""
        height = _height(self.words[row][at])
        if self.drawing.rows[row][at].kind:
            height = self.heights[row]
        room = (self.heights[row] - height) / 2
        y = self.tops[row] + (room if top else room + height)
        return round(self.middles[row][at], 1), round(y, 1)


def _box_of(layers: Sequence[BuiltLayer], count: int, narrow: bool) -> Iterator[tuple[str, str]]:
    """What stands in a box of these layers: the main one's name, how it moves, and what follows."""
    main = next((layer for layer in layers if layer.operation not in _LAST), layers[0])
    names = operation_texts.short_name(main) if narrow else [operation_texts.name(main)]
    yield _several(count, names[0]), "name"
    yield from ((text, "name") for text in names[1:])
    yield from ((text, "more") for text in _moves(main))
    before, after = layers[: layers.index(main)], layers[layers.index(main) + 1 :]
    if before:
        said = _(", ").join(map(operation_texts.follower, before))
        yield _("first: %(operations)s") % {"operations": said}, "more"
    rest = [operation_texts.follower(layer) for layer in after]
    if narrow:
        yield from ((text, "more") for text in rest)
    elif rest:
        yield _(", ").join(rest), "more"


def _moves(layer: BuiltLayer) -> list[str]:
    """What changes its size or reach; padding is left to the table."""
    padding = layer._replace(details={k: v for k, v in layer.details.items() if k != "padding"})
    return operation_texts.settings(padding)


def _several(count: int, name: str) -> str:
    return f"{count} × {name}" if count > 1 else name


def _height(words: Sequence[tuple[str, str]]) -> float:
    return len(words) * _LINE + 2 * _PADDING if words else 2 * _DOT


def _middles(widths: Sequence[float]) -> Iterator[float]:
    """Of neighbours that stand in the middle together."""
    x = (WIDTH - sum(widths) - _GAP * (len(widths) - 1)) / 2
    for width in widths:
        yield x + width / 2
        x += width + _GAP
