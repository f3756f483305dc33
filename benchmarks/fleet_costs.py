"""What the plan of benchmarks/fleet.py reckons with: figures that were measured, each with the
words of the document it comes from, and assumptions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """value: as the quote has it. page: below docs/. quote: words of that page."""

    value: float
    unit: str
    page: str
    quote: str


@dataclass(frozen=True)
class Assumed:
    value: float
    unit: str
    why: str


_BENCHMARKS, _ENGINES = "benchmarks.md", "decisions/engines.md"
_SQLITE, _CLOSER = "decisions/sqlite-by-default.md", "decisions/closer-look.md"
_CLOSER_COSTS = "59 a second instead of 268 for one process"

MEASURED = {
    "16 clients, two cores": Measured(
        126.6, "photos/s", _BENCHMARKS, "16 clients 126.0 and 126.6 photos a second"
    ),
    "predictor": Measured(
        7.7, "ms", _BENCHMARKS, "a photo takes the predictor 7.7 ms of processor time"
    ),
    "decoding alone, two cores": Measured(
        936, "photos/s", _ENGINES, "Decoding alone runs at 936 photos a second"
    ),
    "network alone, two cores": Measured(
        663, "photos/s", _ENGINES, "the forward pass alone at 663"
    ),
    "with the closer look, two cores": Measured(59, "photos/s", _CLOSER, _CLOSER_COSTS),
    "without, two cores": Measured(268, "photos/s", _CLOSER, _CLOSER_COSTS),
    "finder, two cores": Measured(
        7, "ms", _CLOSER, "7 of the 14 milliseconds a photo are the finder's forward pass"
    ),
    "claim of 16, PostgreSQL": Measured(4.65, "ms", _BENCHMARKS, "| claim of 16 | 4.65 ms"),
    "uploads, PostgreSQL, 4 writers": Measured(
        1_000, "rows/s", _SQLITE, "| | 4 | 1,000 | 19,000 | 5,000 |"
    ),
    "claimed and stored, PostgreSQL, 4 writers": Measured(
        5_000, "rows/s", _SQLITE, "| | 4 | 1,000 | 19,000 | 5,000 |"
    ),
    "statements of an upload": Measured(8, "", _BENCHMARKS, "| statements of an upload | 8 |"),
    "statements of a claim": Measured(4, "", _BENCHMARKS, "| statements of a claim of 16 | 4 |"),
    "statements of storing": Measured(
        8, "", _BENCHMARKS, "| statements of storing 16 answers | 8 |"
    ),
    "Redis, an upload": Measured(4, "", _BENCHMARKS, "| commands to Redis, an upload | 4 |"),
    "Redis, a batch": Measured(1, "", _BENCHMARKS, "| commands to Redis, 16 answers | 1 |"),
    "database": Measured(4_601, "bytes", _BENCHMARKS, "| database, a photo | 4,601 bytes |"),
    "embedding": Measured(2_560, "bytes", _BENCHMARKS, "| of that its embedding | 2,560 bytes |"),
    "decoding 12 megapixels": Measured(
        22, "ms", _BENCHMARKS, "| decoding a JPEG of 12 megapixels, 2.4 MB | 22 ms |"
    ),
    "sha256 of 2.4 MB": Measured(1.2, "ms", _BENCHMARKS, "| its sha256 | 1.2 ms |"),
    "hashes compared": Measured(
        0.9, "ms", _BENCHMARKS, "| a perceptual hash beside a million others | 0.9 ms |"
    ),
    "indexes": Measured(1_302, "bytes", "decisions/ten-million-rows.md", "1,302 bytes a photo"),
    "hash in memory": Measured(24, "bytes", "decisions/near-duplicates.md", "24 bytes a photo"),
    "labelled photo in memory": Measured(1, "KB", "operations.md", "1 KB for each labelled photo"),
    "fine-tuning": Measured(
        84, "ms", "decisions/fine-tuning.md", "a step of Lite0 took 84 ms a photo"
    ),
}

ASSUMED = {
    "photo": Assumed(2.4, "MB", "a JPEG of 12 megapixels, as telephones make them"),
    "web, further": Assumed(
        3, "ms", "receiving and writing 2.4 MB and handing them to the bucket, beside the sha256"
    ),
    "analyst, further": Assumed(
        8, "ms", "scaling and storing a thumbnail, its hash, the nearest labelled photos, rows"
    ),
    "thumbnail": Assumed(20, "KB", "320 pixels; the analyst draws one of every photo"),
    "preview": Assumed(15, "KB", "150 KB, of one photo in ten that somebody opens"),
    "labelled": Assumed(0.001, "of the photos", "more than that nobody looks at"),
    "epochs": Assumed(10, "", "of a fine-tuning, over all labelled photos, on a processor"),
    "GPU": Assumed(
        2_000, "photos/s", "forward passes a GPU; no machine with a GPU was at hand to measure it"
    ),
    "database machine": Assumed(
        4,
        "times",
        "what 16 cores and their own disk write, beside the two busy cores measured; the table "
        "there had one index, Ark's have many",
    ),
    "database disk": Assumed(10, "TB", "of a database machine"),
    "storage machine": Assumed(200, "TB", "of files a storage machine, copies already taken off"),
    "memory": Assumed(64, "GB", "of a machine"),
    "Redis": Assumed(100_000, "commands/s", "what one Redis carries"),
    "listing": Assumed(50, "ms", "a request that lists 1,000 keys of a bucket, as S3 allows"),
    "night": Assumed(8, "h", "in which the nightly check of the storage is to end"),
    "training": Assumed(7, "days", "a fine-tuning may take"),
}

CORES = 16  # of a machine
BATCH = 16
LEASE_S = 60.0
_ON_CORES = 2  # the machine of the measurements


def measured(name: str) -> float:
    return MEASURED[name].value


def assumed(name: str) -> float:
    return ASSUMED[name].value


def small_web_ms() -> float:
    """Of a photo as small as the benchmark's: what the predictor leaves of two cores that are busy.
    The clients of the measurement are in it, so it is rather too much."""
    return _ON_CORES * 1000 / measured("16 clients, two cores") - measured("predictor")


def small_decoding_ms() -> float:
    return _ON_CORES * 1000 / measured("decoding alone, two cores")


def network_ms() -> float:
    return _ON_CORES * 1000 / measured("network alone, two cores")


def closer_look_ms() -> float:
    """Of an ordinary photo, mean; nine in ten get it at once, the others in the background."""
    with_it, without = measured("with the closer look, two cores"), measured("without, two cores")
    return _ON_CORES * 1000 * (1 / with_it - 1 / without)


def web_ms() -> float:
    return small_web_ms() + measured("sha256 of 2.4 MB") + assumed("web, further")


def predictor_ms(on_gpu: bool = False) -> float:
    """Of processors, the closer look included. On a GPU recogniser and finder take none of them."""
    larger = measured("decoding 12 megapixels") - small_decoding_ms()
    on_processors = measured("predictor") + larger + closer_look_ms()
    finder_ms = _ON_CORES * measured("finder, two cores")
    return on_processors - (network_ms() + finder_ms if on_gpu else 0.0)


def analyst_ms(stored: float) -> float:
    """Of a new photo, beside as many stored ones."""
    alone = measured("decoding 12 megapixels") + assumed("analyst, further")
    return alone + measured("hashes compared") * stored / 1e6


def redis_commands() -> float:
    """A photo, in full batches."""
    return measured("Redis, an upload") + measured("Redis, a batch") / BATCH


def statements(batch: int) -> float:
    """A photo, in batches of so many, the beginning and end of transactions counted."""
    of_a_batch = measured("statements of a claim") + measured("statements of storing")
    return measured("statements of an upload") + of_a_batch / batch


def transactions(batch: int) -> float:
    return 1 + 2 / batch


def writable_per_s() -> float:
    """Photos a second that one PostgreSQL takes: each is uploaded, and claimed and stored in
    full batches."""
    one = measured("uploads, PostgreSQL, 4 writers")
    other = measured("claimed and stored, PostgreSQL, 4 writers")
    return assumed("database machine") / (1 / one + 1 / other)
