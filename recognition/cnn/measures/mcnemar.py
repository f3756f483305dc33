"""Whether two versions differ by more than chance. Nothing but arithmetic: pages may ask."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=256)  # of 18,000 photos it takes 0.1 s
def mcnemar_p(fixed: int, broken: int) -> float:
    """McNemar's exact test: how likely a difference as large as this is by chance alone.

    fixed, broken: how many photos only the one version, or only the other, has right. If both
    were equally good, either would be a coin's throw (two-sided binomial test).
    """
    if fixed == broken:
        return 1.0
    throws = fixed + broken
    ways = found = 1  # of throwing 0 heads
    for heads in range(1, min(fixed, broken) + 1):
        ways = ways * (throws - heads + 1) // heads
        found += ways
    return min(1.0, 2 * found / (1 << throws))  # whole numbers until here: none is too large
