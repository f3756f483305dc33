"""What a million, ten million and a billion photos a day need: a plan on paper.

    python -m benchmarks.fleet [--peak 3] [--utilisation 0.7] [--record]

Machines, writes, storage, traffic and what breaks first are reckoned from what was measured
(benchmarks/fleet_costs.py says where, and what is only assumed); how long photos wait comes from a
simulation of the predictors' queue (benchmarks/fleet_queue.py). Needs numpy and nothing else, takes
some seconds, and says the same each time. `--record` writes the tables to docs/scaling.md.

peak: what the busiest moment of a day has, as a multiple of the day's mean. utilisation: of the
processors at that moment.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from benchmarks import fleet_costs as costs
from benchmarks import fleet_limits as limits
from benchmarks.fleet_costs import ASSUMED, BATCH, CORES, MEASURED, assumed, measured
from benchmarks.fleet_queue import Predictors, knee, longest_wait_h, percentiles, simulate
from benchmarks.recording import SCALING, as_table, put

SIZES = {"a million": 1e6, "ten million": 1e7, "a billion": 1e9}
PEAK, UTILISATION = 3.0, 0.7
PHOTOS = 20_000  # simulated a figure
UTILISATIONS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
_DIES = 0.001
_DAY_S, _YEAR = 86_400, 365
_MB, _KB = 1e6, 1e3
_PREFIXES = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"))


def day(a_day: float, peak: float, steps: int = 1440) -> npt.NDArray[np.float64]:
    """Photos a second over a day. Its logarithm is a cosine: busy by day, little by night."""
    low, high = 0.0, 50.0
    for _ in range(60):  # the largest value beside the mean grows with the cosine's height
        height = (low + high) / 2
        low, high = (low, height) if np.exp(height) / np.i0(height) > peak else (height, high)
    curve = np.exp(low * np.cos(2 * np.pi * np.arange(steps) / steps))
    return a_day / _DAY_S * curve / curve.mean()


@dataclass(frozen=True)
class Plan:
    """What so many photos a day need. Machines have 16 cores."""

    a_day: float
    peak: float = PEAK
    utilisation: float = UTILISATION

    @cached_property
    def peak_per_s(self) -> float:
        return float(day(self.a_day, self.peak).max())

    def cores(self, milliseconds: float) -> float:
        """That are busy at the peak, if a photo takes so long."""
        return self.peak_per_s * milliseconds / 1000

    def machines(self, milliseconds: float, at_least: int = 2) -> int:
        """Two at least, so that one may fail."""
        needed = self.cores(milliseconds) / (CORES * self.utilisation)
        return max(at_least, math.ceil(needed))

    def in_batches(self, a_photo: Callable[[int], float]) -> str:
        """A second at the peak: in full batches, and one by one."""
        fewest, most = (self.peak_per_s * a_photo(batch) for batch in (BATCH, 1))
        return f"{number(fewest)} to {number(most)}"

    @property
    def gpu_machines(self) -> int:
        """With a GPU each: whichever is busy first, the GPU or the processors beside it."""
        by_gpu = self.peak_per_s / (assumed("GPU") * self.utilisation)
        return max(self.machines(costs.predictor_ms(on_gpu=True)), math.ceil(by_gpu))

    @property
    def shards(self) -> int:
        """Databases that write."""
        return max(1, math.ceil(self.peak_per_s / (costs.writable_per_s() * self.utilisation)))

    @property
    def database_machines(self) -> int:
        """After a year; each with one that takes over."""
        by_disk = self.rows_a_day * _YEAR / (assumed("database disk") * 1e12)
        return 2 * max(self.shards, math.ceil(by_disk))

    @property
    def redis_machines(self) -> int:
        commands = self.peak_per_s * costs.redis_commands()
        return 2 * max(1, math.ceil(commands / (assumed("Redis") * self.utilisation)))

    @property
    def originals_a_day(self) -> float:
        """Bytes, as all that follow."""
        return self.a_day * assumed("photo") * _MB

    @property
    def renditions_a_day(self) -> float:
        return self.a_day * (assumed("thumbnail") + assumed("preview")) * _KB

    @property
    def rows_a_day(self) -> float:
        return self.a_day * measured("database")

    @property
    def embeddings_a_day(self) -> float:
        return self.a_day * measured("embedding")

    @property
    def storage_machines(self) -> int:
        """After a year."""
        kept = (self.originals_a_day + self.renditions_a_day) * _YEAR
        return math.ceil(kept / (assumed("storage machine") * 1e12))

    @property
    def bits_per_s(self) -> float:
        """At the peak: each original goes in, to the bucket, and from there to a predictor and to
        the analyst, who draws the thumbnail."""
        original = 4 * assumed("photo") * _MB
        return 8 * self.peak_per_s * (original + (assumed("thumbnail") + assumed("preview")) * _KB)

    @property
    def analyst_cores(self) -> float:
        """On average, when a year's photos are there and nothing but their number has changed."""
        return self.a_day * costs.analyst_ms(self.a_day * _YEAR) / 1000 / _DAY_S

    @property
    def all_machines(self) -> int:
        """After a year, without analysts and trainers: these have to be built differently first."""
        of_photos = self.machines(costs.web_ms()) + self.machines(costs.predictor_ms())
        return of_photos + self.database_machines + self.redis_machines + self.storage_machines


