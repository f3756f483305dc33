"""`make bench`: how fast Ark is, beside references that are measured in the same run.

    python -m benchmarks [--photos FOLDER] [--count 1000] [--record]

The references: one process that decodes and predicts and does nothing else (also with plain
PyTorch), and a peer, LitServe with the same network on OpenVINO, which stores nothing; once as it
comes, once tuned. `--record` writes the table to docs/benchmarks.md.
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

from benchmarks import corpus, load
from benchmarks.peer_client import Peer
from benchmarks.product import CLIENTS, Product
from benchmarks.recording import as_table, record
from tests.support.instance import free_port, running, wait_until

ROOT = Path(__file__).resolve().parents[1]
# What is measured / against what, Ark's figure, the reference's, their ratio, the budget.
Row = tuple[str, str, str, str, str]
PEER_PYTHON = ROOT / ".venv-peer" / "bin" / "python"
ROUNDS = 3
LONE_PHOTOS = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=corpus.default_folder())
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ark-bench-") as folder:
        rows = measure(Path(folder), options.photos, options.count)
    table = as_table(("what", "Ark", "reference", "ratio", "budget"), rows)
    print(table)
    if options.record:
        record("make bench", f"medians of {ROUNDS} rounds, {options.count} photos", table)


def measure(folder: Path, photos: Path, count: int) -> list[Row]:
    """Ark and its references take turns, because machines drift; the medians are compared."""
    store = folder / "models_store"
    figures: dict[str, list[float]] = defaultdict(list)
    with running(folder / "home", store) as instance:
        product = Product(instance)
        product.bulk_per_s(corpus.photos(photos, 64))  # warm

        def note_single(name: str, server: Product | Peer) -> None:
            many, few = corpus.photos(photos, count // 2), corpus.photos(photos, LONE_PHOTOS)
            figures[f"{name} single"].append(server.single_per_s(many))
            figures[f"{name} lone"].append(server.lone_ms(few))

        for _ in range(ROUNDS):
            alone = one_process(store / "1", photos)
            figures["limit"].append(alone["product"]["overlapped"])
            figures["eager"].append(alone["eager"]["overlapped"])
            figures["bulk"].append(product.bulk_per_s(corpus.photos(photos, count)))
            note_single("ark", product)
            for name in ("plain", "tuned"):
                with peer(store / "1", name) as server:  # not running while others are measured
                    server.lone_ms(corpus.photos(photos, 10))  # warm
                    note_single(name, server)
        web_mb, predictor_mb = product.memory_mb("web"), product.memory_mb("predictor")
    median = {name: statistics.median(values) for name, values in figures.items()}
    many, lone = f"{CLIENTS} clients, a photo a request", "a lone photo"
    return [
        per_s(f"{count} photos at once / one process alone", median["bulk"], median["limit"], 0.7),
        per_s(f"{many} / peer", median["ark single"], median["plain single"], 1.0),
        per_s(f"{many} / tuned peer", median["ark single"], median["tuned single"], None),
        ms(f"{lone} / peer", median["ark lone"], median["plain lone"], "at most 2.5, or 60 ms"),
        ms(f"{lone} / tuned peer", median["ark lone"], median["tuned lone"], ""),
        per_s("one process alone / plain PyTorch", median["limit"], median["eager"], None),
        ("memory of a web process, the largest", f"{web_mb:.0f} MB", "", "", "150 MB"),
        ("memory of the predictor", f"{predictor_mb:.0f} MB", "", "", "1000 MB"),
    ]


def per_s(what: str, ark: float, reference: float, at_least: float | None) -> Row:
    budget = f"at least {at_least}" if at_least else ""
    return what, f"{ark:.0f}/s", f"{reference:.0f}/s", f"{ark / reference:.2f}", budget


def ms(what: str, ark: float, reference: float, budget: str) -> Row:
    return what, f"{ark:.0f} ms", f"{reference:.1f} ms", f"{ark / reference:.2f}", budget


def one_process(version: Path, photos: Path) -> dict:
    """What one process does alone, see benchmarks/cnn/one_process.py."""
    command = [sys.executable, "benchmarks/cnn/one_process.py", str(photos), "--json"]
    command += ["--version", str(version), "--seconds", "3"]
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
