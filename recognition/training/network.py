"""A run that fine-tunes or trains from scratch, in a subprocess (`subprocess.py`).

The process resumes from its last checkpoint whenever it is started again in the same folder.
"""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path
from typing import Any

from django.conf import settings

from recognition.cnn.manifest import verify
from recognition.cnn.training.micro_batches import MicroBatches
from recognition.core import steps
from recognition.core.process import stops_when_terminated
from recognition.files import of_runs, of_versions
from recognition.files.bucket import BucketAway
from recognition.files.moving import whole_file
from recognition.models import TrainingRun
from recognition.training import progress
from recognition.training.failures import RunFailed
from recognition.training.known_labels import name_of_result, provenance, slugs_by_id, without_id
from recognition.training.subprocess import TrainingProcess
from recognition.training.watch import Watch

logger = logging.getLogger(__name__)

_EXAMPLE = ("photo", "label", "split", "box")
_AT_ONCE = 100
MAX_RETRIES = 3  # with smaller batches, or after the process was killed


def train_claimed(run: TrainingRun, watch: Watch) -> Path:
    """Train; return the folder of the new version. Raises Stopped and RunFailed."""
    of_runs.fetch(run)
    write_photos(run)
    try:
        _bring_originals(run, watch)
        _train(run, watch)
    finally:
        of_runs.drop_originals(run)
    return run.folder / "result"


def _bring_originals(run: TrainingRun, watch: Watch) -> None:
    """Many lie elsewhere, where there is a bucket."""
    ids = run.dataset.examples.filter(photo__isnull=False).values_list("photo_id", flat=True)
    for some in steps.chunks(list(ids), _AT_ONCE):
        watch.check()
        of_runs.bring_originals(run, some)


def _train(run: TrainingRun, watch: Watch) -> None:
    for retry in range(MAX_RETRIES + 1):
        write_job(run)
        failure = _train_once(run, watch)
        if failure is None:
            return
        if retry == MAX_RETRIES:
            raise failure
        _prepare_retry(run, failure)


def write_photos(run: TrainingRun) -> None:
    """photos.csv, once: a photo that is deleted later must not change the others' order.

    Photos whose label the network will not know stay out.
    """
    path = run.folder / "photos.csv"
    if path.exists():
        return
    draft = path.with_suffix(".draft")
    slugs = slugs_by_id(run)
    examples = run.dataset.examples.filter(photo__isnull=False).order_by("id")
    with whole_file(path, draft), draft.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("path", "label", "split", "box"))
        for photo_id, label_id, split, box in examples.values_list(*_EXAMPLE):
            if label_id in slugs:
                numbers = " ".join(map(str, box or ()))
                rows.writerow(
                    (of_runs.place_of_original(photo_id), slugs[label_id], split, numbers)
                )


def write_job(run: TrainingRun) -> None:
    """job.json: what to train, and with which parameters. Raises CorruptCheckpoint."""
    parent = verify(of_versions.folder(run.parent)) if run.parent else None
    parameters = dict(run.parameters)
    network_options = parameters.pop("network_options", {})
    job = {
        "mode": run.mode,
        "network": run.network,
        "network_options": parent.network_options if parent else network_options,
        "parent": str(of_versions.folder(run.parent)) if run.parent else None,
        "parent_sha256": parent.sha256 if parent else "",
        "name": name_of_result(parent.name if parent else _title(run.network), run.mode),
        "labels": [without_id(label) for label in run.labels],
        "parameters": parameters,
        "device": settings.ARK_DEVICE,
        "threads": 0,
        "max_pixels": settings.ARK_MAX_PIXELS,
        "training": provenance(run),
    }
    path = run.folder / "job.json"
    draft = path.with_suffix(".draft")
    with whole_file(path, draft):
        draft.write_text(json.dumps(job, ensure_ascii=False, indent=1), encoding="utf-8")


def _train_once(run: TrainingRun, watch: Watch) -> RunFailed | None:
    """Run the process to its end. Returns what to try again after, raises what not to."""
    recorder = _Recorder(run)
    with stops_when_terminated():  # from before it starts, or a signal would keep the run claimed
        process = TrainingProcess(run.folder)
        try:
            watch.on_stop = process.end
            watch.check()
            for event in process.events():
                watch.check()
                recorder.record(event)
        finally:
            process.end()
    watch.check()
    if process.succeeded:
        return None
    return _failure(process, recorder.error)


def _failure(process: TrainingProcess, error: RunFailed | None) -> RunFailed:
    if error and error.code != "out_of_memory":
        raise error
    if error or process.lacked_memory:
        return error or RunFailed("out_of_memory")
    if process.was_killed:
        return RunFailed("crashed", "the process was killed")
    raise RunFailed("bug", process.stderr_tail())


def _prepare_retry(run: TrainingRun, failure: RunFailed) -> None:
    """The process itself makes its batches smaller when it can; not when the kernel kills it."""
    details = {}
    if failure.code == "out_of_memory":
        micro_batches = MicroBatches(run.folder, run.parameters["batch_size"])
        if not micro_batches.halve():
            raise failure
        details["batch_size"] = micro_batches.size
    progress.note(run, failure.code, **details)


class _Recorder:
    """Stores the events of the process. `error`: of its last one, if it failed."""

    def __init__(self, run: TrainingRun) -> None:
        self._run = run
        self._meter = progress.Meter(run)
        self.error: RunFailed | None = None

    def record(self, event: dict[str, Any]) -> None:
        """event: as recognition/cnn/training/events.py describes it."""
        fields = {name: value for name, value in event.items() if name != "event"}
        if event["event"] == "stage":
            progress.stage(self._run, fields["stage"])
        elif event["event"] == "progress":
            self._meter(fields["progress"], fields.get("seconds_left"))
        elif event["event"] == "epoch":
            progress.epoch(self._run, **fields)
            self._share()
        elif event["event"] == "note":
            progress.note(self._run, **fields)
        elif event["event"] == "error":
            self.error = RunFailed(fields["code"], fields.get("detail", ""))

    def _share(self) -> None:
        """The checkpoint; should the bucket be away, the next one."""
        try:
            of_runs.share(self._run)
        except BucketAway as error:
            logger.warning("run %s is not shared: %s", self._run.id, error)


def _title(network: str) -> str:
    from recognition.cnn.networks.summaries import summaries

    return summaries()[network].title
