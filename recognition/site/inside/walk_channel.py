"""One channel of a stage, as the page shows it: its map, its kernel, and a number written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from recognition.site.inside.walk_numbers import Fields, number, shape
from recognition.site.inside.walk_shown import Picture, tile

_SHADES = 4  # of a cell, each way
_LARGE = 5  # a kernel with longer sides is written out only when somebody wants that


def channel_of(walk: Fields, stage: int, wanted: int, picture: Picture) -> dict[str, Any] | None:
    """None if the stage shows no such channel."""
    if not 0 <= stage < len(walk["stages"]):
        return None
    fields = walk["stages"][stage]
    channels = fields.get("channels", ())
    place = next((at for at, each in enumerate(channels) if each["number"] == wanted), None)
    if place is None:
        return None
    channel, side = channels[place], walk["network"]["side"]
    drawn = tile(fields["maps"], place, len(channels), picture)
    height, width = fields["made"][1:]
    x, y = channel["at"]
    return {
        "stage": stage,
        "number": wanted,
        "tile": drawn,
        "before": "before" in fields and tile(fields["before"], place, len(channels), picture),
        "mark_x": (x + 0.5) / width * drawn["width"],
        "mark_y": (y + 0.5) / height * drawn["height"],
        "mark_size": max(drawn["width"] / 12, 1.5 * drawn["width"] / width),
        "row": y + 1,
        "column": x + 1,
        "least": number(channel["least"]),
        "most": number(channel["most"]),
        "mean": number(channel["mean"]),
        "patch": _patch(channel["patch"], side),
        "photo": picture("input"),
        "side": side,
        "kernel": _kernel(channel.get("kernel"), fields, stage, walk),
        "sum": _sum(channel.get("sum"), walk),
        "window": _window(channel.get("window"), fields["kind"]),
    }


def _patch(patch: Sequence[int] | None, side: int) -> dict[str, Any] | None:
    if patch is None:
        return None
    left, top, right, bottom = patch
    width, height = right - left, bottom - top
    return {
        "left": left,
        "top": top,
        "width": width,
        "height": height,
        "size": shape([width, height]),
        # What is very small needs a frame that can be seen.
        "is_small": max(width, height) < side / 12,
        "middle_x": left + width / 2,
        "middle_y": top + height / 2,
    }


def _kernel(kernel: Fields | None, stage: Fields, place: int, walk: Fields) -> Any:
    if kernel is None:
        return None
    names = _inputs(kernel["inputs"], is_first=place == 0, colours=walk["network"]["colours"])
    if len(kernel["slices"][0]) == 1 and len(kernel["slices"][0][0]) == 1:
        weights = [each[0][0] for each in kernel["slices"]]
        single = [
            {"name": name, "weight": number(weight)}
            for name, weight in zip(names, weights, strict=True)
        ]
        return {"single": single, "of": kernel["of"]}
    most = max(abs(value) for rows in kernel["slices"] for row in rows for value in row) or 1.0
    tables = [
        {"name": name, "rows": _cells(rows, most)}
        for name, rows in zip(names, kernel["slices"], strict=True)
    ]
    shown = len(kernel["slices"])
    return {"tables": tables, "of": kernel["of"], "is_part": kernel["of"] > shown, "shown": shown}


def _inputs(inputs: Sequence[int], is_first: bool, colours: int) -> list[str]:
    if is_first:
        names = [_("red"), _("green"), _("blue")] if colours == 3 else [_("grey")]
        return [names[place] for place in inputs]
    return [_("channel %(number)s of the stage before") % {"number": place} for place in inputs]


def _cells(rows: Sequence[Sequence[float | None]], most: float) -> list[list[dict[str, Any]]]:
    """Each with a shade from -4 to 4."""
    return [
        [
            {
                "text": "" if value is None else number(value),
                "shade": 0 if value is None else round(_SHADES * value / most),
            }
            for value in row
        ]
        for row in rows
    ]


def _sum(written: Fields | None, walk: Fields) -> dict[str, Any] | None:
    """The sum behind one number of a first layer, colour by colour."""
    if written is None:
        return None
    names = _inputs(range(len(written["values"])), True, walk["network"]["colours"])
    norm = written["norm"]
    return {
        "colours": [
            {
                "name": name,
                "values": _cells(values, _most(values)),
                "kernel": _cells(kernel, _most(kernel)),
                "part": number(part),
            }
            for name, values, kernel, part in zip(
                names, written["values"], written["kernel"], written["parts"], strict=True
            )
        ],
        "is_large": len(written["kernel"][0]) > _LARGE,
        "bias": number(written["bias"]),
        "has_bias": written["bias"] != 0,
        "total": number(written["total"]),
        "scale": norm and number(norm["scale"]),
        "shift": norm and number(norm["shift"]),
        "result": number(written["result"]),
    }


def _window(window: Fields | None, kind: str) -> dict[str, Any] | None:
    if window is None:
        return None
    known = [[value or 0.0 for value in row] for row in window["values"]]
    return {
        "rows": _cells(window["values"], _most(known)),
        "result": number(window["result"]),
        "is_most": kind == "max_pooling",
    }


def _most(rows: Sequence[Sequence[float]]) -> float:
    return max((abs(value) for row in rows for value in row), default=0.0) or 1.0
