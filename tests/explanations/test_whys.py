"""Why an answer: worked out by a real network, of a real photograph."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from PIL import Image

from recognition.cnn.explain.explained import Explained, from_fields
from recognition.core.jobs import JobFailed
from recognition.explanations import kept, pulling, whys
from recognition.explanations.asked_about import about
from recognition.labels.tree import LabelTree
from recognition.models import Label, ModelVersion, Photo
from tests.explanations.conftest import answered
from tests.support.rows import embedding, found_subject, give_label, predicted_photo, taught_version


@pytest.fixture
def duck(live_version: ModelVersion, uploader: User, photos: list[Path]) -> Photo:
    """Class 99 of ImageNet is a goose."""
    (file,) = (photo for photo in photos if photo.stem.endswith("_99"))
    return answered(uploader, file, {"duck": 0.6, "bird": 0.3, "dog": 0.02})


def explained(photo: Photo) -> dict[str, Any]:
    version = ModelVersion.objects.get(live=True)
    whys.explain(photo, version, "why")
    document = kept.read(photo.id, version.number, "why")
    assert document is not None
    return document


def test_each_view_has_maps_and_the_answer_a_check(duck: Photo) -> None:
    found_subject(duck, [0.1, 0.1, 0.9, 0.9], "duck")
    document = explained(duck)
    assert document["is_checked"]
    assert document["about"] == about(duck, LabelTree()).digest
    assert [view["box"] for view in document["views"]] == [None, [0.1, 0.1, 0.9, 0.9]]
    whole, subject = ([from_fields(one) for one in v["labels"]] for v in document["views"])
    assert [one.slug for one in whole] == ["duck", "bird", "dog"]
    assert [one.slug for one in subject] == ["duck"]
    for first in (whole[0], subject[0]):
        assert first.check.alone > first.check.random_alone
        assert 1 < len(first.classes) <= whys.MOST_CLASSES
    for number, view in enumerate(document["views"]):
        said = dict(view["shown"]["alone"])
        assert said["duck"] == pytest.approx(first_of(view).check.alone, abs=0.01)
        picture = kept.picture(duck.id, 1, whys.picture_name(number, "masked"))
        with Image.open(picture) as shown:
            assert shown.size == (256, 256)


def first_of(view: dict[str, Any]) -> Explained:
    """Of the view's first label."""
    return from_fields(view["labels"][0])


def test_of_a_broader_answer_it_tells_what_could_not_be_told_apart(duck: Photo) -> None:
    group = Label.objects.get(slug="bird")
    duck.prediction.label = group
    duck.prediction.save()
    (view,) = explained(duck)["views"]
    assert [one["slug"] for one in view["labels"]] == ["bird", "duck", "dog"]
    children = view["children"]["bird"]
    assert sum(share for _slug, share in children["shares"]) <= 1.0001
    assert children["shares"][0][0] in {"duck", "bird"}


def test_a_second_time_nothing_is_worked_out(duck: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    explained(duck)
    monkeypatch.setattr(whys, "_explainer", Mock(side_effect=AssertionError))
    assert explained(duck)["is_checked"]


def test_an_answer_that_changes_is_explained_anew(duck: Photo) -> None:
    before = explained(duck)
    found_subject(duck, [0.1, 0.1, 0.9, 0.9], "duck")
    after = explained(duck)
    assert (len(before["views"]), len(after["views"])) == (1, 2)
    assert before["about"] != after["about"]


def test_a_photo_that_cannot_be_read_says_so(duck: Photo) -> None:
    duck.original_path.write_bytes(b"no picture")
    with pytest.raises(JobFailed, match="unreadable"):
        explained(duck)


# Photos that pulled towards a wrong label


def wrong(owner: User, reviewer: User) -> Photo:
    """Answered as a dog, labelled as a car."""
    photo = predicted_photo(owner, "dog", 0.7)
    photo.prediction.embedding = embedding(0).astype("<f2").tobytes()
    photo.prediction.save()
    give_label([photo], "car", reviewer)
    photo.refresh_from_db()
    return photo


def dogs(owner: User, reviewer: User, *similarities: float) -> list[Photo]:
    photos = []
    for seed, similarity in enumerate(similarities, start=1):
        photo = predicted_photo(owner, "dog", 0.9)
        row = embedding(seed, like=0, similarity=similarity)
        photo.prediction.embedding = row.astype("<f2").tobytes()
        photo.prediction.save()
        photos.append(photo)
    give_label(photos, "dog", reviewer)
    return photos


def pulled(photo: Photo, version: ModelVersion) -> dict[str, Any]:
    return pulling.found(photo, version, about(photo, LabelTree()))


def test_the_nearest_photos_with_the_wrong_label_pulled(
    version: ModelVersion, uploader: User, reviewer: User
) -> None:
    photo = wrong(uploader, reviewer)
    far, near = dogs(uploader, reviewer, 0.2, 0.9)
    found = pulled(photo, version)
    assert [one["photo"] for one in found["photos"]] == [str(near.id), str(far.id)]
    assert found["photos"][0]["similarity"] == pytest.approx(0.9, abs=0.001)
    assert not found["taught"]


def test_of_a_version_that_was_taught_here_its_own_training_photos(
    version: ModelVersion, uploader: User, reviewer: User
) -> None:
    learned = dogs(uploader, reviewer, *[0.5] * 12)
    taught = taught_version(2, learned)
    photo = wrong(uploader, reviewer)
    dogs(uploader, reviewer, 0.99)  # which it has not seen
    found = pulled(photo, taught)
    assert found["taught"]
    seen = {str(one.id) for one in learned if one.split == "train"}
    assert {one["photo"] for one in found["photos"]} <= seen


def test_of_an_answer_that_is_right_nothing_pulled_wrongly(
    version: ModelVersion, uploader: User, reviewer: User
) -> None:
    (dog,) = dogs(uploader, reviewer, 0.9)
    dog.refresh_from_db()
    assert about(dog, LabelTree()).wrong == ""
