"""Which photos are seen when: a function of seed and epoch, so that a resumed run sees the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future

import numpy as np
import numpy.typing as npt

_AHEAD = 2  # batches

Pixels = npt.NDArray[np.uint8]


def epoch_batches(
    labelled: Sequence[int], anchors: Sequence[int], batch_size: int, seed: int, epoch: int
) -> list[list[int]]:
    """The epoch's batches: all labelled photos, and of the others at most as many, mixed."""
    random = np.random.default_rng([seed, epoch])
    others = random.permutation(np.array(anchors, np.int64))[: len(labelled)]
    order = random.permutation(np.concatenate([np.array(labelled, np.int64), others])).tolist()
    return [order[first : first + batch_size] for first in range(0, len(order), batch_size)]


def micro_batches(rows: Sequence[int], size: int) -> list[list[int]]:
    """A batch in parts of about equal size, none larger than this."""
    parts = -(-len(rows) // size)
    return [part.tolist() for part in np.array_split(np.array(rows), parts)]


def loaded(
    parts: Sequence[Sequence[int]], load: Callable[[int], Pixels], pool: Executor
) -> Iterator[tuple[list[int], Pixels]]:
    """Each part's rows and pixels (B, crop, crop, 3), prepared while the ones before are used.

    A part of one photo has it twice: batch normalisation cannot learn from one.
    """
    waiting: deque[tuple[list[int], list[Future[Pixels]]]] = deque()
    for part in parts:
        rows = list(part) * 2 if len(part) == 1 else list(part)
        waiting.append((rows, [pool.submit(load, row) for row in rows]))
        if len(waiting) > _AHEAD:
            yield _gathered(*waiting.popleft())
    while waiting:
        yield _gathered(*waiting.popleft())


def _gathered(rows: list[int], pixels: list[Future[Pixels]]) -> tuple[list[int], Pixels]:
    return rows, np.stack([future.result() for future in pixels])
