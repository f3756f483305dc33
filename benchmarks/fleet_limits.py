"""Where Ark breaks first, by so many photos a day: each thing of which there is one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import fleet_costs as costs
from benchmarks.fleet_costs import assumed, measured

_DAY_S = 86_400
_NEVER_DAYS = 10 * 365  # what lasts longer is not looked at here


@dataclass(frozen=True)
class Limit:
    """lasts: days until it breaks, by photos a day and the factor of the peak; 0: at once."""

    name: str
    lasts: Callable[[float, float], float]
    breaks: str
    instead: str


def _writer(a_day: float, peak: float) -> float:
    return 0.0 if peak * a_day / _DAY_S > costs.writable_per_s() else math.inf


def _redis(a_day: float, peak: float) -> float:
    commands = peak * a_day / _DAY_S * costs.redis_commands()
    return 0.0 if commands > assumed("Redis") else math.inf


def _rows(a_day: float, _peak: float) -> float:
    """Until the indexes no longer fit into memory."""
    return assumed("memory") * 1e9 / (a_day * measured("indexes"))


def _disk(a_day: float, _peak: float) -> float:
    return assumed("database disk") * 1e12 / (a_day * measured("database"))


def _analyst_time(a_day: float, _peak: float) -> float:
    """Until a day's photos take it more than a day: each is compared with all that are there."""
    left_ms = 1000 * _DAY_S / a_day - costs.analyst_ms(0)
    return max(0.0, left_ms / measured("hashes compared") * 1e6 / a_day)


def _analyst_memory(a_day: float, _peak: float) -> float:
    labelled = assumed("labelled") * 1000 * measured("labelled photo in memory")
    return assumed("memory") * 1e9 / (a_day * (measured("hash in memory") + labelled))


def _listing(a_day: float, _peak: float) -> float:
    """Until the night is over before all keys are listed: an original and a thumbnail a photo."""
    requests = assumed("night") * 3600 * 1000 / assumed("listing")
    return requests * 1000 / (2 * a_day)


def _trainer(a_day: float, _peak: float) -> float:
    photos = assumed("training") * _DAY_S * 1000 / (measured("fine-tuning") * assumed("epochs"))
    return photos / (a_day * assumed("labelled"))


LIMITS = (
    Limit(
        "rows of predictions",
        _rows,
        "their indexes no longer fit into memory, up to which a page costs a few random reads; ten "
        "million rows are measured, more are not",
        "more memory, fewer indexes; then an Ark with its own database for each share of the "
        "owners; reading on replicas",
    ),
    Limit(
        "the analyst's time",
        _analyst_time,
        "one process looks at every photo, and compares its hash with all others",
        "photos shared among analysts by owner, under leases; an index of hashes in place of going "
        "through all",
    ),
    Limit(
        "the analyst's memory",
        _analyst_memory,
        "hashes of all photos and embeddings of all labelled ones are in it",
        "a vector index beside the database (pgvector, faiss on disk), for some owners each",
    ),
    Limit(
        "the nightly listing",
        _listing,
        "the storage check lists all keys of the bucket, one request after the other",
        "the bucket's own inventory in place of listing; a part of the keys each night",
    ),
    Limit(
        "the database's disk",
        _disk,
        "all rows and embeddings are on one machine",
        "embeddings of photos without a label as files in the bucket; sharding by owner",
    ),
    Limit(
        "one trainer",
        _trainer,
        "a fine-tuning goes through all labelled photos on one machine",
        "GPUs, several processes a run (torchrun); a sample of the labelled photos",
    ),
    Limit(
        "one PostgreSQL that writes",
        _writer,
        "at the peak it would have to store more photos a second than it can",
        "sharding by owner: an Ark with its own database and queue for each share of the owners",
    ),
    Limit(
        "one Redis",
        _redis,
        "at the peak it would get more commands a second than it can answer",
        "one for each shard of owners",
    ),
)


def first(a_day: float, peak: float) -> Limit:
    return min(LIMITS, key=lambda limit: limit.lasts(a_day, peak))


def said(days: float) -> str:
    if days < 1:
        return "at once" if days == 0 else "within a day"
    if days > _NEVER_DAYS:
        return "no" if math.isinf(days) else "after 10 years"
    return f"day {math.ceil(days):,}"
