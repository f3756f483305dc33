"""What storing, deleting and the background jobs take over very many rows.

    DATABASE_URL=... python -m benchmarks.seed 50000
    DATABASE_URL=... python -m benchmarks.multiply 200
    DATABASE_URL=... python -m benchmarks.upkeep [--rounds 5] [--only TEXT] [--record]

One step of each, in a transaction that is taken back. `--record` writes the table to
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

import numpy as np  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.recording import as_table, record  # noqa: E402
from benchmarks.site_visits import FEW, MANY  # noqa: E402
from recognition.analysis import acceptance, analysis, drift, duplicates, refresher  # noqa: E402
from recognition.cnn.serving.answers import Answer  # noqa: E402
from recognition.cnn.taxonomy import Label as Known  # noqa: E402
from recognition.core import audit, jobs  # noqa: E402
from recognition.labels.tree import LabelTree  # noqa: E402
from recognition.models import Job, Photo, Prediction, State  # noqa: E402
from recognition.notifications import deliveries  # noqa: E402
from recognition.people import profiles  # noqa: E402
from recognition.photos import deletion, erasure, trash  # noqa: E402
from recognition.photos.capture import places  # noqa: E402
from recognition.predictions import backfill, closer_look, queue  # noqa: E402
from recognition.review import reviewed  # noqa: E402
from recognition.review import statistics as figures  # noqa: E402
from recognition.storage import recounting, tables  # noqa: E402
from recognition.versions import registry  # noqa: E402

Step = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="steps whose name holds this")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    rows = []
    for name, step in _steps().items():
        if options.only in name:
            taken = [_milliseconds(step) for _ in range(options.rounds)]
            rows.append((name, f"{statistics.median(taken):,.0f} ms", f"{max(taken):,.0f} ms"))
            print(rows[-1], flush=True)
    table = as_table(("", "median", "most"), rows)
    print(table)
    if options.record:
        how = f"{Photo.objects.count():,} photos, {Prediction.objects.count():,} predictions"
        record(f"upkeep {connection.vendor}", f"{how}, {options.rounds} rounds", table)


def _steps() -> dict[str, Step]:
    many, few = (User.objects.get(username=name) for name in (MANY, FEW))
    version, tree = registry.live_version(), LabelTree()
    newest = list(Photo.objects.filter(owner=many).order_by("-created", "-id")[:100])
    ids = [photo.id for photo in newest]
    middle = Photo.objects.order_by("id").filter(id__gt=_middle_id()).first()
    now = timezone.now()
    return {
        "store 16 answers": lambda: _store(version),
        "delete a photo": lambda: deletion.delete_photo(newest[0], many),
        "delete 100 photos": lambda: deletion.delete_many(ids, many),
        "ask to delete a person, many photos": lambda: erasure.ask(many, None),
        "delete a person: a step, many photos": lambda: _delete_step(many),
        "delete a person: a step, few photos": lambda: _delete_step(few),
        "places: a step, many photos": lambda: _places_step(many),
        "places: a step, few photos": lambda: _places_step(few),
        "empty the trash: what is next": trash.empty_expired,
        "predict again: begin": lambda: _backfill(version),
        "predict again: a step": lambda: _backfill(version, known=True),
        "closer look: claim": lambda: closer_look.claim(version),
        "photos that the analyst has to look at": lambda: list(analysis._due()[:32]),
        "storage check: how many there are": tables.count,
        "storage check: a page of rows": lambda: tables.page(0, middle and middle.id, 1000),
        "storage check: whose files": lambda: tables.known(ids),
        "count anew: a person of many photos": lambda: _count_anew(many),
        "count anew: a person of few photos": lambda: _count_anew(few),
        "count anew: the next people": lambda: recounting.count_anew(0),
        "figures of the front page": figures.measure,
        "figures: whether they may have changed": figures._signs,
        "evidence for the promise": lambda: reviewed.evidence(version, tree),
        "checks of the promise": lambda: acceptance._checks(
            acceptance.Rules(version.id, {}, 0.05), tree
        ),
        "drift: the newest uploads": drift._uploads,
        "drift: whether there is news": drift._news,
        "refresh: the first of each order": _first_of_each_order,
        "audit log: what is old": lambda: audit.delete_old(365),
        "deliveries: what is old": lambda: deliveries.prune(now),
        "deliveries: what waited too long": lambda: deliveries.give_up_old(now),
        "hashes of all photos": duplicates._all_hashes,
    }


def _middle_id() -> Any:
    times = Photo.objects.order_by("created").values_list("created", flat=True)
    oldest, newest = times[0], Photo.objects.order_by("-created").values_list("created")[0][0]
    behind = Photo.objects.filter(created__gte=oldest + (newest - oldest) / 2)
    return behind.order_by("created").values_list("id", flat=True)[0]


def _store(version: Any) -> int:
    """Of photos that are claimed just now."""
    done = Prediction.objects.filter(state=State.DONE, model_version=version)
    ids = list(done.order_by("-created", "-id").values_list("id", flat=True)[:16])
    waits = {"state": State.PENDING, "model_version": None, "attempts": 0, "turn": -1.0}
    Prediction.objects.filter(id__in=ids).update(**waits)
    rows = queue.claim(version)
    labels = [
        Known(label.slug, label.kind, label.name_en, label.name_zh, None, (0,))
        for label in LabelTree()
        if label.slug in set(version.labels)
    ]
    chances = np.full(len(labels), 0.1 / len(labels))
    chances[0] += 0.9
    answer = Answer(
        labels=labels,
        probabilities=chances,
        fine_logits=np.zeros(1000, np.float32),
        embedding=np.ones(1280, np.float16),
        milliseconds=4.0,
        fine_names=[""] * 1000,
    )
    started = time.perf_counter()
    stored = queue.store(rows, [answer] * len(rows))
    _measured_s.append(time.perf_counter() - started)
    return stored


_measured_s: list[float] = []  # by steps that prepare something first


def _delete_step(person: User) -> None:
    profiles.of(person)
    person.profile.deletion_asked = timezone.now()
    person.profile.save()
    photos = {"name": person.username, "photos": 1}
    job = jobs.ask(Job.Kind.PERSON_DELETION, None, str(person.pk), parameters=photos)
    claimed = jobs.claim(Job.Kind.PERSON_DELETION)
    started = time.perf_counter()
    erasure._step(claimed or job, erasure.ROWS_AT_ONCE)
    _measured_s.append(time.perf_counter() - started)


def _places_step(person: User) -> None:
    jobs.ask(Job.Kind.PLACES, person, "", parameters={"owner": person.pk, "total": 1})
    job = jobs.claim(Job.Kind.PLACES)
    started = time.perf_counter()
    if job:
        places._step(job, places.CHUNK)
    _measured_s.append(time.perf_counter() - started)


def _backfill(version: Any, known: bool = False) -> None:
    job = backfill.request(version, None)
    if known:
        Job.objects.filter(pk=job.pk).update(result={"photos": 10**7})
    claimed = jobs.claim(Job.Kind.BACKFILL)
    started = time.perf_counter()
    if claimed:
        backfill._plan(claimed, backfill._progress(claimed))
    _measured_s.append(time.perf_counter() - started)


def _count_anew(person: User) -> int | None:
    page, recounting.PAGE = recounting.PAGE, 1
    try:
        return recounting.count_anew(person.pk - 1)
    finally:
        recounting.PAGE = page


def _first_of_each_order() -> None:
    waiting = Prediction.objects.filter(**refresher._WAITING)
    for order in ("margin", "-created", "-novelty"):
        sign = "-" if order.startswith("-c") else ""
        list(waiting.order_by(order, f"{sign}id").values_list("id", flat=True)[: refresher.FIRST])


def _milliseconds(step: Step) -> float:
    _measured_s.clear()
    with transaction.atomic():
        started = time.perf_counter()
        step()
        taken_s = _measured_s[0] if _measured_s else time.perf_counter() - started
        transaction.set_rollback(True)
    return 1000 * taken_s


if __name__ == "__main__":
    main()
