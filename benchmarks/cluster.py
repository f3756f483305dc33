"""How much quicker two predictors are than one, on hosts of their own with one core each.

    python -m benchmarks.cluster [--photos 400] [--rounds 3] [--record]

The cluster is that of `make cluster`, as root. Predictors that have loaded the network stand still
while photos are uploaded and copies of the originals are laid beside them; then one, or both, go on
until nothing waits. So nobody uploads while the clock runs, and the S3 server, which here would
share the two cores, is not asked. PostgreSQL is, so on two cores the predictors do not have all of
them. `--record` writes the table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks import corpus
from benchmarks.recording import as_table, record
from tests.cluster.hosts import slowed
from tests.cluster.machines import Cluster, Machine, cluster
from tests.support.instance import Api, wait_until

_AT_ONCE = 50  # photos of one request
_WAITING = "SELECT count(*) FROM recognition_prediction WHERE state <> 'done'"
_TICKS = os.sysconf("SC_CLK_TCK")


class Drained(NamedTuple):
    """processor_ms: of the predictors, for each photo."""

    photos_per_s: float
    processor_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    try:
        with cluster(ARK_SWEEP_S="1", ARK_LEASE_S="60") as machines:
            machines.prepare(None)
            machines.start()
            seen = measure(machines, options.photos, options.rounds)
    except pytest.skip.Exception as error:
        raise SystemExit(f"{error}.") from error
    table = as_table(("predictors", "photos/s", "of one", "processor time a photo"), told(seen))
    print(table)
    if options.record:
        how = f"medians of {options.rounds} rounds, {options.photos} photos"
        record("cluster", how, table)


def measure(machines: Cluster, photos: int, rounds: int) -> dict[int, list[Drained]]:
    """By how many predictors there were. They take turns, because machines drift."""
    _name, api = machines.new_uploader()
    both = [machines.predictor_a, machines.predictor_b]
    for core, machine in enumerate(both):
        pin(machine, core % (os.cpu_count() or 1))
    drain(machines, api, both, photos // 4)  # warm
    seen = defaultdict(list)
    for _ in range(rounds):
        for working in (both[:1], both):
            seen[len(working)].append(drain(machines, api, working, photos))
    return seen


def drain(machines: Cluster, api: Api, working: Sequence[Machine], photos: int) -> Drained:
    """Upload photos while all predictors stand still, and let these predict them."""
    resting = {machine: slowed(machine.host.processes(), runs=0) for machine in machines.predictors}
    files = corpus.photos(corpus.default_folder(), photos)
    with ExitStack() as all_others:
        stopped = ExitStack()
        for machine, pause in resting.items():
            (stopped if machine in working else all_others).enter_context(pause)
        with stopped:
            for first in range(0, photos, _AT_ONCE):
                api.upload_many(files[first : first + _AT_ONCE])
            copy_originals(machines)
            before_s = sum(processor_s(machine) for machine in working)
        began_s = time.perf_counter()
        wait_until(lambda: machines.rows(_WAITING) == [(0,)], timeout_s=600)
        seconds = time.perf_counter() - began_s
        used_s = sum(processor_s(machine) for machine in working) - before_s
    return Drained(photos / seconds, 1000 * used_s / photos)


def copy_originals(machines: Cluster) -> None:
    """From the bucket onto the hosts of the predictors, as after they were fetched."""
    for found in machines.objects.objects.filter(Prefix="originals/"):
        places = [one.host.folder / "home" / "media" / found.key for one in machines.predictors]
        if not places[0].exists():
            content = found.get()["Body"].read()
            for place in places:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)


def pin(machine: Machine, core: int) -> None:
    for pid in machine.host.processes():
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


def processor_s(machine: Machine) -> float:
    """That all its processes have used."""
    seconds = 0.0
    for pid in machine.host.processes():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / _TICKS
    return seconds


def told(seen: dict[int, list[Drained]]) -> list[tuple[str, ...]]:
    rate = {
        count: statistics.median(each.photos_per_s for each in drained)
        for count, drained in seen.items()
    }
    return [
        (
            f"{count}",
            f"{rate[count]:.1f}",
            f"{rate[count] / rate[1]:.2f}",
            f"{statistics.median(each.processor_ms for each in drained):.1f} ms",
        )
        for count, drained in sorted(seen.items())
    ]


if __name__ == "__main__":
    main()
