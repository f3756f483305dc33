"""What counts: mistakes, and how fine the right answers are, each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from recognition.versions.comparison import judging
from recognition.versions.comparison.judging import Verdict


def findings(**counts: Any) -> dict[str, Any]:
    return {"candidate": {"photos": 500}, **counts}


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({}, Verdict.SAME),
        ({"fixed": 30, "broken": 5}, Verdict.BETTER),
        ({"fixed": 5, "broken": 30}, Verdict.WORSE),
        ({"fixed": 5, "broken": 4}, Verdict.CHANCE),
        ({"finer": 40}, Verdict.FINER),
        ({"broader": 40}, Verdict.BROADER),
        ({"fixed": 30, "broader": 40}, Verdict.MIXED),
        ({"fixed": 5, "broken": 30, "finer": 40}, Verdict.WORSE),
        ({"broad": 30}, Verdict.BETTER),
        ({"candidate": {"photos": 0}}, Verdict.UNMEASURED),
    ],
)
def test_mistakes_and_breadth_are_judged_apart(counts: dict[str, Any], verdict: Verdict) -> None:
    assert judging.judge(findings(**counts)) == verdict


def test_a_finer_answer_mends_no_mistake() -> None:
    assert judging.p_of_mistakes(findings(finer=40)) == 1
    assert judging.judge(findings(fixed=5, broken=5, finer=40)) == Verdict.FINER


def test_a_broader_answer_breaks_nothing() -> None:
    assert judging.p_of_mistakes(findings(broader=40)) == 1
    assert judging.judge(findings(fixed=30, broader=3)) == Verdict.BETTER


@pytest.mark.parametrize(
    "counts", [{"fixed": 3}, {"broken": 30}, {"broader": 40}, {"fixed": 30, "lost": ["taxi"]}]
)
def test_nobody_is_urged_to_what_is_in_doubt(counts: dict[str, Any]) -> None:
    assert not judging.is_recommended(findings(**counts))


def test_what_is_better_without_forgetting_anything_is_recommended() -> None:
    assert judging.is_recommended(findings(fixed=30))
    assert not judging.is_doubtful(findings(fixed=30))
    assert judging.is_doubtful(findings(fixed=30, lost=["taxi"]))
