"""The benchmark of the cluster compares the rates of predictors with that of one."""

from __future__ import annotations

from benchmarks import cluster
from benchmarks.cluster import Drained


def test_medians_are_compared() -> None:
    seen = {
        1: [Drained(10.0, 50.0), Drained(20.0, 52.0), Drained(12.0, 51.0)],
        2: [Drained(18.0, 51.0), Drained(24.0, 53.0), Drained(21.0, 60.0)],
    }
    assert cluster.told(seen) == [
        ("1", "12.0", "1.00", "51.0 ms"),
        ("2", "21.0", "1.75", "53.0 ms"),
    ]
