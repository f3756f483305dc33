"""The storage check: a job in small steps, each night and when somebody asks.

Of the originals' digests it looks at some each night, folder after folder, so that all have been
looked at after some weeks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.core import jobs, wakeups
from recognition.files.of_photos import SHARDS
from recognition.models import Job, RunState
from recognition.storage import leftovers, originals, recounting, space, tables
from recognition.storage.findings import Findings
from recognition.training.automation import last_time

STEP_S = 5.0  # then others have their turn
SAMPLE = 1000  # digests a night at least
SAMPLE_SHARE = 0.01
KEPT_CHECKS = 30  # of those that began by themselves
_PAUSE_S = 0.002  # between two pages: who works in the foreground comes first
# How much of all the work each phase is, about.
_WEIGHTS = {"rows": 4, "files": 4, "renditions": 1, "folders": 0.5, "versions": 0.5, "people": 0.5}


class Check:
    """One check, which `document` describes: where it is, and what it has found (`Findings`).

    The document, as JSON, is all it takes to go on with it.
    """

    def __init__(self, parameters: dict[str, Any], document: dict[str, Any] | None = None) -> None:
        """parameters: {"digests": "all" or "some", "repair": true or false}, both optional."""
        self.findings = Findings(document, bool(parameters.get("repair")))
        self.document = self.findings.document
        if "at" not in self.document:
            self.document["at"] = ["rows", ""]
            self.document["digests"] = _digests(parameters.get("digests") == "all")
            self.document["photos"] = tables.count()

    def steps(self) -> Iterator[float]:
        """Do the work; yield, after each small step, which share of it is done."""
        names = list(_WEIGHTS)
        for name in names[names.index(self.document["at"][0]) :]:
            for after in self._phase(name)(self.document["at"][1], self.findings):
                self.document["at"] = [name, after]
                yield self._share()
            self.document["at"] = [self._after(name), ""]
        self.findings.use("database", space.database_bytes())

    def _phase(self, name: str) -> Callable[[str, Findings], Iterator[str]]:
        phases: dict[str, Callable[[str, Findings], Iterator[str]]] = {
            "rows": originals.compare_rows,
            "files": self._compare_files,
            "renditions": originals.compare_renditions,
            "folders": leftovers.compare_folders,
            "versions": leftovers.compare_versions,
            "people": _recount,
        }
        return phases[name]

    def _compare_files(self, after: str, findings: Findings) -> Iterator[str]:
        first, number = self.document["digests"]
        shards = frozenset((first + i) % SHARDS for i in range(number))
        return originals.compare_files(after, findings, shards)

    def _after(self, name: str) -> str:
        names = list(_WEIGHTS)
        return names[min(names.index(name) + 1, len(names) - 1)]

    def _share(self) -> float:
        name, after = self.document["at"]
        names = list(_WEIGHTS)
        done = sum(_WEIGHTS[before] for before in names[: names.index(name)])
        if name == "rows":
            within = self.document["seen"].get("photos", 0) / max(1, self.document["photos"])
        else:
            within = (
                int(after.split("/")[0] or 0) / SHARDS if name in ("files", "renditions") else 0
            )
        return float(done + _WEIGHTS[name] * min(1.0, within)) / sum(_WEIGHTS.values())


def ask_for(by: User | None, digests: str = "some", repair: bool = False) -> Job:
    """Have the teacher check. digests: "all" or "some"."""
    parameters = {"digests": digests, "repair": repair}
    subject = " ".join([digests, *(["repair"] if repair else [])])
    return jobs.ask(Job.Kind.STORAGE_CHECK, by, subject, parameters=parameters)


def last() -> Job | None:
    """The last check that came to its end."""
    checks = Job.objects.filter(kind=Job.Kind.STORAGE_CHECK, state=RunState.SUCCEEDED)
    return checks.order_by("-finished", "-id").first()


def going_on() -> Job | None:
    """A check that waits or runs."""
    checks = Job.objects.filter(kind=Job.Kind.STORAGE_CHECK, state__in=jobs.OPEN)
    return checks.order_by("created", "id").first()


def launch_if_due() -> None:
    """The teacher's job: ask for the check of this night, or the one that was missed."""
    if settings.ARK_STORAGE_CHECK_HOUR == "none":
        return
    checks = Job.objects.filter(kind=Job.Kind.STORAGE_CHECK).order_by("-created")
    newest = checks.values_list("created", flat=True).first()
    # An instance without people is new: it can wait until its first night.
    joined = User.objects.order_by("date_joined").values_list("date_joined", flat=True)
    since = newest or joined.first()
    if since and since < last_time(int(settings.ARK_STORAGE_CHECK_HOUR), timezone.now()):
        ask_for(None)


def check_pending() -> None:
    """The teacher's job: do a little of the check that was asked for."""
    if job := jobs.claim(Job.Kind.STORAGE_CHECK):
        with jobs.working(job):
            _work_on(job)


def _work_on(job: Job) -> None:
    check = Check(job.parameters, job.result)
    until_s = time.monotonic() + STEP_S
    for share in check.steps():
        if time.monotonic() > until_s:
            jobs.hand_on(job, result=check.document, progress=share)
            wakeups.wake_teacher()
            return
        time.sleep(_PAUSE_S)
    jobs.succeed(job, result=check.document)
    _forget_old_checks()


def _forget_old_checks() -> None:
    by_itself = Job.objects.filter(kind=Job.Kind.STORAGE_CHECK, by=None).exclude(
        state__in=jobs.OPEN
    )
    kept = by_itself.order_by("-created", "-id").values_list("id", flat=True)[:KEPT_CHECKS]
    by_itself.exclude(id__in=list(kept)).delete()


def _digests(are_all: bool) -> list[int]:
    """The folder to begin with, and how many: those that follow the last check's."""
    if are_all:
        return [0, SHARDS]
    before = last()
    first, number = before.result.get("digests", [0, 0]) if before else [0, 0]
    photos = max(1, tables.count())
    share = max(SAMPLE_SHARE, SAMPLE / photos)
    return [(first + number) % SHARDS, min(SHARDS, -int(-SHARDS * share // 1))]


def _recount(after: str, _findings: Findings) -> Iterator[str]:
    last_id: int | None = int(after or 0)
    while (last_id := recounting.count_anew(last_id or 0)) is not None:
        yield str(last_id)
