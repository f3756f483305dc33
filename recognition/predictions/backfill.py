"""Predict photos again by another version than the one that answered, in the background.

Such rows wait with their version (see `queue`). A photo goes over to a new answer only if the
live version gave it; other answers stand beside it, to be compared. How many photos a request is
about does not matter: its rows are made a few at a time, when none is left.

Networks are taught with the embeddings of labelled photos, and understand those of one backbone
only. So once a version of another backbone is live, labelled photos are predicted again by itself.

A request is a job. Its parameters are {"label": its id or null, "labelled": whether it is about
labelled photos only, "newest": the first photo's id, "photos": their ids, if somebody chose them};
its result {"photos": about how many, "looked_at": so far, "next_photo": null after the last}.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recognition.cnn.serving.classifier import Answer, OutcomeOrLater
from recognition.core import jobs, wakeups
from recognition.core.counting import count_up_to
from recognition.core.locks import lock_photos, lock_predictions
from recognition.labels import labelling, left_out
from recognition.labels.tree import LabelTree
from recognition.models import (
    Decision,
    Job,
    Label,
    ModelVersion,
    Photo,
    Prediction,
    Report,
    State,
    Subject,
    View,
    Weight,
)
from recognition.predictions import queue
from recognition.versions import registry

_COUNTED = 1000  # rows that wait
_COUNTED_NOW = 10_000  # photos of a request; if they are more, the analyst has counted them
_BEHIND_UPLOADS = 1e18  # their turn
CHUNK = 100  # photos that a request looks at in one transaction

# Only what a photo shows waits for a review (see `Prediction`), or for a closer look.
_NOT_SHOWN: dict[str, Any] = {
    **dict.fromkeys(("review", "margin", "disagreement", "accepted", "analysis_due", "novelty")),
    "look_due": None,
    "suggested": None,
    "similar": [],
}
_REVIEW_FIELDS = ("review", "margin", "disagreement", "analysis_due", "look_due")


class Asked(NamedTuple):
    """What became of photos that were to be predicted again: so many wait, so many show an answer
    that was there already, and so many are left as they are."""

    waiting: int
    shown: int
    left: int


@transaction.atomic
def again(photo_ids: Collection[UUID], version: ModelVersion) -> Asked:
    """Have these photos, a few hundred at most, predicted again by this version.

    Photos that wait for their first answer, or have this version's, are left as they are; what it
    failed at is tried again.
    """
    photos = {
        photo.id: photo
        for photo in lock_photos(Photo.objects.filter(id__in=photo_ids))
        if photo.prediction and photo.prediction.is_settled
    }
    # By photo alone: asked for the version as well, SQLite would read all rows of that version.
    there = Prediction.objects.filter(photo__in=photos).defer("embedding")
    known = {row.photo_id: row for row in there if row.model_version_id == version.id}
    failed = [row for row in known.values() if row.state == State.FAILED]
    Prediction.objects.filter(id__in=[row.id for row in failed]).update(
        state=State.PENDING, attempts=0, error="", turn=_BEHIND_UPLOADS
    )
    if failed:
        Subject.objects.filter(prediction__in=failed).delete()
    new = [
        Prediction(
            photo=photo,
            model_version=version,
            weight=photo.prediction.weight if photo.prediction else Weight.LIGHT,
            turn=_BEHIND_UPLOADS,
        )
        for photo in photos.values()
        if photo.id not in known
    ]
    Prediction.objects.bulk_create(new)
    done = [row for row in known.values() if row.state == State.DONE]
    shown = _show_known(photos, done, version.view == View.SUBJECTS)
    if waiting := len(new) + len(failed):
        transaction.on_commit(wakeups.wake_predictor)
    return Asked(waiting, shown, len(photo_ids) - waiting - shown)


def request(
    version: ModelVersion,
    by: User | None,
    said: Label | None = None,
    form_id: UUID | None = None,
    labelled: bool = False,
) -> Job:
    """Have all photos, those whose shown prediction says this label, or labelled ones predicted
    again by this version, the newest first. One request is worked off after the other. form_id: as
    in `jobs.ask`.
    """
    newest = Photo.objects.order_by("-id").values_list("id", flat=True).first()
    parameters = {
        "label": said.id if said else None,
        "labelled": labelled,
        "newest": str(newest) if newest else None,
    }
    subject = f"{version.id} {said.id if said else 'labelled' if labelled else ''}".strip()
    return jobs.ask(Job.Kind.BACKFILL, by, subject, version, parameters, form_id)


def request_some(version: ModelVersion, by: User, photo_ids: Collection[UUID]) -> Job:
    """Have just these photos predicted again by this version, in the background."""
    chosen = sorted(map(str, photo_ids), reverse=True)
    parameters = {"label": None, "newest": chosen[0] if chosen else None, "photos": chosen}
    subject = f"{version.id} {sha256(' '.join(chosen).encode()).hexdigest()[:32]}"
    return jobs.ask(Job.Kind.BACKFILL, by, subject, version, parameters)


@transaction.atomic
def follow_backbone() -> bool:
    """Request that labelled photos are predicted again, once after a version that knows subjects
    and has another backbone went live; return whether that was so."""
    live = registry.live_version()
    report = Report.named("backbone")
    before = report.data.get("live")
    if before == live.backbone_sha256:
        return False
    report.data["live"] = live.backbone_sha256
    report.save()
    if before is None or live.view != View.SUBJECTS:
        return False
    request(live, by=None, labelled=True)
    return True


def last_request(version: ModelVersion) -> Job | None:
    """What was requested of this version: what goes on now, or else the last one."""
    requests = Job.objects.filter(kind=Job.Kind.BACKFILL, version=version).select_related("by")
    unfinished = requests.filter(state__in=jobs.OPEN).order_by("created", "id").first()
    return unfinished or requests.order_by("-created", "-id").first()


@transaction.atomic
def stop(version: ModelVersion, reason: str = "") -> None:
    """Predict nothing more again by this version, for this reason if it is not a person's wish."""
    wanted = Job.objects.filter(kind=Job.Kind.BACKFILL, version=version)
    if reason:
        jobs.fail(wanted, "not_loaded", reason)
    for job_id in wanted.filter(state__in=jobs.OPEN).values_list("id", flat=True):
        jobs.cancel(job_id)
    waiting = [row_id for row_id, version_id in _waiting()[:_COUNTED] if version_id == version.id]
    # Under the lock: a row that was claimed meanwhile, and may be shown by now, is left alone.
    unclaimed = lock_predictions(waiting).filter(state=State.PENDING)
    rows = Prediction.objects.filter(id__in=list(unclaimed.values_list("id", flat=True)))
    shown = Photo.objects.filter(prediction__in=rows).values_list("prediction", flat=True)
    rows.filter(id__in=list(shown)).update(state=State.FAILED, error="not_repeated")
    rows.filter(state=State.PENDING).delete()


