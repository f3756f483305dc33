"""`make bench`: how fast Ark is, beside references that are measured in the same run.

    python -m benchmarks [--photos FOLDER] [--count 1000] [--record]

The references: one process that decodes and predicts and does nothing else (also with plain
PyTorch), and a peer, LitServe with the same network on OpenVINO, which stores nothing. `--record`
writes the table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from benchmarks import corpus, load
from benchmarks.product import CLIENTS, Product
from tests.instance import free_port, running, wait_until

ROOT = Path(__file__).resolve().parents[1]
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
    table = as_table(rows)
    print(table)
    if options.record:
        record(table, options.count)


def measure(folder: Path, photos: Path, count: int) -> list[tuple[str, str, str, str, str]]:
    """Rows: what, Ark's figure, the reference's, their ratio, the budget.

    Ark and its reference take turns, because machines drift; the medians are compared.
    """
    store = folder / "models_store"
    bulk, single, lone, limit, peer_single, peer_lone = ([] for _ in range(6))
    with running(folder / "home", store) as instance, peer(store / "1") as port:
        product = Product(instance)
        product.bulk_per_s(corpus.photos(photos, 64))  # warm

        def upload_to_peer(client: load.Client, photo: load.Photo) -> bytes:
            return client.post("/predict", "image", photo)

        def new_peer_client() -> load.Client:
            return load.Client(port, {})

        def peer_lone_ms(few: list[load.Photo]) -> float:
            client = new_peer_client()
            return statistics.median(load.latencies_ms(lambda p: upload_to_peer(client, p), few))

        peer_lone_ms(corpus.photos(photos, 10))  # warm
        for _ in range(ROUNDS):
            reference = one_process(store / "1", photos)
            limit.append(reference["product"]["overlapped"])
            bulk.append(product.bulk_per_s(corpus.photos(photos, count)))
            files = corpus.photos(photos, count // 2)
            seconds = load.upload_at_once(new_peer_client, upload_to_peer, files, CLIENTS)
            peer_single.append(len(files) / seconds)
            single.append(product.single_per_s(corpus.photos(photos, count // 2)))
            peer_lone.append(peer_lone_ms(corpus.photos(photos, LONE_PHOTOS)))
            lone.append(product.lone_ms(corpus.photos(photos, LONE_PHOTOS)))
        web_mb, predictor_mb = product.memory_mb("web"), product.memory_mb("predictor")
    eager = reference["eager"]
    return [
        per_s(f"bulk, {count} photos at once; reference: one process alone", bulk, limit, 0.7),
        per_s(f"{CLIENTS} clients, one photo each; reference: the peer", single, peer_single, 1.0),
        lone_row(lone, peer_lone),
        per_s("one process alone; reference: plain PyTorch", limit, [eager["overlapped"]], 1.0),
        ("a web process' memory, the largest", f"{web_mb:.0f} MB", "", "", "150 MB"),
        ("the predictor's memory", f"{predictor_mb:.0f} MB", "", "", "1000 MB"),
    ]


def per_s(
    what: str, ark: list[float], reference: list[float], budget: float
) -> tuple[str, str, str, str, str]:
    ours, theirs = statistics.median(ark), statistics.median(reference)
    ratio = f"{ours / theirs:.2f}"
    return what, f"{ours:.0f}/s", f"{theirs:.0f}/s", ratio, f"at least {budget}"


def lone_row(ark: list[float], reference: list[float]) -> tuple[str, str, str, str, str]:
    ours, theirs = statistics.median(ark), statistics.median(reference)
    what = "a lone upload to its stored prediction; reference: the peer"
    budget = "at most 60 ms, or 2.5"
    return what, f"{ours:.0f} ms", f"{theirs:.0f} ms", f"{ours / theirs:.2f}", budget


def one_process(version: Path, photos: Path) -> dict:
    """What one process does alone, see benchmarks/cnn/one_process.py."""
    command = [sys.executable, "benchmarks/cnn/one_process.py", str(photos), "--json"]
    command += ["--version", str(version), "--seconds", "3"]
    return json.loads(subprocess.check_output(command, cwd=ROOT))


@contextmanager
def peer(version: Path) -> Iterator[int]:
    """The peer with the same network; its port."""
    if not PEER_PYTHON.exists():
        raise SystemExit("The peer is not installed: `make bench` does that.")
    port = free_port()
    server = subprocess.Popen(
        [str(PEER_PYTHON), "-m", "benchmarks.peer", str(version), str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: load.answers(port, "/health"))
        yield port
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def as_table(rows: list[tuple[str, str, str, str, str]]) -> str:
    head = ("what", "Ark", "reference", "ratio", "budget")
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def record(table: str, count: int) -> None:
    """Replace the part of docs/benchmarks.md that `make bench` measures."""
    path = ROOT / "docs" / "benchmarks.md"
    begin, end = "<!-- make bench -->\n", "<!-- end -->"
    before, rest = path.read_text().split(begin)
    after = rest.split(end)[1]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    note = f"{date.today()}, {machine}, medians of {ROUNDS} rounds, {count} photos.\n\n"
    path.write_text(before + begin + note + table + "\n" + end + after)


if __name__ == "__main__":
    main()
