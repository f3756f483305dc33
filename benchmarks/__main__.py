"""`make bench`: how fast Ark is, beside references that are measured in the same run.

    python -m benchmarks [--photos FOLDER] [--ordinary FOLDER] [--count 1000] [--record]

--ordinary, or the variable ARK_BENCH_ORDINARY: photos as people take them, many of which need a
closer look. All other figures are of photos that the network is sure of at first sight: what a
closer look costs stands beside them.
The references: one process that decodes and predicts and does nothing else (also with plain
PyTorch), and a peer, LitServe with the same network on OpenVINO, which stores nothing; once as it
comes, once tuned. With DATABASE_URL in the environment Ark uses that database, which should be
empty. `--record` writes the table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import corpus, load, resident
from benchmarks.peer_client import Peer
from benchmarks.photo_sets import PhotoSets, sort_out
from benchmarks.product import CLIENTS, Product
from benchmarks.recording import as_table, record
from tests.support.instance import free_port, running, wait_until

ROOT = Path(__file__).resolve().parents[1]
# What is measured / against what, Ark's figure, the reference's, their ratio, the budget.
Row = tuple[str, str, str, str, str]
PEER_PYTHON = ROOT / ".venv-peer" / "bin" / "python"
ROUNDS = 5
LONE_PHOTOS = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=corpus.default_folder())
    ordinary = os.environ.get("ARK_BENCH_ORDINARY")
    parser.add_argument("--ordinary", type=Path, default=ordinary and Path(ordinary))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ark-bench-") as folder:
        bench = Bench(Path(folder), options.count)
        rows = bench.measure(options.photos, options.ordinary, options.rounds)
    table = as_table(("what", "Ark", "reference", "ratio", "budget"), rows)
    print(table)
    if options.record:
        how = f"medians of {options.rounds} rounds, {options.count} photos, {bench.database}"
        record("make bench", how, table)


class Bench:
    """Ark and its references take turns, because machines drift; the medians are compared."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._count = folder, count
        self._store = folder / "models_store"
        self._figures: dict[str, list[float]] = defaultdict(list)
        url = os.environ.get("DATABASE_URL")
        self._settings = {"DATABASE_URL": url} if url else {}
        self.database = "PostgreSQL" if url else "SQLite"

    def measure(self, photos: Path, ordinary: Path | None, rounds: int) -> list[Row]:
        with running(self._folder / "home", self._store, **self._settings) as instance:
            rest_mb = resident.at_rest_mb(instance)
            product = Product(instance)
            sets = sort_out(product, photos, ordinary, self._folder)
            product.bulk_per_s(corpus.photos(sets.sure, 64))  # warm
            for _ in range(rounds):
                self._round(product, sets)
            web_mb, predictor_mb = product.memory_mb("web"), product.memory_mb("predictor")
        return [
            *self._rows(),
            ("memory of a web process, the largest", f"{web_mb:.0f} MB", "", "", "150 MB"),
            ("memory of the predictor", f"{predictor_mb:.0f} MB", "", "", "1200 MB"),
            ("memory of all but web and Redis, at rest", f"{rest_mb:.0f} MB", "", "", "1200 MB"),
        ]

    def _round(self, product: Product, sets: PhotoSets) -> None:
        alone = one_process(self._store / "1", sets.sure)
        self._figures["limit"].append(alone["product"]["overlapped"])
        self._figures["eager"].append(alone["eager"]["overlapped"])
        self._bulk("bulk", product, sets.sure)
        if sets.ordinary:
            alone = one_process(self._store / "1", sets.ordinary, "--no-eager")
            self._figures["ordinary limit"].append(alone["product"]["overlapped"])
            self._bulk("ordinary bulk", product, sets.ordinary)
        for name, folder in (("sure", sets.sure), ("closer", sets.closer)):
            if folder:
                few = corpus.photos(folder, LONE_PHOTOS)
                self._figures[f"{name} lone"].append(product.lone_ms(few))
        product.rest()
        self._ark(product, sets.sure)
        for name in ("plain", "tuned"):
            with peer(self._store / "1", name) as server:  # not running while others are measured
                server.lone_ms(corpus.photos(sets.sure, 10))  # warm
                many = corpus.photos(sets.sure, self._count // 2)
                self._figures[f"{name} single"].append(server.single_per_s(many))
                few = corpus.photos(sets.sure, LONE_PHOTOS)
                self._figures[f"{name} lone"].append(server.lone_ms(few))

    def _bulk(self, name: str, product: Product, photos: Path) -> None:
        many = corpus.photos(photos, self._count)
        per_s, web_ms, predictor_ms = product.processor_ms(product.bulk_per_s, many)
        self._note(name, per_s=per_s, web_ms=web_ms, predictor_ms=predictor_ms)
        product.rest()

    def _ark(self, product: Product, photos: Path) -> None:
        many = corpus.photos(photos, self._count // 2)
        single, web_ms, predictor_ms = product.processor_ms(product.single, many)
        self._note("single", **single._asdict(), web_ms=web_ms, predictor_ms=predictor_ms)
        self._note("single", tail=single.p99_ms / single.median_ms)
        product.rest()
        self._figures["ark lone"].append(product.lone_ms(corpus.photos(photos, LONE_PHOTOS)))
        product.rest()

    def _note(self, name: str, **figures: float) -> None:
        for what, figure in figures.items():
            self._figures[f"{name} {what}"].append(figure)

    def _rows(self) -> list[Row]:
        median = {name: statistics.median(values) for name, values in self._figures.items()}
        many, lone = f"{CLIENTS} clients, a photo a request", "a lone photo"
        sure, alone = f"{self._count} photos that are sure at once", "one process alone"
        rows = [per_s(f"{sure} / {alone}", median["bulk per_s"], median["limit"], 0.8)]
        if "ordinary bulk per_s" in median:
            ordinary = f"{self._count} ordinary photos at once / {alone}"
            figures = median["ordinary bulk per_s"], median["ordinary limit"]
            rows.append(per_s(ordinary, *figures, 0.3))
        ark_per_s, ark_ms = median["single per_s"], median["ark lone"]
        rows += [
            per_s(f"{many} / peer", ark_per_s, median["plain single"], 1.3),
            per_s(f"{many} / tuned peer", ark_per_s, median["tuned single"], None),
            ms(f"{lone} / peer", ark_ms, median["plain lone"], "at most 2, or 60 ms"),
            ms(f"{lone} / tuned peer", ark_ms, median["tuned lone"], ""),
        ]
        if "closer lone" in median:
            what = f"{lone} that needs a closer look / one that does not"
            rows.append(ms(what, median["closer lone"], median["sure lone"], "at most 3.5"))
        rows.append(per_s(f"{alone} / plain PyTorch", median["limit"], median["eager"], None))
        return [*rows, *_of_one_photo(median)]


def _of_one_photo(median: dict[str, float]) -> list[Row]:
    """The tail, and processor time a photo: of the web's processes and of the predictor's."""
    tail = f"{median['single tail']:.1f}"
    p99, p50 = median["single p99_ms"], median["single median_ms"]
    rows = [
        (f"{CLIENTS} clients: p99 / median", f"{p99:.0f} ms", f"{p50:.0f} ms", tail, "at most 5")
    ]
    for name, what, budgets in (
        ("single", "a photo a request", (4, 8.5)),
        ("bulk", "many at once", None),
    ):
        parts = median[f"{name} web_ms"], median[f"{name} predictor_ms"]
        for part, spent, place in zip(("web", "predictor"), parts, (0, 1), strict=True):
            budget = f"{budgets[place]} ms" if budgets else ""
            rows.append(
                (f"processor time of the {part}, {what}", f"{spent:.1f} ms", "", "", budget)
            )
    return rows


def per_s(what: str, ark: float, reference: float, at_least: float | None) -> Row:
    budget = f"at least {at_least}" if at_least else ""
    return what, f"{ark:.0f}/s", f"{reference:.0f}/s", f"{ark / reference:.2f}", budget


def ms(what: str, ark: float, reference: float, budget: str) -> Row:
    return what, f"{ark:.0f} ms", f"{reference:.1f} ms", f"{ark / reference:.2f}", budget


def one_process(version: Path, photos: Path, *options: str) -> dict:
    """What one process does alone, with the recogniser only: see benchmarks/cnn/one_process.py."""
    command = [sys.executable, "benchmarks/cnn/one_process.py", str(photos), "--json"]
    command += ["--version", str(version), "--seconds", "3", *options]
    return json.loads(subprocess.check_output(command, cwd=ROOT))


@contextmanager
def peer(version: Path, *options: str) -> Iterator[Peer]:
    """LitServe with the same network, see benchmarks/peer.py."""
    if not PEER_PYTHON.exists():
        raise SystemExit("The peer is not installed: `make bench` does that.")
    port = free_port()
    server = subprocess.Popen(
        [str(PEER_PYTHON), "-m", "benchmarks.peer", str(version), str(port), *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: load.answers(port, "/health"))
        yield Peer(port)
    finally:
        os.killpg(server.pid, 15)
        server.wait()


if __name__ == "__main__":
    main()
