"""The charts of training: what is drawn where, and its text."""

from __future__ import annotations

import math
from typing import Any

from django.template.loader import render_to_string

from recognition.staff.line_charts import LinesChart, lines_chart


def chart(*series: tuple[str, list], **options: Any) -> LinesChart:
    return lines_chart(series, **{"name": "Loss", "x_name": "epoch", "y_name": "loss", **options})


def ticks(drawn: LinesChart) -> tuple[list[str], list[str]]:
    return [tick.text for tick in drawn.x_ticks], [tick.text for tick in drawn.y_ticks]


def test_axes_have_round_numbers() -> None:
    drawn = chart(("a", [(1, 0.93), (10, 0.21)]))
    assert ticks(drawn) == (["2", "4", "6", "8", "10"], ["0.2", "0.4", "0.6", "0.8"])


def test_epochs_are_whole_numbers() -> None:
    assert ticks(chart(("a", [(1, 0.5), (2, 0.4)])))[0] == ["1", "2"]


def test_shares_are_shown_as_percent() -> None:
    drawn = chart(("a", [(1, 0.5), (2, 0.93)]), y_percent=True, y_range=(0, 1))
    assert ticks(drawn)[1][0] == "0\N{NO-BREAK SPACE}%"
    assert ticks(drawn)[1][-1] == "100\N{NO-BREAK SPACE}%"


def test_a_larger_value_stands_higher() -> None:
    low, high = chart(("a", [(1, 0.1), (2, 0.9)])).lines[0].path.split()
    assert float(low.split(",")[1]) > float(high.split(",")[1])


def test_values_that_are_missing_or_not_finite_are_left_out() -> None:
    drawn = chart(("a", [(1, None), (2, math.inf), (3, math.nan), (4, 0.5)]), ("b", [(1, 0.7)]))
    assert [line.path.count(",") for line in drawn.lines] == [1, 1]
    assert drawn.rows == [("1", ["–", "0.700"]), ("4", ["0.500", "–"])]


def test_nothing_yet_is_an_empty_chart() -> None:
    assert chart(("a", [])).rows == []
    assert chart().lines == []


def test_one_value_alone_can_be_drawn() -> None:
    for value in (0.0, 0.5, -3.0, 1e-9, 1e12):
        assert chart(("a", [(1, value)])).lines[0].markers


def test_many_lines_look_different() -> None:
    drawn = chart(*((str(number), [(1, number)]) for number in range(28)))
    assert len({line.style for line in drawn.lines}) == 28


def test_a_long_run_is_thinned_but_keeps_its_last_point() -> None:
    drawn = chart(("a", [(number, 1.0) for number in range(5000)]))
    assert drawn.rows[-1][0] == "4,999"
    assert len(drawn.rows) <= 400


def test_a_chart_can_be_read_without_seeing_it() -> None:
    drawn = chart(("<training>", [(1, 0.25)]), diagonal=True)
    page = render_to_string("staff/_line_chart.html", {"chart": drawn})
    assert 'role="img" aria-label="Loss"' in page
    assert "<caption" in page
    assert "&lt;training&gt;" in page


def test_no_share_above_100_percent_is_on_the_axis() -> None:
    chart = lines_chart([("a", [(1, 1.0)])], name="", x_name="", y_name="", y_percent=True)
    assert chart.y_ticks[-1].text == "100\N{NO-BREAK SPACE}%"