def waiting(version: ModelVersion) -> int:
    """How many photos wait for this version's turn; seldom many more than CHUNK."""
    return sum(version_id == version.id for _row_id, version_id in _waiting()[:_COUNTED])


def next_version() -> ModelVersion | None:
    """Whose rows are next to be predicted again; None if none wait."""
    oldest = [version_id for _row_id, version_id in _waiting()[:1] if version_id]
    return ModelVersion.objects.filter(id__in=oldest).first()


def _waiting() -> QuerySet[Prediction, tuple[UUID, int | None]]:
    """The ids of the rows that wait, with their version's, in the order of their index."""
    rows = Prediction.objects.filter(state=State.PENDING, model_version__isnull=False)
    return rows.order_by("weight", "turn", "created", "id").values_list("id", "model_version")


def plan_more() -> bool:
    """Look at the next photos of what was requested first; return whether there were any."""
    while job := jobs.claim(Job.Kind.BACKFILL):
        with jobs.working(job):
            progress = _progress(job)
            if progress["next_photo"]:
                _plan(job, progress)
                return True
            jobs.succeed(job, result=progress)
    return False


def _progress(job: Job) -> dict[str, Any]:
    progress = {"looked_at": 0, "next_photo": job.parameters["newest"], **job.result}
    if "photos" not in progress:
        next_photo = progress["next_photo"]
        chosen = job.parameters.get("photos")
        left = _about(next_photo) if next_photo else 0
        progress["photos"] = progress["looked_at"] + left if chosen is None else len(chosen)
    return progress


def _about(next_photo: str) -> int:
    """How many photos there are up to this one: as the analyst has counted them, if they are many,
    for uploads wait meanwhile."""
    photos = Photo.objects.filter(id__lte=UUID(next_photo)).order_by("-id")
    left = count_up_to(photos, _COUNTED_NOW)
    if left.is_exact:
        return left.number
    known: int = Report.named("figures").data.get("photos", 0)
    return max(left.number, known)