def quantity(value: float, unit: str) -> str:
    """With two or three digits, and the prefix that fits."""
    factor, prefix = next((each for each in _PREFIXES if value >= each[0]), _PREFIXES[-1])
    value /= factor
    return f"{value:.0f} {prefix}{unit}" if value >= 10 else f"{value:.1f} {prefix}{unit}"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


_NEEDS: tuple[tuple[str, Callable[[Plan], str]], ...] = (
    ("photos a second, mean", lambda plan: number(plan.a_day / _DAY_S)),
    ("photos a second, peak", lambda plan: number(plan.peak_per_s)),
    ("web: cores busy at the peak", lambda plan: number(plan.cores(costs.web_ms()))),
    ("web: machines", lambda plan: f"{plan.machines(costs.web_ms()):,}"),
    ("predictors: cores busy at the peak", lambda plan: number(plan.cores(costs.predictor_ms()))),
    ("predictors: machines", lambda plan: f"{plan.machines(costs.predictor_ms()):,}"),
    ("predictors: machines with a GPU instead", lambda plan: f"{plan.gpu_machines:,}"),
    ("claims a second, peak", lambda plan: plan.in_batches(lambda batch: 1 / batch)),
    ("transactions a second, peak", lambda plan: plan.in_batches(costs.transactions)),
    ("statements a second, peak", lambda plan: plan.in_batches(costs.statements)),
    ("databases that write", lambda plan: f"{plan.shards:,}"),
    ("database machines after a year", lambda plan: f"{plan.database_machines:,}"),
    ("Redis: commands a second", lambda plan: number(plan.peak_per_s * costs.redis_commands())),
    ("Redis: machines", lambda plan: f"{plan.redis_machines:,}"),
    ("originals, a day", lambda plan: quantity(plan.originals_a_day, "B")),
    ("originals, a year", lambda plan: quantity(plan.originals_a_day * _YEAR, "B")),
    ("small pictures, a day", lambda plan: quantity(plan.renditions_a_day, "B")),
    ("small pictures, a year", lambda plan: quantity(plan.renditions_a_day * _YEAR, "B")),
    ("rows with embeddings, a day", lambda plan: quantity(plan.rows_a_day, "B")),
    ("rows with embeddings, a year", lambda plan: quantity(plan.rows_a_day * _YEAR, "B")),
    ("embeddings alone, a year", lambda plan: quantity(plan.embeddings_a_day * _YEAR, "B")),
    ("storage machines after a year", lambda plan: f"{plan.storage_machines:,}"),
    ("network at the peak", lambda plan: quantity(plan.bits_per_s, "bit/s")),
    ("analyst as it is: cores after a year", lambda plan: number(plan.analyst_cores)),
    ("**machines after a year, analysts apart**", lambda plan: f"**{plan.all_machines:,}**"),
)


