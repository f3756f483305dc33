"""Whether two versions differ by more than chance. Nothing but arithmetic: pages may ask."""

from __future__ import annotations


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
    return min(1.0, 2 * found / 2**throws)  # whole numbers until here: none is too large
