"""How long somebody waits for what the network saw, and what that costs an upload meanwhile.

    python -m benchmarks.looking_inside [--photos FOLDER] [--count 20] [--record]

An instance of its own, its processes as the Procfile starts them. A look is what a browser does: it
opens the page and asks again every quarter of a second until the map, or the walk, is there. The
first look at each page is not counted: the explainer loads the network then. `--record` writes the
table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

from benchmarks import corpus
from benchmarks.product import Product
from benchmarks.recording import as_table, record
from tests.support.instance import PASSWORD, Instance, running

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("web", "redis", "predictor", "explainer")
AGAIN_S = 0.25  # as the pages do
# By the page: what is in it once that is there, and how long that may take.
PAGES = {"why": ("map.webp", "1 s"), "inside": ("walk-stage", "3 s")}
LONE = 20
_PERSON = "benchmark"


class Looker:
    """Somebody who is signed in."""

    def __init__(self, instance: Instance) -> None:
        self._url = instance.url
        self._session = requests.Session()
        address = f"{self._url}/sign-in/"
        form = self._session.get(address, timeout=30).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        name = "login" if 'name="login"' in form else "username"
        fields = {name: _PERSON, "password": PASSWORD}
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        self._session.post(address, fields, headers={"Referer": address}, timeout=30)

    def look(self, photo_id: str, page: str) -> float:
        """Seconds until what the page is about is there."""
        started, is_there = time.perf_counter(), PAGES[page][0]
        address = f"{self._url}/photos/{photo_id}/{page}/"
        while is_there not in self._session.get(address, timeout=60).text:
            time.sleep(AGAIN_S)
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=corpus.default_folder())
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ark-bench-") as folder:
        store = ROOT / "models_store"
        with running(Path(folder) / "home", store, PARTS) as instance:
            rows = measure(instance, options.photos, options.count)
    table = as_table(("what", "median", "longest", "required"), rows)
    print(table)
    if options.record:
        record("looking inside", f"{options.count} photos", table)


def measure(instance: Instance, folder: Path, count: int) -> list[tuple[str, ...]]:
    product = Product(instance)
    looker = Looker(instance)
    client = product.new_client()
    photos = corpus.photos(folder, 2 * (count + 1) + 2 * LONE)
    ids = [str(product.answer(client, photo)["id"]) for photo in photos[: 2 * (count + 1)]]
    product.rest()
    rows = []
    for page, (_sign, required) in PAGES.items():
        first = [looker.look(photo_id, page) for photo_id in ids[: count + 1]][1:]
        again = [looker.look(photo_id, page) for photo_id in ids[1 : count + 1]]
        rows += [(f"{page}, first look", *_figures(first), required)]
        rows += [(f"{page}, second look", *_figures(again), "")]
    lone = photos[-2 * LONE :]
    alone_ms = product.lone_ms(lone[:LONE])
    with _looking(looker, ids[count + 1 :]):
        beside_ms = product.lone_ms(lone[LONE:])
    ratio = f"{beside_ms / alone_ms:.2f}"
    return [*rows, (f"a lone upload meanwhile, of {alone_ms:.0f} ms alone", ratio, "", "2")]


@contextmanager
def _looking(looker: Looker, ids: Sequence[str]) -> Iterator[None]:
    """Inside, one new explanation after another is asked for and worked out."""
    over = threading.Event()

    def look() -> None:
        for photo_id in ids:
            if not over.is_set():
                looker.look(photo_id, "why")

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _figures(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"


if __name__ == "__main__":
    main()
