"""What the page of a comparison shows beside its verdict: its findings as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recognition.labels.ordering import name_key
from recognition.labels.tree import LabelTree
from recognition.models import Comparison
from recognition.staff.formatting import percent, short_percent
from recognition.versions import measured

_NOTEWORTHY = 0.05  # of F1: a label that changed by so much is marked
_LEFT_OUT = {
    "trained_on": gettext_lazy(
        "one of the versions has learnt from them, or from a near-duplicate"
    ),
    "retired": gettext_lazy("their label is retired"),
    "unreadable": gettext_lazy("their file cannot be read"),
    "unread": gettext_lazy("reading them would take too long"),
}


@dataclass(frozen=True)
class Change:
    """A difference as text. style: a class that colours it."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Figure:
    """A measure of both versions, with what it means; values and intervals as text."""

    name: str
    meaning: str
    before: str
    after: str
    change: Change
    before_interval: str = ""
    after_interval: str = ""


@dataclass(frozen=True)
class LabelRow:
    """A label's scores: (before, after) of precision, recall and F1, as text."""

    name: str
    slug: str
    photos: int
    scores: list[tuple[str, str]]
    change: Change


def left_out(comparison: Comparison) -> list[str]:
    """How many photos were not compared, and why."""
    texts = []
    for reason, photos in comparison.findings["left_out"].items():
        text = ngettext(
            "%(photos)s photo left out: %(why)s", "%(photos)s photos left out: %(why)s", photos
        )
        texts.append(text % {"photos": _whole(photos), "why": _LEFT_OUT.get(reason, reason)})
    if comparison.findings["is_capped"]:
        photos = _whole(comparison.findings["candidate"]["photos"])
        texts.append(_("only the newest %(photos)s are compared") % {"photos": photos})
    return texts


def is_stale(comparison: Comparison) -> bool:
    """Whether one of the two was measured on other photos since."""
    pair = measured.both(comparison.baseline, comparison.candidate)
    return pair is None or pair[0].test_set != comparison.findings.get("test_set")


def figures(comparison: Comparison) -> Iterator[Figure]:
    """As other pages show them, if both versions have them of the same photos. Without photos there
    are none but the speed."""
    pair = measured.both(comparison.baseline, comparison.candidate)
    before, after = (comparison.findings[side] for side in ("baseline", "candidate"))
    if pair:
        before, after = pair[0].metrics, pair[1].metrics
    if after["photos"]:
        yield _share(_("Accuracy"), _("photos that are right"), before, after, "accuracy")
        if before.get("broad") or after.get("broad"):
            yield _share(
                _("Right but broad"),
                _("photos that are answered with a group that their label is in"),
                before,
                after,
                "broad",
            )
        yield _share(
            _("Macro-F1"),
            _("mean over the labels, rare ones count as much as frequent ones"),
            before,
            after,
            "macro_f1",
        )
        yield _share(
            _("Calibration error"),
            _("how far its confidence is from the truth; less is better"),
            before["calibration"],
            after["calibration"],
            "ece",
            less_is_better=True,
        )
        yield from _rejection(before["neither"], after["neither"])
    yield _speed(comparison.findings["speed"])


def _rejection(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Figure]:
    if after["photos"]:
        of_what = ngettext(
            "of %(photos)s photo of something else, those answered “neither”",
            "of %(photos)s photos of something else, those answered “neither”",
            after["photos"],
        )
        yield _share(
            _("Rejected rightly"),
            of_what % {"photos": _whole(after["photos"])},
            before,
            after,
            "rejected",
        )
    yield _share(
        _("Rejected wrongly"),
        _("other photos that are answered “neither”; less is better"),
        before,
        after,
        "wrongly_rejected",
        less_is_better=True,
    )


def _share(
    name: str,
    meaning: str,
    before: dict[str, Any],
    after: dict[str, Any],
    key: str,
    less_is_better: bool = False,
) -> Figure:
    bounds = [interval(side.get(f"{key}_interval")) for side in (before, after)]
    return Figure(
        name,
        meaning,
        percent(before.get(key)) or "–",
        percent(after.get(key)) or "–",
        change(before.get(key), after.get(key), less_is_better),
        *bounds,
    )


def _speed(speed: dict[str, Any] | None) -> Figure:
    name, meaning = _("Images a second"), _("of the network alone, on this machine")
    if speed is not None and not speed.get("side_by_side"):
        text = _("not measured")
        busy = _("only compared while the machine has nothing else to do")
        return Figure(name, busy, text, text, Change("–"))
    if speed is None:
        same = _("the same")
        return Figure(name, meaning, same, same, Change("–"))
    factor = speed["candidate"] / speed["baseline"]
    text = "× " + number_format(round(factor, 2), 2)
    style = "is-good" if factor > 1.1 else "is-bad" if factor < 0.9 else ""
    before, after = (number_format(round(speed[side]), 0) for side in ("baseline", "candidate"))
    return Figure(name, meaning, before, after, Change(text, style))


def change(before: float | None, after: float | None, less_is_better: bool = False) -> Change:
    """The difference of two shares, in percentage points."""
    if before is None or after is None:
        return Change("–")
    points = round(100 * (after - before), 1)
    if not points:
        return Change("±0")
    is_better = (points > 0) != less_is_better
    sign = "+" if points > 0 else "−"
    return Change(sign + number_format(abs(points), 1), "is-good" if is_better else "is-bad")


def labels(comparison: Comparison, tree: LabelTree) -> list[LabelRow]:
    """Labels that have test photos, those that lost most first."""
    before = comparison.findings["baseline"]["per_label"]
    after = comparison.findings["candidate"]["per_label"]
    gains = {slug: after[slug]["f1"] - before[slug]["f1"] for slug in after if slug in before}
    return [
        LabelRow(
            name(slug, tree),
            slug,
            after[slug]["photos"],
            [
                (short(before[slug][score]), short(after[slug][score]))
                for score in ("precision", "recall", "f1")
            ],
            _marked(before[slug]["f1"], after[slug]["f1"]),
        )
        for slug in sorted(gains, key=lambda slug: (gains[slug], slug))
    ]


def _marked(before: float, after: float) -> Change:
    found = change(before, after)
    return found if abs(after - before) >= _NOTEWORTHY else Change(found.text)


def names(slugs: list[str], tree: LabelTree) -> str:
    return _(", ").join(sorted((name(slug, tree) for slug in slugs), key=name_key))


def name(slug: str, tree: LabelTree) -> str:
    return str(tree[slug]) if slug in tree else slug


def interval(bounds: Sequence[float] | None) -> str:
    """The bounds of a share, as text."""
    if bounds is None:
        return ""
    low, high = bounds
    return f"{number_format(round(100 * low, 1), 1)} – {percent(high)}"


def short(share: float | None) -> str:
    """A share without needless decimals."""
    return "–" if share is None else short_percent(share)


def _whole(number: int) -> str:
    return number_format(number, force_grouping=True)
