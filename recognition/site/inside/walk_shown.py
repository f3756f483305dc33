"""The stages of a kept walk as the page shows them: texts, formulas, and where in a file of
pictures each map stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from recognition.site.inside import walk_numbers as numbers
from recognition.site.inside.walk_numbers import Fields
from recognition.site.inside.walk_texts import LAYERS, text_of

Picture = Callable[[str], str]  # the address of a picture of the walk
Address = Callable[[int, int], str]  # of the page with a stage and a channel chosen


def stages_of(walk: Fields, picture: Picture, address: Address) -> list[dict[str, Any]]:
    return [
        _stage(number, stage, walk["network"]["side"], picture, address)
        for number, stage in enumerate(walk["stages"])
    ]


def _stage(
    number: int, stage: Fields, side: int, picture: Picture, address: Address
) -> dict[str, Any]:
    own = [layer for layer in stage["layers"] if layer["kind"] == stage["kind"]]
    layer = own[0] if own and stage["kind"] != "block" else None
    return {
        "number": number,
        "place": number + 1,
        "kind": stage["kind"],
        "text": text_of(stage),
        "repeats": stage["repeats"],
        "given": numbers.shape(stage["given"]),
        "made": numbers.shape(stage["made"]),
        "sides": numbers.sides_of(layer) if layer else [],
        "slide": layer["across"] if layer else None,
        "parameters": stage["parameters"],
        "parameters_of": numbers.parameters_of(layer) if layer else "",
        "multiply_adds": stage["multiply_adds"],
        "cost_of": numbers.cost_of(layer) if layer else "",
        "field": stage["field"] and numbers.shape(stage["field"]),
        "sees_all": bool(stage["field"]) and min(stage["field"]) >= side,
        "flat": _flat(stage),
        "layers": [_layer(each) for each in stage["layers"]] if len(stage["layers"]) > 1 else [],
        "maps": _tiles(stage, "maps", picture, lambda channel: address(number, channel)),
        "before": _tiles(stage, "before", picture, None),
        "values": stage.get("values", []),
        "unrolled": _unrolled(stage),
        "sum": stage.get("sum"),
        "zeroed": stage.get("zeroed"),
        "look": _look(stage, picture),
    }


def _flat(stage: Fields) -> str:
    """Why the list is as long as it is."""
    if stage["kind"] != "flattening":
        return ""
    return f"{numbers.shape(stage['given'])} = {prod(stage['given']):,}"


def _unrolled(stage: Fields) -> dict[str, int] | None:
    """Where in the maps the largest number of the list was; None if there were no places."""
    if stage["kind"] != "flattening" or prod(stage["given"][1:]) == 1:
        return None
    first = stage["values"][0]["number"]
    channel, place = divmod(first, prod(stage["given"][1:]))
    row, column = divmod(place, stage["given"][2])
    return {"number": first, "channel": channel, "row": row + 1, "column": column + 1}


def _layer(layer: Fields) -> dict[str, Any]:
    return {
        "name": layer["name"],
        "title": layer["title"],
        "what": LAYERS.get(layer["kind"], LAYERS["other"]),
        "given": numbers.shape(layer["given"][0]),
        "made": numbers.shape(layer["made"]),
        "sides": numbers.sides_of(layer),
        "parameters": layer["parameters"],
        "multiply_adds": layer["multiply_adds"],
    }


def _tiles(
    stage: Fields, what: str, picture: Picture, address: Callable[[int], str] | None
) -> list[dict[str, Any]]:
    """One a channel: which part of the file it is."""
    if what not in stage:
        return []
    shown = stage.get("channels") or stage["values"]
    has_before = what == "maps" and "before" in stage
    return [
        {
            **tile(stage[what], place, len(shown), picture),
            **channel,
            "before": tile(stage["before"], place, len(shown), picture) if has_before else None,
            "address": address(channel["number"]) if address else "",
        }
        for place, channel in enumerate(shown)
    ]


def tile(sprite: Fields, place: int, count: int, picture: Picture) -> dict[str, Any]:
    """What an SVG needs to show one tile of a file: the file, moved behind a window."""
    width, height = sprite["tile"]
    columns = sprite["columns"]
    return {
        "file": picture(sprite["name"]),
        "width": width,
        "height": height,
        "left": -(place % columns) * width,
        "top": -(place // columns) * height,
        "sheet_width": columns * width,
        "sheet_height": -(-count // columns) * height,
    }


def _look(stage: Fields, picture: Picture) -> dict[str, Any] | None:
    """A picture that stands for the stage: its strongest map."""
    what = "maps" if "maps" in stage else "before" if "before" in stage else ""
    shown: Sequence[Any] = stage.get("channels") or stage.get("values") or ()
    return tile(stage[what], 0, len(shown), picture) if what and shown else None