def needs(peak: float, utilisation: float) -> str:
    plans = [Plan(a_day, peak, utilisation) for a_day in SIZES.values()]
    rows = [(name, *(tell(plan) for plan in plans)) for name, tell in _NEEDS]
    return as_table(("photos a day", *SIZES), rows)


def breaks(peak: float) -> str:
    rows = []
    for limit in limits.LIMITS:
        days = [limits.said(limit.lasts(a_day, peak)) for a_day in SIZES.values()]
        rows.append((limit.name, *days, limit.breaks, limit.instead))
    return as_table(("what there is one of", *SIZES, "why it breaks", "instead"), rows)


def predictors(count: int, dies: float = 0.0) -> Predictors:
    """Processes with a core each, on PostgreSQL. The claim is in the 7.7 ms too, on SQLite."""
    claim_s = measured("claim of 16, PostgreSQL") / 1000
    return Predictors(count, claim_s, costs.predictor_ms() / 1000 - claim_s / BATCH, dies=dies)


def waiting() -> str:
    rows = []
    for count, dies in ((1, 0.0), (4, 0.0), (16, 0.0), (4, _DIES)):
        these = predictors(count, dies)
        figures = [percentiles(these, share, PHOTOS) for share in UTILISATIONS]
        told = [f"{1000 * p50:.0f} / {1000 * p99:,.0f}" for p50, p99 in figures]
        name = f"{count}" + (f", one batch in {1 / dies:,.0f} lost" if dies else "")
        rows.append((name, *told, f"{knee(these, PHOTOS):.2f}" if not dies else ""))
    head = [f"{share:.0%}" for share in UTILISATIONS]
    return as_table(("predictors", *head, "knee"), rows)


def batches() -> str:
    means = [
        simulate(predictors(4), share * predictors(4).most_per_s, PHOTOS).batches.mean()
        for share in UTILISATIONS
    ]
    return ", ".join(
        f"{mean:.1f} at {share:.0%}" for mean, share in zip(means, UTILISATIONS, strict=True)
    )


def patience(peak: float) -> str:
    """What waiting saves: fewer predictors than the peak needs."""
    rates = day(1e6, peak)
    shares = sorted({1.1, 1.25, 1.5, 2.0, peak})
    told = [f"{longest_wait_h(rates, share * rates.mean()):.1f} h" for share in shares]
    head = ("predictors for so many times the mean", *(f"{share:g}" for share in shares))
    return as_table(head, [("longest wait of a day", *told)])


def assumptions() -> str:
    rows = [
        (name, f"{each.value:,g} {each.unit}".strip(), each.why) for name, each in ASSUMED.items()
    ]
    return as_table(("assumed", "figure", "why, or of what"), rows)


def sources() -> str:
    rows = [
        (name, f"{each.value:,g} {each.unit}".strip(), f"[{each.page}]({each.page})")
        for name, each in MEASURED.items()
    ]
    return as_table(("measured", "figure", "where it comes from"), rows)


def page(peak: float, utilisation: float) -> str:
    """The text between the marks in docs/scaling.md."""
    firsts = "; ".join(
        f"at {name} photos a day *{limits.first(a_day, peak).name}*"
        for name, a_day in SIZES.items()
    )
    parts = (
        f"Peak {peak:g} times the mean; processors {utilisation:.0%} busy at the peak.\n"
        f"A photo takes {costs.web_ms():.1f} ms of web and {costs.predictor_ms():.1f} ms of "
        f"predictor, {costs.predictor_ms(on_gpu=True):.1f} beside a GPU.",
        needs(peak, utilisation),
        f"What breaks first: {firsts}.\n"
        "*Day*: of an instance that gets as many photos from its first day on.",
        breaks(peak),
        "Milliseconds from row to stored answer, p50 / p99, by utilisation:",
        waiting(),
        f"Photos a claim, with 4 predictors: {batches()}.",
        patience(peak),
        sources(),
        assumptions(),
    )
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peak", type=float, default=PEAK)
    parser.add_argument("--utilisation", type=float, default=UTILISATION)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    text = page(options.peak, options.utilisation)
    print(text)
    if options.record:
        put("fleet", text, SCALING)


if __name__ == "__main__":
    main()
