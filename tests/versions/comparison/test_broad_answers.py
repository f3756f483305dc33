"""Two versions, one of which answers a group that the photo's label is in."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import numpy as np
import pytest

from recognition.cnn import narrowest
from recognition.models import ComparedPhoto, Label, Photo
from recognition.versions.comparison import judging
from recognition.versions.comparison.judging import Verdict
from tests.versions.comparison.conftest import EMBEDDING_SIZE, outcomes

pytestmark = pytest.mark.django_db(transaction=True)
Outcome, Part = ComparedPhoto.Outcome, ComparedPhoto.Part


def test_what_is_above_the_label_is_right_but_broad(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    """Versions say dog and car, or car and dog; the labels are a dog's and a car's kinds."""
    for slug, parent in (("poodle", "dog"), ("coupe", "car")):
        above = Label.objects.get(slug=parent)
        Label.objects.create(slug=slug, name_en=slug, name_zh=slug, kind=above.kind, parent=above)
    won, lost, both = photo_of(4, "coupe"), photo_of(4, "poodle"), photo_of(0, "poodle")
    finer, broader = photo_of(2, "taxi"), photo_of(2, "cat")
    Label.objects.filter(slug="taxi").update(parent=Label.objects.get(slug="cat"))
    found = compared()
    assert outcomes(found) == {
        won.id: (Outcome.BROAD, "dog", "car"),
        lost.id: (Outcome.BROKEN, "dog", "car"),
        both.id: (Outcome.BOTH_RIGHT, "dog", "dog"),
        finer.id: (Outcome.BROADER, "taxi", "cat"),
        broader.id: (Outcome.BOTH_RIGHT, "taxi", "cat"),
    }
    counts = {name: found.findings[name] for name in ("fixed", "broken", "broad", "broader")}
    assert counts == {"fixed": 0, "broken": 1, "broad": 1, "broader": 1}
    assert judging.judge(found.findings) == Verdict.CHANCE
    assert (found.findings["baseline"]["broad"], found.findings["candidate"]["broad"]) == (0.4, 0.6)


def test_where_neither_label_is_sure_the_group_is_compared(
    compared: Callable, photo_of: Callable[..., Photo]
) -> None:
    """All labels are nearly alike likely: dog's and cat's group has the half of it."""
    with patch.object(narrowest, "CLEARLY", 0.45):
        animal = Label.objects.create(slug="animal", name_en="A", name_zh="A", kind="animal")
        vehicle = Label.objects.create(slug="vehicle", name_en="V", name_zh="V", kind="vehicle")
        Label.objects.filter(slug__in=["dog", "cat"]).update(parent=animal)
        Label.objects.filter(slug="car").update(parent=vehicle)
        photo = photo_of(83, "dog")
        hardly_a_dog = np.zeros(EMBEDDING_SIZE, "<f2")
        hardly_a_dog[0] = 0.02
        photo.predictions.update(embedding=hardly_a_dog.tobytes())
        found = compared()
    assert outcomes(found)[photo.id][1:] == ("dog", "animal")
    row = found.photos.get(part=Part.TEST)
    assert row.outcome == Outcome.BROADER
    assert row.after_confidence == pytest.approx(0.5, abs=0.01)
