"""A confusion matrix as a heat map, and its largest mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recognition.labels.tree import LabelTree
from recognition.staff.versions.comparison_summary import name

SHADES = 5  # of a cell, by its share of the row
MIX_UPS = 8  # as many of the largest mistakes are listed


@dataclass(frozen=True)
class Cell:
    """Photos of the label `truth` that were answered `answer` (slugs). style: its colour."""

    truth: str
    answer: str
    photos: int
    style: str
    text: str


@dataclass(frozen=True)
class Row:
    """cells: one a column, None where there is no photo."""

    name: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Matrix:
    columns: list[str]
    rows: list[Row]
    mix_ups: list[Cell]


def matrix(metrics: dict[str, Any], tree: LabelTree) -> Matrix:
    """Of what `evaluation.measure` found; only labels that occur, in the order of the tree."""
    counts = {(truth, answer): photos for truth, answer, photos in metrics["confusion"]}
    truths, answers = ({pair[side] for pair in counts} for side in (0, 1))
    order = [label.slug for label in tree.in_reading_order()]
    order += sorted((truths | answers) - set(order))
    columns = [slug for slug in order if slug in truths | answers]
    totals = {slug: sum(n for (truth, _a), n in counts.items() if truth == slug) for slug in truths}
    cells = {
        pair: _cell(*pair, photos, photos / totals[pair[0]], tree)
        for pair, photos in counts.items()
    }
    wrong = [cell for cell in cells.values() if cell.style.startswith("is-wrong")]
    return Matrix(
        [name(slug, tree) for slug in columns],
        [
            Row(name(truth, tree), [cells.get((truth, answer)) for answer in columns])
            for truth in columns
            if truth in truths
        ],
        sorted(wrong, key=lambda cell: -cell.photos)[:MIX_UPS],
    )


def _cell(truth: str, answer: str, photos: int, share: float, tree: LabelTree) -> Cell:
    # Right is what stands at or below the label: the other way round as in a review. What stands
    # above it is right as well, but broad.
    ids = [tree[slug].id for slug in (truth, answer) if slug in tree]
    is_right = truth == answer or (len(ids) == 2 and tree.is_right(*ids))
    is_broad = len(ids) == 2 and tree.is_right(*reversed(ids))
    shade = max(1, round(SHADES * share))
    style = f"is-{'right' if is_right else 'broad' if is_broad else 'wrong'} is-shade-{shade}"
    return Cell(truth, answer, photos, style, f"{name(truth, tree)} → {name(answer, tree)}")
