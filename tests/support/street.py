"""Subjects for the photos of a running instance, as a network would have found them."""

from __future__ import annotations

from tests.support.instance import Instance
from tests.support.reviewers import run

LEFT, RIGHT = [0.1, 0.2, 0.4, 0.7], [0.55, 0.3, 0.95, 0.8]
_FIND = """
from tests.support.rows import found_subject
for photo in Photo.objects.filter(name__in={names!r}).select_related("prediction"):
    photo.prediction.subjects.all().delete()
    found_subject(photo, {left}, "dog", confidence=0.8)
    found_subject(photo, {right}, "car", confidence=0.7)
"""
_SHOW = """
photo = Photo.objects.get(id={photo!r})
print(photo.box, *[f"{{one.label.slug}} {{one.box}}" for one in photo.annotations.all()], sep="\\n")
"""


def find_dog_and_car(instance: Instance, names: list[str]) -> None:
    """In each photo of these names: a dog at the left, the main subject, and a car."""
    run(instance, _FIND.format(names=names, left=LEFT, right=RIGHT))


def said_of(instance: Instance, photo: str) -> list[str]:
    """What the photo's label is about, then each part's label of its own, as people said."""
    return run(instance, _SHOW.format(photo=photo))
