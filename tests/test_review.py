"""To confirm or correct is the only way a label comes to be."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User

from recognition.models import Label, Photo, State
from recognition.review import set_label
from tests.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


def test_a_label_is_set_with_who_said_so_and_when(uploader: User, reviewer: User) -> None:
    photo = set_label(add_photo(uploader).id, Label.objects.get(slug="dog"), reviewer)
    stored = Photo.objects.get()
    assert photo == stored
    assert (stored.label.slug, stored.labelled_by) == ("dog", reviewer)
    assert stored.labelled_at


def test_the_last_word_counts(uploader: User, reviewer: User) -> None:
    photo = add_photo(uploader)
    set_label(photo.id, Label.objects.get(slug="dog"), uploader)
    set_label(photo.id, Label.objects.get(slug="car"), reviewer)
    stored = Photo.objects.get()
    assert (stored.label.slug, stored.labelled_by) == ("car", reviewer)


def test_a_label_leaves_the_prediction_as_it_is(uploader: User, reviewer: User) -> None:
    photo = add_photo(uploader, prediction__state=State.DONE, prediction__confidence=0.5)
    set_label(photo.id, Label.objects.get(slug="car"), reviewer)
    prediction = Photo.objects.get().prediction
    assert (prediction.state, prediction.label, prediction.confidence) == (State.DONE, None, 0.5)


def test_a_photo_that_is_gone_cannot_be_labelled(reviewer: User) -> None:
    with pytest.raises(Photo.DoesNotExist):
        set_label(uuid.uuid4(), Label.objects.get(slug="dog"), reviewer)
