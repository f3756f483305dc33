"""What goes on beside a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def meanwhile(
    *works: Callable[[], object], pause_s: float = 0.0
) -> Iterator[Sequence[BaseException]]:
    """Inside, each of these is done again and again, in a thread of its own, with pauses. An error
    ends all of it, and is raised at the end; who waits for something sees it sooner."""
    over = threading.Event()
    errors: list[BaseException] = []

    def repeat(work: Callable[[], object]) -> None:
        try:
            while not over.wait(pause_s):
                work()
        except BaseException as error:
            errors.append(error)
            over.set()

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield errors
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