def _next_ids(job: Job, next_photo: str) -> list[UUID]:
    """From this photo on, CHUNK of them, and one more to go on with."""
    chosen = job.parameters.get("photos")
    if chosen is not None:
        return [UUID(text) for text in chosen if text <= next_photo][: CHUNK + 1]
    left = Photo.objects.filter(id__lte=UUID(next_photo)).order_by("-id")
    return list(left.values_list("id", flat=True)[: CHUNK + 1])


@transaction.atomic
def _plan(job: Job, progress: dict[str, Any]) -> None:
    """Have the next CHUNK photos predicted, and note where to go on. Raises jobs.Stopped."""
    jobs.write(job)  # locks the job: a second predictor waits, and plans what comes next
    photo_ids = _next_ids(job, progress["next_photo"])
    chosen = Photo.objects.filter(id__in=photo_ids[:CHUNK])
    if label_id := job.parameters["label"]:
        chosen = chosen.filter(prediction__label=label_id)
    if job.parameters.get("labelled"):
        chosen = chosen.filter(label__isnull=False)
    again(list(chosen.values_list("id", flat=True)), ModelVersion.objects.get(jobs=job))
    looked_at = progress["looked_at"] + len(photo_ids[:CHUNK])
    next_photo = str(photo_ids[CHUNK]) if len(photo_ids) > CHUNK else None
    result = {**progress, "looked_at": looked_at, "next_photo": next_photo}
    jobs.hand_on(job, result=result, progress=min(1.0, looked_at / max(1, progress["photos"])))


@transaction.atomic
def store(rows: Sequence[Prediction], outcomes: Sequence[OutcomeOrLater]) -> int:
    """Settle rows of one version that were predicted again; return how many."""
    of_rows = Photo.objects.filter(id__in=[row.photo_id for row in rows])
    photos = {photo.id: photo for photo in lock_photos(of_rows)}
    held = queue.lock_held(rows)
    answered = [
        row
        for row, outcome in zip(rows, outcomes, strict=True)
        if row.id in held and isinstance(outcome, Answer)
    ]
    shown = _show(photos, answered)
    settled = queue.store(rows, outcomes)
    _spare_the_reviewed(shown)
    return settled


def _show(photos: Mapping[UUID, Photo], rows: Iterable[Prediction]) -> list[Prediction]:
    """Let the photos, which are locked, show these rows of one version, if that is live; return
    those that they have not shown before."""
    versions = {row.model_version_id for row in rows if row.model_version_id}
    if not ModelVersion.objects.filter(id__in=versions, live=True).exists():
        return []
    new = [row for row in rows if photos[row.photo_id].prediction_id != row.id]
    changed = [photos[row.photo_id] for row in new]
    before = [photo.prediction_id for photo in changed if photo.prediction_id]
    Prediction.objects.filter(id__in=before).update(**_NOT_SHOWN)
    for photo, row in zip(changed, new, strict=True):
        row.suggested = photo.prediction.suggested if photo.prediction else None
        photo.prediction = row
    with_suggestion = [row for row in new if row.suggested]
    Prediction.objects.bulk_update(with_suggestion, ("suggested",))
    Photo.objects.bulk_update(changed, ("prediction",))
    return new


def _show_known(
    photos: Mapping[UUID, Photo], rows: Iterable[Prediction], looks_closer: bool
) -> int:
    """As `_show`, for rows that were stored before; return how many it was.

    looks_closer: whether their version knows subjects.
    """
    shown = _show(photos, rows)
    tree, now = LabelTree(), timezone.now()
    no_part = left_out.among(row.photo_id for row in shown)
    looked = set(Subject.objects.filter(prediction__in=shown).values_list("prediction", flat=True))
    for row in shown:
        photo = photos[row.photo_id]
        labelling.put_in_queue(row, photo.label_id, tree, no_part)
        row.analysis_due = now
        # People may have drawn boxes while it was not shown.
        row.look_due = now if looks_closer and (photo.box or row.id not in looked) else None
    Prediction.objects.bulk_update(shown, _REVIEW_FIELDS)
    _spare_the_reviewed(shown)
    return len(shown)


def _spare_the_reviewed(rows: Sequence[Prediction]) -> None:
    """Who has set a photo's label by looking at it is not asked again what the network doubts."""
    reviewed = Decision.objects.reviewed(row.photo_id for row in rows)
    ids = [row.id for row in rows if row.photo_id in reviewed]
    Prediction.objects.filter(id__in=ids).update(disagreement=None)
