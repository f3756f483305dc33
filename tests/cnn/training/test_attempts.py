"""Whole runs, in this process: digits in, a version out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from recognition.cnn.manifest import SUBJECTS, read_manifest, verify
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.training.attempts import run
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.job import CannotTrain, read_job
from recognition.cnn.training.loop import Forward
from recognition.cnn.training.start import start
from tests.support.training_jobs import label, sha256_of_weights, write_job

Photos = list[tuple[Path, str, str]]

QUICK = {"epochs": 2, "warmup_epochs": 0.0, "learning_rate": 3e-3}
ZERO_TO_EIGHT = [label(f"digit-{digit}") for digit in range(9)]


@pytest.fixture(scope="module")
def knows_nine_digits(tmp_path_factory: pytest.TempPathFactory, digits: Photos) -> Path:
    """A version that has never seen a nine."""
    photos = [photo for photo in digits[:700] if photo[1] != "digit-9"]
    folder = tmp_path_factory.mktemp("parent") / "run"
    parameters = {**QUICK, "epochs": 8}
    run(write_job(folder, photos, labels=ZERO_TO_EIGHT, parameters=parameters))
    return folder / "result"


def said(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    messages = map(json.loads, capsys.readouterr().out.splitlines())
    return [message for message in messages if message["event"] == event]


def fine_tune(folder: Path, parent: Path, photos: Photos, **parameters: Any) -> Path:
    labels = [*ZERO_TO_EIGHT, label("digit-9")]
    fields = {"mode": "fine_tune", "parent": str(parent), "parent_sha256": "abc"}
    return write_job(folder, photos, labels=labels, parameters={**QUICK, **parameters}, **fields)


def test_digits_are_learnt_from_scratch(tmp_path: Path, digits: Photos) -> None:
    """In six epochs; `benchmarks/cnn/fine_tuning.py` trains to the end."""
    folder = write_job(tmp_path / "run", digits, parameters={**QUICK, "epochs": 6})
    run(folder)
    manifest = verify(folder / "result")
    assert manifest.metrics["photos"] > 300
    assert manifest.metrics["accuracy"] > 0.95
    assert manifest.metrics["calibration"]["ece"] < 0.05
    assert manifest.training["fingerprint"] == "abc"
    assert manifest.training["mode"] == "from_scratch"
    assert manifest.view == SUBJECTS
    assert manifest.training["parameters"]["epochs"] == 6


def test_what_has_its_result_is_not_trained_again(
    tmp_path: Path, digits: Photos, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_job(tmp_path / "run", digits[:60], parameters={**QUICK, "epochs": 1})
    run(folder)
    before = sha256_of_weights(folder)
    capsys.readouterr()
    run(folder)
    assert capsys.readouterr().out == ""
    assert sha256_of_weights(folder) == before


def test_the_curves_and_stages_are_told(
    tmp_path: Path, digits: Photos, capsys: pytest.CaptureFixture[str]
) -> None:
    run(write_job(tmp_path / "run", digits[:60], parameters=QUICK))
    messages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    stages = [message["stage"] for message in messages if message["event"] == "stage"]
    assert stages == ["reading", "training", "measuring", "saving"]
    epochs = [message for message in messages if message["event"] == "epoch"]
    assert [epoch["number"] for epoch in epochs] == [1, 2]
    assert epochs[1]["train_loss"] < epochs[0]["train_loss"]
    assert all(0 <= epoch["validation_accuracy"] <= 1 for epoch in epochs)


def test_a_new_label_joins_and_the_old_ones_stay(
    tmp_path: Path, digits: Photos, knows_nine_digits: Path
) -> None:
    folder = fine_tune(tmp_path / "run", knows_nine_digits, digits[:600], epochs=6)
    run(folder)
    manifest, model = load_network(folder / "result")
    assert [label.slug for label in manifest.labels][-1] == "digit-9"
    assert model.head.fine.out_features == 10
    recall = {slug: row["recall"] for slug, row in manifest.metrics["per_label"].items()}
    assert recall["digit-9"] > 0.5
    assert manifest.metrics["accuracy"] > 0.85
    assert manifest.parent_sha256 == "abc"
    assert manifest.view == verify(knows_nine_digits).view
    assert manifest.backbone_sha256 != verify(knows_nine_digits).backbone_sha256


def test_the_last_head_has_learnt_the_validation_photos_too(
    tmp_path: Path, digits: Photos, knows_nine_digits: Path
) -> None:
    """Only the validation split has nines."""
    photos = [photo for photo in digits[:600] if photo[1] != "digit-9"]
    nines = [(path, slug, "validation") for path, slug, _ in digits[:600] if slug == "digit-9"]
    tests = [(path, slug, "test") for path, slug, _ in digits[600:900] if slug == "digit-9"]
    folder = fine_tune(tmp_path / "run", knows_nine_digits, photos + nines + tests)
    run(folder)
    assert verify(folder / "result").metrics["per_label"]["digit-9"]["recall"] > 0.5


def test_with_only_the_head_learning_embeddings_stay_comparable(
    tmp_path: Path, digits: Photos, knows_nine_digits: Path
) -> None:
    folder = fine_tune(tmp_path / "run", knows_nine_digits, digits[:100], trainable="head")
    run(folder)
    assert verify(folder / "result").backbone_sha256 == verify(knows_nine_digits).backbone_sha256
    before, after = (
        load_network(path)[1].backbone.state_dict()
        for path in (knows_nine_digits, folder / "result")
    )
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_first_head_does_not_know_the_photos_that_judge_the_epochs(
    tmp_path: Path, digits: Photos, knows_nine_digits: Path
) -> None:
    train = [photo for photo in digits[:100] if photo[2] == "train"]
    heads = []
    for name, others in (("one", digits[100:110]), ("another", digits[110:120])):
        judges = [(path, slug, "validation") for path, slug, _ in others]
        job = read_job(fine_tune(tmp_path / name, knows_nine_digits, train + judges))
        data = Data(job.examples, read_manifest(knows_nine_digits).preprocessing, lambda _: None)
        heads.append(start(job, data, torch.device("cpu")).model.head.fine.weight)
    assert torch.equal(*heads)


def test_unlabelled_photos_hold_the_parents_answers(
    tmp_path: Path, digits: Photos, knows_nine_digits: Path
) -> None:
    """Taught nines alone, a network forgets the others, unless there are anchors of them."""
    nines = [photo for photo in digits[:700] if photo[1] == "digit-9"]
    others = [photo for photo in digits[700:900] if photo[1] != "digit-9"]
    anchors = [(path, "", "train") for path, _, _ in others]
    tests = [(path, slug, "test") for path, slug, _ in digits[900:1100] if slug != "digit-9"]
    run(fine_tune(tmp_path / "without", knows_nine_digits, nines + tests, epochs=4))
    run(fine_tune(tmp_path / "with", knows_nine_digits, nines + tests + anchors, epochs=4))
    without, with_anchors = (
        verify(tmp_path / name / "result").metrics["accuracy"] for name in ("without", "with")
    )
    assert with_anchors > without + 0.1


def test_too_little_memory_means_smaller_micro_batches_and_nothing_else(
    tmp_path: Path,
    digits: Photos,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forward = Forward.forward

    def of_at_most_eight(self: Forward, pixels: Tensor) -> Tensor:
        if len(pixels) > 8:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return forward(self, pixels)

    monkeypatch.setattr(Forward, "forward", of_at_most_eight)
    folder = write_job(tmp_path / "run", digits[:60], parameters=QUICK)
    run(folder)
    notes = said(capsys, "note")
    assert [note["batch_size"] for note in notes] == [16, 8]
    assert verify(folder / "result").training["parameters"]["batch_size"] == 32


def test_no_memory_at_all_is_an_error(
    tmp_path: Path, digits: Photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(self: Forward, pixels: Tensor) -> Tensor:
        raise MemoryError

    monkeypatch.setattr(Forward, "forward", none)
    with pytest.raises(MemoryError):
        run(write_job(tmp_path / "run", digits[:60]))


def test_photos_that_cannot_be_read_are_left_out(
    tmp_path: Path, digits: Photos, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    odd = [(tmp_path / name, "digit-1", "train") for name in ("broken.png", "deleted.png")]
    run(write_job(tmp_path / "run", [*odd, *digits[:60]], parameters=QUICK))
    (note,) = said(capsys, "note")
    assert (note["code"], note["photos"]) == ("unreadable_photo", 2)


@pytest.mark.parametrize(("max_pixels", "left_out"), [(28 * 28, 0), (28 * 28 - 1, 60)])
def test_photos_of_more_pixels_than_the_job_allows_are_left_out(
    max_pixels: int,
    left_out: int,
    tmp_path: Path,
    digits: Photos,
    capsys: pytest.CaptureFixture[str],
) -> None:
    small = Image.new("RGB", (20, 20), "white")
    small.save(tmp_path / "small.png")
    photos = [*digits[:60], (tmp_path / "small.png", "digit-1", "train")]
    run(write_job(tmp_path / "run", photos, parameters=QUICK, max_pixels=max_pixels))
    notes = [note for note in said(capsys, "note") if note["code"] == "unreadable_photo"]
    assert sum(note["photos"] for note in notes) == left_out


def test_without_a_validation_split_some_photos_are_held_out(
    tmp_path: Path, digits: Photos, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = [photo for photo in digits[:100] if photo[2] != "validation"]
    run(write_job(tmp_path / "run", photos, parameters=QUICK))
    (note,) = said(capsys, "note")
    assert note["code"] == "validation_held_out"
    assert 5 <= note["photos"] <= 10


def test_three_photos_are_enough_to_run(
    tmp_path: Path, digits: Photos, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = [(path, slug, "train") for path, slug, _ in digits[:3]]
    folder = write_job(tmp_path / "run", photos, parameters=QUICK)
    run(folder)
    (note,) = said(capsys, "note")
    assert note["code"] == "validation_is_training"
    assert verify(folder / "result").metrics["accuracy"] is None


def test_nothing_to_learn_from_is_an_error(tmp_path: Path, digits: Photos) -> None:
    photos = [photo for photo in digits[:60] if photo[2] == "test"]
    with pytest.raises(CannotTrain) as caught:
        run(write_job(tmp_path / "run", photos))
    assert caught.value.code == "no_photos"


def test_finishing_before_the_first_epoch_keeps_nothing(tmp_path: Path, digits: Photos) -> None:
    folder = write_job(tmp_path / "run", digits[:60])
    (folder / "finish-now").touch()
    with pytest.raises(CannotTrain) as caught:
        run(folder)
    assert caught.value.code == "nothing_yet"


def test_it_stops_when_nothing_improves(
    tmp_path: Path, digits: Photos, capsys: pytest.CaptureFixture[str]
) -> None:
    parameters = {"epochs": 50, "learning_rate": 1e-7, "patience": 2, "ema_decay": 0.0}
    run(write_job(tmp_path / "run", digits[:60], parameters=parameters))
    assert "stopped_early" in [note["code"] for note in said(capsys, "note")]


def test_mixup_learns_too(tmp_path: Path, digits: Photos) -> None:
    folder = write_job(tmp_path / "run", digits[:600], parameters={**QUICK, "mixup": 0.4})
    run(folder)
    assert verify(folder / "result").metrics["accuracy"] > 0.3
