"""What a comparison says: which of the two versions is better, and whether that may be chance.

Mistakes and breadth are judged apart. An answer that is right, but finer than one that was right
before, mends no mistake; one that is right, but broader, makes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from recognition.cnn.measures.mcnemar import mcnemar_p

CHANCE = 0.05  # a p-value from which on a difference may well be chance
Findings = Mapping[str, Any]


class Verdict(StrEnum):
    """Of the candidate. Mixed: fewer mistakes, but broader answers."""

    UNMEASURED = "unmeasured"
    SAME = "same"
    CHANCE = "chance"
    BETTER = "better"
    FINER = "finer"
    MIXED = "mixed"
    BROADER = "broader"
    WORSE = "worse"


_BAD = (Verdict.UNMEASURED, Verdict.MIXED, Verdict.BROADER, Verdict.WORSE)
# By which way mistakes and breadth lean, 1 for the candidate.
_VERDICTS = {
    (1, 1): Verdict.BETTER,
    (1, 0): Verdict.BETTER,
    (1, -1): Verdict.MIXED,
    (0, 1): Verdict.FINER,
    (0, 0): Verdict.CHANCE,
    (0, -1): Verdict.BROADER,
}


def judge(findings: Findings) -> Verdict:
    if not findings.get("candidate", {}).get("photos"):
        return Verdict.UNMEASURED
    mistakes, breadth = _mistakes(findings), _breadth(findings)
    if not any((*mistakes, *breadth)):
        return Verdict.SAME
    return _VERDICTS.get((_leaning(*mistakes), _leaning(*breadth)), Verdict.WORSE)


def p_of_mistakes(findings: Findings) -> float:
    """How likely so large a difference in mistakes is by chance alone."""
    return mcnemar_p(*_mistakes(findings))


def is_recommended(findings: Findings) -> bool:
    """Whether anybody may be urged to make the candidate live."""
    return judge(findings) in (Verdict.BETTER, Verdict.FINER) and not findings.get("lost")


def is_doubtful(findings: Findings) -> bool:
    """Whether making the candidate live should be thought over."""
    less, more = _mistakes(findings)
    return bool(findings.get("lost")) or judge(findings) in _BAD or less < more


def _mistakes(findings: Findings) -> tuple[int, int]:
    """How many photos only the candidate, and only the baseline, does not have wrong."""
    return findings.get("fixed", 0) + findings.get("broad", 0), findings.get("broken", 0)


def _breadth(findings: Findings) -> tuple[int, int]:
    """Of those that both have right: how many the candidate answers more finely, more broadly."""
    return findings.get("finer", 0), findings.get("broader", 0)


def _leaning(gains: int, losses: int) -> int:
    if mcnemar_p(gains, losses) >= CHANCE:
        return 0
    return 1 if gains > losses else -1
