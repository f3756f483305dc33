"""What work beside it costs a predictor: as a thread, as a process, as a process that gives way.

    python -m benchmarks.company VERSION [--photos FOLDER] [--rounds 3]

VERSION is a folder of a models store. A photo at a time, with pauses, as lone uploads come. The
work is what analyst and teacher do: Python over rows, and NumPy over embeddings.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import multiprocessing
import os
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import corpus
from benchmarks.recording import as_table
from recognition.cnn.serving.classifier import Classifier

PHOTOS, PAUSE_S = 60, 0.03
Company = Callable[[Callable[[], None]], contextlib.AbstractContextManager[None]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", type=Path)
    parser.add_argument("--photos", type=Path, default=corpus.default_folder())
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    contents = [content for _name, content in corpus.photos(options.photos, PHOTOS)]
    taken_ms: dict[tuple[str, str], list[float]] = defaultdict(list)
    with Classifier.load(options.version) as classifier:
        for _ in range(options.rounds):
            for case, work, company in cases():
                with company(work):
                    taken_ms[case] += latencies_ms(classifier, contents)
    print(
        as_table(
            ("beside it", "work", "p50", "p95"), [row(*figures) for figures in taken_ms.items()]
        )
    )


def cases() -> Iterator[tuple[tuple[str, str], Callable[[], None], Company]]:
    yield ("nothing", ""), count_rows, nobody
    for name, work in (("Python", count_rows), ("NumPy", compare_embeddings)):
        yield ("a thread", name), work, in_thread
        yield ("a process", name), work, in_process
        yield ("a process of lowest priority", name), work, in_low_process


def latencies_ms(classifier: Classifier, contents: list[bytes]) -> list[float]:
    taken = []
    for content in contents:
        time.sleep(PAUSE_S)
        began_s = time.perf_counter()
        classifier.predict([content])
        taken.append((time.perf_counter() - began_s) * 1000)
    return taken


def row(case: tuple[str, str], taken_ms: list[float]) -> tuple[str, ...]:
    p95 = statistics.quantiles(taken_ms, n=20)[-1]
    return (*case, f"{statistics.median(taken_ms):.1f} ms", f"{p95:.1f} ms")


def count_rows() -> None:
    """Some milliseconds of Python."""
    Counter(f"{number % 97}" for number in range(20_000)).most_common(5)


def compare_embeddings() -> None:
    """Some milliseconds of matrix multiplication, for which NumPy lets go of the interpreter."""
    embeddings = np.ones((2000, 1280), np.float32)
    embeddings @ embeddings[:200].T


@contextlib.contextmanager
def nobody(_work: Callable[[], None]) -> Iterator[None]:
    yield


@contextlib.contextmanager
def in_thread(work: Callable[[], None]) -> Iterator[None]:
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            work()

    thread = threading.Thread(target=go_on)
    thread.start()
    yield
    over.set()
    thread.join()


@contextlib.contextmanager
def in_process(work: Callable[[], None], niceness: int = 0) -> Iterator[None]:
    process = multiprocessing.get_context("spawn").Process(target=go_on, args=(work, niceness))
    process.start()
    time.sleep(1)  # until it has begun
    yield
    process.kill()
    process.join()


def in_low_process(work: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
    return in_process(work, 19)


def go_on(work: Callable[[], None], niceness: int) -> None:
    """As the analyst does: see `yield_to_others` of the product."""
    os.setsid()
    os.nice(niceness)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))
    for _ in itertools.repeat(None):
        work()


if __name__ == "__main__":
    main()
