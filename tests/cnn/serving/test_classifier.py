from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.classifier import BATCH_SIZE, Answer, Classifier, HeavyPhoto
from recognition.cnn.taxonomy import labels
from tests.support.files import encoded

OWNER = {index: label.slug for label in labels() for index in label.classes}


def class_of(photo: Path) -> int:
    return int(photo.stem.rsplit("_", 1)[1])


def answered(result: list[Answer | UnreadablePhoto]) -> list[Answer]:
    assert all(isinstance(item, Answer) for item in result), result
    return [item for item in result if isinstance(item, Answer)]


def test_photographs_get_the_label_of_their_class(
    classifier: Classifier, photos: list[Path]
) -> None:
    answers = answered(classifier.predict(photos))
    right = [a.label == OWNER[class_of(p)] for a, p in zip(answers, photos, strict=True)]
    assert sum(right) >= 19


def test_an_answer_is_consistent(classifier: Classifier, photos: list[Path]) -> None:
    kinds = {label.slug: label.kind for label in labels()}
    for answer in answered(classifier.predict(photos)):
        chances = [chance for _, chance in answer.top]
        assert answer.top[0] == (answer.label, answer.confidence)
        assert len(answer.top) == 5
        assert chances == sorted(chances, reverse=True)
        assert 0 < sum(chances) <= 1 + 1e-6
        assert answer.kind == kinds[answer.label]
        assert answer.embedding.shape == (1280,)
        assert answer.embedding.dtype == np.float16
        assert answer.milliseconds > 0


def test_the_fine_name_belongs_to_the_label(classifier: Classifier, photos: list[Path]) -> None:
    names = classifier.manifest.fine_names
    for answer in answered(classifier.predict(photos)):
        assert OWNER[names.index(answer.fine)] == answer.label


def test_bytes_are_answered_like_the_file(classifier: Classifier, photos: list[Path]) -> None:
    from_file, from_bytes = answered(classifier.predict([photos[0], photos[0].read_bytes()]))
    assert from_file.top == from_bytes.top


def test_a_damaged_photo_fails_alone(classifier: Classifier, photos: list[Path]) -> None:
    half = photos[1].read_bytes()[:3000]
    first, broken, last = classifier.predict([photos[0], half, photos[2]])
    assert isinstance(first, Answer)
    assert isinstance(broken, UnreadablePhoto)
    assert broken.code == "truncated"
    assert isinstance(last, Answer)
    (alone,) = answered(classifier.predict([photos[2]]))
    assert (last.label, last.fine) == (alone.label, alone.fine)


def test_a_batch_of_damaged_photos_is_answered(classifier: Classifier) -> None:
    result = classifier.predict([b"", b"no photo"])
    assert [type(item) for item in result] == [UnreadablePhoto, UnreadablePhoto]


def test_a_missing_file_is_that_photos_failure(
    classifier: Classifier, photos: list[Path], tmp_path: Path
) -> None:
    gone, whole = classifier.predict([tmp_path / "gone.jpg", photos[0]])
    assert isinstance(gone, UnreadablePhoto)
    assert isinstance(whole, Answer)


def test_what_takes_long_to_decode_is_left_for_later(
    classifier: Classifier, photos: list[Path]
) -> None:
    heavy = encoded(Image.new("1", (6000, 5000)), "PNG")
    [[later, light]] = list(classifier.stream([[heavy, photos[0]]]))
    assert isinstance(later, HeavyPhoto)
    assert isinstance(light, Answer)
    assert isinstance(classifier.predict_apart(heavy), Answer)
    assert all(isinstance(answer, Answer) for answer in classifier.predict([heavy, photos[0]]))


def test_nothing_in_gives_nothing_out(classifier: Classifier) -> None:
    assert classifier.predict([]) == []
    assert list(classifier.stream(iter([]))) == []
    assert list(classifier.stream([[]])) == [[]]


def test_results_come_in_order_whatever_the_batch_sizes(
    classifier: Classifier, photos: list[Path]
) -> None:
    batches = [photos[:7], photos[7:8], [], photos[8:20], photos[:3]]
    streamed = list(classifier.stream(batches))
    assert [len(batch) for batch in streamed] == [7, 1, 0, 12, 3]
    flat = answered([answer for batch in streamed for answer in batch])
    expected = answered(classifier.predict(photos))
    order = [*range(20), 0, 1, 2]
    assert [a.label for a in flat] == [expected[i].label for i in order]


def test_batches_are_pulled_lazily(classifier: Classifier, photos: list[Path]) -> None:
    pulled = 0

    def source() -> Iterator[list[Path]]:
        nonlocal pulled
        for _ in range(10):
            pulled += 1
            yield photos[:1]

    stream = classifier.stream(source())
    next(stream)
    assert pulled <= 3
    assert len(list(stream)) == 9


def test_an_error_of_the_source_reaches_the_caller(
    classifier: Classifier, photos: list[Path]
) -> None:
    def source() -> Iterator[list[Path]]:
        yield photos[:1]
        raise ConnectionError("the queue is gone")

    with pytest.raises(ConnectionError):
        list(classifier.stream(source()))
    assert len(classifier.predict(photos[:1])) == 1


def test_more_photos_than_a_batch_are_answered(classifier: Classifier, photos: list[Path]) -> None:
    assert len(answered(classifier.predict(photos * 2))) == 40 > BATCH_SIZE


def test_the_source_is_pulled_in_the_callers_thread(
    classifier: Classifier, photos: list[Path]
) -> None:
    threads = set[int]()

    def source() -> Iterator[list[Path]]:
        for _ in range(4):
            threads.add(threading.get_ident())
            yield photos[:1]

    list(classifier.stream(source()))
    assert threads == {threading.get_ident()}


def test_a_closed_classifier_leaves_no_threads(version: Path, photos: list[Path]) -> None:
    before = threading.active_count()
    with Classifier.load(version) as loaded:
        loaded.predict(photos[:2])
    assert threading.active_count() <= before


def test_a_tampered_version_is_refused(version: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(version, tmp_path / "1"))
    (copy / "weights.safetensors").write_bytes(b"other weights")
    with pytest.raises(CorruptCheckpoint, match=r"weights\.safetensors"):
        Classifier.load(copy)


def test_openvino_is_the_engine_of_a_cpu(version: Path) -> None:
    with Classifier.load(version, device="cpu") as loaded:
        assert loaded.engine_name == "openvino"
