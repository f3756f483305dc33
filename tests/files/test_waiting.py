"""Nobody waits for the bucket longer than need be: never in a transaction, which holds others up,
and for many files as often as for a few."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.analysis import analysis
from recognition.core import steps
from recognition.exchange import originals as chosen
from recognition.exchange.exporting import Export, Selection
from recognition.explanations import kept
from recognition.files import bucket as files
from recognition.files import folders
from recognition.files.bucket import BucketAway
from recognition.models import Job, ModelVersion, Photo, Prediction, RunState, State, TrashedPhoto
from recognition.photos import deletion, erasure, intake, trash
from recognition.photos.capture import filling
from recognition.storage import originals
from recognition.storage.findings import Findings
from recognition.training import runs
from recognition.versions import bundles
from tests.support.buckets import Waits
from tests.support.files import arrived, encoded, picture
from tests.support.rows import add_photo, embedding, give_label, training_run

pytestmark = pytest.mark.usefixtures("bucket", "version")
Move = Callable[[], object]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PAUSE_S", 0.0)


def upload(owner: User, number: int) -> list[Photo]:
    contents = [encoded(picture(240, 160, seed=Photo.objects.count() + n)) for n in range(number)]
    outcomes = intake.accept([(arrived(content), None) for content in contents], owner)
    return [outcome.photo for outcome in outcomes if outcome.photo]


def ids(photos: list[Photo]) -> list[Any]:
    return [photo.id for photo in photos]


def trashed(owner: User, number: int) -> list[Any]:
    gone = ids(upload(owner, number))
    deletion.delete_many(gone, owner)
    return gone


def restore(owner: User, number: int) -> Move:
    gone = trashed(owner, number)
    return lambda: trash.restore_some(gone, owner)


def restore_by_a_job(owner: User, number: int) -> Move:
    trashed(owner, number)
    job = Job(
        kind=Job.Kind.PHOTO_RESTORATION,
        by=owner,
        parameters={"owner": owner.id, "until": timezone.now().isoformat(), "total": number},
    )
    job.save()
    return trash.restore_asked


def delete_for_ever(owner: User, number: int) -> Move:
    trashed(owner, number)
    return lambda: trash.delete_for_ever(TrashedPhoto.objects.all())


def delete_a_person(owner: User, number: int) -> Move:
    upload(owner, number)
    erasure.ask(owner, None)
    return erasure.delete_asked


def fill(owner: User, number: int) -> Move:
    photos = upload(owner, number)
    Photo.objects.filter(id__in=ids(photos)).update(capture_due=1)
    return lambda: filling.fill_due(lambda _ids: None)


def download_chosen(owner: User, number: int) -> Move:
    photos = ids(upload(owner, number))
    return lambda: list(chosen.archive(Photo.objects.all(), photos, owner))


def export(owner: User, number: int) -> Move:
    give_label(upload(owner, number), "dog", owner)
    return lambda: list(Export(Photo.objects.all(), Selection(place=True)).archive())


def forget_explanations(owner: User, number: int) -> Move:
    photos = [add_photo(owner) for _ in range(number)]
    for photo in photos:
        kept.keep(photo.id, 1, "why", {})
    return lambda: kept.forget(*ids(photos))


def explain(owner: User, number: int) -> Move:
    photo = add_photo(owner)
    pictures = {str(n): b"RIFF" for n in range(number)}
    return lambda: kept.keep(photo.id, 1, "why", {}, pictures)


def look_for_missing(owner: User, number: int) -> Move:
    for _ in range(number):
        add_photo(owner)
    return lambda: list(originals.compare_rows("", Findings()))


@pytest.mark.parametrize(
    "action",
    [
        *(restore, restore_by_a_job, delete_for_ever, delete_a_person, fill, download_chosen),
        *(export, forget_explanations, explain, look_for_missing),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_many_are_waited_for_as_often_as_few(
    action: Callable[[User, int], Move],
    uploader: User,
    other_uploader: User,
    waits: Waits,
    another_machine: Move,
) -> None:
    of_two = action(uploader, 2)
    another_machine()
    few = waits.during(of_two)
    Photo.objects.all().delete()
    of_seven = action(other_uploader, 7)
    another_machine()
    before = waits.requests
    assert waits.during(of_seven) <= few
    assert waits.requests > before  # something was asked for


@pytest.mark.django_db(transaction=True)
def test_a_version_is_shared_file_by_file_at_once(waits: Waits, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.bin").write_bytes(b"weights")
    assert waits.during(lambda: folders.share(tmp_path, "models/abc")) == 0  # other threads do
    assert len(list(files.entries("models/abc/"))) == 5


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_when_a_run_is_resumed(uploader: User, waits: Waits) -> None:
    run = training_run(state=RunState.FAILED)
    assert waits.during(lambda: runs.resume(run)) == 1
    assert run.state == RunState.QUEUED


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_when_an_export_is_asked_for(
    version: ModelVersion, uploader: User, waits: Waits
) -> None:
    assert waits.during(lambda: bundles.ask_for(version, "onnx", uploader)) == 1
    bundles.ask_for(version, "onnx", uploader)
    assert Job.objects.filter(kind=Job.Kind.EXPORT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_in_the_bucket_stays_unread_while_it_is_away(
    uploader: User, another_machine: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no photo's fault: each is looked at when the bucket is back."""
    [photo] = upload(uploader, 1)
    Photo.objects.update(capture_due=1)
    Prediction.objects.update(
        state=State.DONE,
        analysis_due=timezone.now(),
        embedding=embedding(1).astype("<f2").tobytes(),
        model_version=ModelVersion.objects.get(),
    )
    another_machine()

    def away(*_args: Any) -> None:
        raise BucketAway

    monkeypatch.setattr(files, "fetch", away)
    with pytest.raises(BucketAway):
        filling.fill_due(lambda _ids: None)
    with pytest.raises(BucketAway):
        analysis.analyse_due()
    photo.refresh_from_db()
    assert photo.capture_due
    assert photo.prediction.analysis_due


@pytest.mark.django_db(transaction=True)
def test_an_export_tells_what_it_could_not_have(
    uploader: User, another_machine: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = ids(upload(uploader, 2))
    another_machine()

    def away(*_args: Any) -> None:
        raise BucketAway("no answer")

    monkeypatch.setattr(files, "fetch", away)
    content = b"".join(chosen.archive(Photo.objects.all(), photos, uploader))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        told = archive.read(chosen.ERRORS).decode()
    assert told.count("left out: it cannot be had just now (no answer)") == 2
