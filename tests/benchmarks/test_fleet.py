"""The plan for very many photos: what it reckons with stands in the documents, machines follow the
photos, and the document shows what the program says."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import fleet, fleet_costs, fleet_limits
from benchmarks.fleet import Plan
from benchmarks.recording import DOCS, SCALING, put, recorded
from webapp.home import BASE_DIR

MILLION, BILLION = 1e6, 1e9


@pytest.mark.parametrize("name", fleet_costs.MEASURED)
def test_each_measured_figure_is_quoted_from_a_document(name: str) -> None:
    figure = fleet_costs.MEASURED[name]
    text = " ".join((DOCS / figure.page).read_text().split())
    assert figure.quote in text
    assert f"{figure.value:,g}" in re.findall(r"\d[\d,]*(?:\.\d+)?", figure.quote)


def test_the_document_shows_what_the_program_says() -> None:
    assert recorded("fleet", SCALING) == fleet.page(fleet.PEAK, fleet.UTILISATION)


def test_it_needs_neither_django_nor_a_network() -> None:
    program = """
import sys
import benchmarks.fleet
loaded = [name for name, module in sys.modules.items() if getattr(module, "__file__", None)]
print(*{name.split(".")[0] for name in loaded})
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    foreign = set(run.stdout.split()) - sys.stdlib_module_names - {"__main__"}
    assert {name for name in foreign if not name.startswith("_")} == {"benchmarks", "numpy"}


@pytest.mark.parametrize("peak", [1.0, 2.0, 3.0, 8.0])
def test_a_day_has_its_photos_and_its_peak(peak: float) -> None:
    rates = fleet.day(MILLION, peak)
    assert rates.mean() * 86_400 == pytest.approx(MILLION)
    assert rates.max() / rates.mean() == pytest.approx(peak, rel=1e-3)
    assert rates.min() > 0


def test_machines_follow_the_photos() -> None:
    small, large = Plan(BILLION), Plan(10 * BILLION)
    for milliseconds in (fleet_costs.web_ms(), fleet_costs.predictor_ms()):
        assert large.cores(milliseconds) == pytest.approx(10 * small.cores(milliseconds))
        assert abs(large.machines(milliseconds) - 10 * small.machines(milliseconds)) <= 10
    assert abs(large.storage_machines - 10 * small.storage_machines) <= 10
    assert large.all_machines == pytest.approx(10 * small.all_machines, rel=0.01)


def test_a_higher_peak_and_less_use_need_more_machines() -> None:
    milliseconds = fleet_costs.predictor_ms()
    usual = Plan(BILLION).machines(milliseconds)
    assert Plan(BILLION, peak=6).machines(milliseconds) == pytest.approx(2 * usual, rel=0.02)
    assert Plan(BILLION, utilisation=0.35).machines(milliseconds) == pytest.approx(
        2 * usual, rel=0.02
    )


def test_full_batches_need_fewer_transactions_than_photos_one_by_one() -> None:
    assert fleet_costs.transactions(1) == 3  # uploaded, claimed, stored
    assert fleet_costs.transactions(16) == 1.125
    assert Plan(86_400e3, peak=1.0).in_batches(fleet_costs.transactions) == "1,125 to 3,000"


def test_few_photos_still_have_a_machine_that_takes_over() -> None:
    plan = Plan(1000)
    assert plan.machines(fleet_costs.web_ms()) == 2
    assert plan.gpu_machines == plan.database_machines == plan.redis_machines == 2


def test_a_gpu_takes_the_networks_from_the_processors_and_nothing_else() -> None:
    saved = fleet_costs.predictor_ms() - fleet_costs.predictor_ms(on_gpu=True)
    assert 0 < saved < fleet_costs.predictor_ms() - fleet_costs.measured("decoding 12 megapixels")


@pytest.mark.parametrize("limit", fleet_limits.LIMITS, ids=lambda limit: limit.name)
def test_nothing_breaks_later_with_more_photos(limit: fleet_limits.Limit) -> None:
    days = [limit.lasts(a_day, 3.0) for a_day in (1e3, 1e6, 1e7, 1e9, 1e11)]
    assert days == sorted(days, reverse=True)
    assert days[0] > 365
    assert days[-1] < 1


def test_the_single_writer_breaks_where_the_peak_passes_it() -> None:
    writer = next(limit for limit in fleet_limits.LIMITS if "writes" in limit.name)
    most = fleet_costs.writable_per_s() * 86_400 / 3
    assert writer.lasts(0.99 * most, 3.0) == math.inf
    assert writer.lasts(1.01 * most, 3.0) == 0


def test_days_are_said_in_words() -> None:
    assert [fleet_limits.said(days) for days in (0.0, 0.5, 9.2, 1e5, math.inf)] == [
        *("at once", "within a day", "day 10", "after 10 years", "no")
    ]


def test_a_table_replaces_what_stood_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- part -->\nold\n<!-- end -->\nafter\n")
    put("part", "new", page)
    assert page.read_text() == "before\n<!-- part -->\nnew\n<!-- end -->\nafter\n"
    assert recorded("part", page) == "new"
    with pytest.raises(SystemExit):
        put("other", "new", page)
