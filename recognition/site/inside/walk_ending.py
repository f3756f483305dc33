"""The end of a walk as the page shows it: the last layer, softmax, labels; and the finder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from recognition.cnn import taxonomy
from recognition.models import Label
from recognition.site.inside.walk_numbers import Fields, number
from recognition.site.inside.walk_shown import Picture, tile

_SUREST = 6  # of the boxes that survived
_CLASSES = 5  # of a label


def ending_of(walk: Fields, labels: Mapping[str, Label]) -> dict[str, Any]:
    """labels: by slug."""
    ending = walk["ending"]
    said = [
        {
            "name": _label_name(label["slug"], labels),
            "kind": labels[label["slug"]].kind if label["slug"] in labels else "other",
            "probability": label["probability"],
            "class_count": label["class_count"],
            "more": max(0, label["class_count"] - _CLASSES),
            "classes": [
                {"name": class_name(each["name"]), "probability": each["probability"]}
                for each in label["classes"][:_CLASSES]
            ],
        }
        for label in ending["labels"]
    ]
    return {
        **ending,
        "said": said,
        "last_layer": [
            {"label": label["name"], **_terms(row), "name": class_name(row["class"]["name"])}
            for label, row in zip(said, ending["last_layer"], strict=True)
        ],
        "rows": [_softmax_row(row) for row in ending["softmax"]["rows"]],
        "total": number(ending["softmax"]["total"]),
        "others": number(ending["softmax"]["others"]),
        "other_count": ending["softmax"]["other_count"],
        "most": number(ending["softmax"]["most"]),
    }


def class_name(name: str) -> str:
    """Of a fine class, in the language of the moment; one that was taught as people wrote it."""
    fine = taxonomy.fine_classes().get(name)
    if fine is None:
        return name
    return fine.name_zh if (get_language() or "").startswith("zh") else fine.name_en


def _label_name(slug: str, labels: Mapping[str, Label]) -> str:
    return labels[slug].name if slug in labels else slug


def _terms(row: Fields) -> dict[str, Any]:
    most = max(abs(term["term"]) for term in row["terms"]) or 1.0
    return {
        "terms": [
            {
                "channel": term["channel"],
                "value": number(term["value"]),
                "weight": number(term["weight"]),
                "term": number(term["term"]),
                "is_below": term["term"] < 0,
                "share": round(100 * abs(term["term"]) / most, 1),
            }
            for term in row["terms"]
        ],
        "others": number(row["others"]),
        "other_count": row["other_count"],
        "bias": number(row["bias"]),
        "total": number(row["total"]),
    }


def _softmax_row(row: Fields) -> dict[str, Any]:
    written = ("logit", "divided", "weight", "sharpened", "power")
    return {
        "name": class_name(row["class"]["name"]),
        "probability": row["probability"],
        **{name: number(row[name]) for name in written},
    }


def finder_of(
    finder: Fields | None,
    picture: Picture,
    size: tuple[int, int],
    names: Mapping[str, str | Promise],
) -> dict[str, Any] | None:
    """size: of the photo as it is drawn. names: of the finder's classes, for people."""
    if finder is None:
        return None
    width, height = size
    shown = [
        {
            **proposal,
            "place": place + 1,
            "name": names.get(proposal["class"], proposal["class"]),
            "left": proposal["box"][0] * width,
            "top": proposal["box"][1] * height,
            "width": (proposal["box"][2] - proposal["box"][0]) * width,
            "height": (proposal["box"][3] - proposal["box"][1]) * height,
            "grid": _grid(proposal["level"], finder),
            "where": _where(proposal["cell"]),
            "look": "walk-kept" if proposal["kept"] else "walk-gone",
            "by": None if proposal["covered_by"] is None else proposal["covered_by"] + 1,
        }
        for place, proposal in enumerate(finder["proposals"])
    ]
    return {
        **finder,
        "photo_width": width,
        "photo_height": height,
        "levels": [_level(level, picture) for level in finder["levels"]],
        "proposals": shown,
        "surest": [each for each in shown if each["kept"]][:_SUREST],
        # Those that survived lie above the others.
        "drawn": sorted(shown, key=itemgetter("kept")),
    }


def _grid(level: int | None, finder: Fields) -> str:
    if level is None:
        return ""
    cells = finder["levels"][level]["cells"]
    return f"{cells} × {cells}"


def _where(cell: Sequence[int] | None) -> str:
    """Column and row, counted from 1."""
    return f"{cell[0] + 1}, {cell[1] + 1}" if cell else ""


def _level(level: Fields, picture: Picture) -> dict[str, Any]:
    return {**level, "tile": tile(level["best"], 0, 1, picture)}
