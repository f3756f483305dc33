"""What the processes of an instance take of the memory: at rest, and after one of everything.

    python -m benchmarks.resident [--photos FOLDER] [--record]

An instance of its own, its processes as the Procfile starts them. At rest: started, and nothing
asked of it for a quarter of an hour, after which who had loaded torch begins anew. Everything:
uploads one by one and at once, decisions, a look at why, two lessons with their comparisons. The
first lesson finds a teacher without torch, the second one that has it still: what each takes of the
processor.

A part is its process and all children. Memory that processes share counts once in all (PSS); what
only the process itself has is its own (USS); what is mapped is counted whole in each (RSS).
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import corpus
from benchmarks.looking_inside import Looker
from benchmarks.product import Product
from benchmarks.recording import as_table, record
from tests.support.instance import Api, Instance, running

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("web", "predictor", "analyst", "teacher", "trainer", "explainer")
BACKGROUND = PARTS[1:]
BUDGET_MB, WEB_BUDGET_MB = 1200, 115
PHOTOS = 60
SETTLES_S = 15.0
ASKS_S = 2.0
_LABELS = ("dog", "cat", "bus")


class Memory(NamedTuple):
    """In MB of a million bytes."""

    rss: float
    pss: float
    uss: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=corpus.default_folder())
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ark-bench-") as folder:
        store = Path(folder) / "models_store"
        shutil.copytree(ROOT / "models_store", store)
        with running(Path(folder) / "home", store) as instance:
            rows = measure(instance, options.photos)
    table = as_table(("what", "at rest", "after one of everything", "required at rest"), rows)
    print(table)
    if options.record:
        record("memory", f"{PHOTOS} photos", table)


def measure(instance: Instance, folder: Path) -> list[tuple[str, ...]]:
    time.sleep(SETTLES_S)
    before = {part: of_part(instance, part) for part in PARTS}
    lessons_s = one_of_everything(instance, corpus.photos(folder, PHOTOS))
    time.sleep(SETTLES_S)
    after = {part: of_part(instance, part) for part in PARTS}
    rows = [(f"{part}, PSS", _mb([before[part]]), _mb([after[part]]), "") for part in PARTS]
    largest = (_largest(before["web"]), _largest(after["web"]), f"{WEB_BUDGET_MB} MB")
    rows.append(("the largest web process, RSS", *largest))
    for kind in ("pss", "uss", "rss"):
        both = [_mb([when[part] for part in BACKGROUND], kind) for when in (before, after)]
        required = f"{BUDGET_MB} MB" if kind == "pss" else ""
        rows.append((f"all but web and Redis, {kind.upper()}", *both, required))
    return [*rows, ("a lesson: the first, the next", *(f"{one:.1f} s" for one in lessons_s), "")]


def one_of_everything(instance: Instance, photos: Sequence[tuple[str, bytes]]) -> list[float]:
    """Processor seconds of the two lessons."""
    product, reviewer = Product(instance), instance.api(instance.token_of("rita", "Reviewer"))
    trainer = instance.api(instance.token_of("tina", "Trainer"))
    client, looker = product.new_client(), Looker(instance)
    product.bulk_per_s(list(photos[20:]))
    ids = [str(product.answer(client, photo)["id"]) for photo in photos[:20]]
    for page in ("why", "inside"):
        looker.look(ids[0], page)
    for number, photo in enumerate(reviewer.get("photos/", limit=PHOTOS)["results"]):
        address = f"{reviewer.base}/photos/{photo['id']}/label/"
        label = {"label": _LABELS[number % len(_LABELS)]}
        reviewer.session.put(address, json=label, timeout=60).raise_for_status()
    product.rest()
    return [_lesson_s(instance, trainer) for _ in range(2)]


def _lesson_s(instance: Instance, trainer: Api) -> float:
    [teacher, *_children] = instance.processes("teacher")
    started_s = _processor_s(teacher)
    answer = trainer.session.post(f"{trainer.base}/training-runs/", json={"mode": "teach"})
    answer.raise_for_status()
    address = f"training-runs/{answer.json()['id']}/"
    _wait(lambda: trainer.get(address)["state"] not in ("queued", "running"))
    taken_s = _processor_s(teacher) - started_s
    if trainer.get(address)["state"] != "succeeded":
        raise SystemExit(f"The lesson failed: {trainer.get(address)}")
    _wait(lambda: not _compares(instance))
    return taken_s


def _wait(condition: Callable[[], bool]) -> None:
    """However busy the machine is otherwise; asking now and then takes little of it."""
    while not condition():
        time.sleep(ASKS_S)


def _processor_s(pid: int) -> float:
    """User and system time of all its threads, proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _compares(instance: Instance) -> bool:
    ask = "from recognition.models import Comparison\nprint(Comparison.objects.exclude("
    ask += "state__in=('done', 'failed')).count())"
    return int(instance.manage("shell", "-v", "0", "-c", ask).split()[-1]) > 0


def at_rest_mb(instance: Instance) -> float:
    """PSS of all but web and Redis of an instance that was just started."""
    time.sleep(SETTLES_S)
    return sum(one.pss for part in BACKGROUND for one in of_part(instance, part))


def of_part(instance: Instance, part: str) -> list[Memory]:
    """Of each of its processes."""
    return [one for pid in instance.processes(part) if (one := of_process(pid))]


def of_process(pid: int) -> Memory | None:
    """None if it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    kb = {name: int(rest.split()[0]) for name, rest in (line.split(":") for line in lines)}
    own = kb["Private_Clean"] + kb["Private_Dirty"]
    return Memory(*(1.024e-3 * size for size in (kb["Rss"], kb["Pss"], own)))


def _mb(parts: Sequence[Sequence[Memory]], kind: str = "pss") -> str:
    return f"{sum(getattr(one, kind) for part in parts for one in part):.0f} MB"


def _largest(part: Sequence[Memory]) -> str:
    return f"{max(one.rss for one in part):.0f} MB"


if __name__ == "__main__":
    main()
