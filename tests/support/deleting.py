"""A process of its own that deletes photos as the teacher does, on the database of the tests."""

from __future__ import annotations

import os
import subprocess
import sys

from django.contrib.auth.models import User
from django.db import connection, transaction

from recognition.models import Photo, Prediction, State
from recognition.versions.registry import live_version
from webapp.home import BASE_DIR

_PROGRAM = """
import django
django.setup()
from recognition.photos import deletion
print("ready", flush=True)
input()
deletion.delete_asked()
"""


def add_many(owner: User, count: int) -> list[Photo]:
    """Photos that a network has seen, without their files."""
    version = live_version()
    plain = {"name": "x.jpg", "format": "JPEG", "width": 9, "height": 9, "size_bytes": 9}
    photos = [Photo(owner=owner, sha256=f"{number:064x}", **plain) for number in range(count)]
    for photo in photos:
        photo.prediction = Prediction(
            photo=photo, model_version=version, state=State.DONE, embedding=bytes(2560)
        )
    with transaction.atomic():
        Photo.objects.bulk_create(photos)
        Prediction.objects.bulk_create([photo.prediction for photo in photos])
    return photos


def deleting() -> subprocess.Popen[str]:
    """It begins now."""
    deleter = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert deleter.stdout
    assert deleter.stdout.readline() == "ready\n"
    assert deleter.stdin
    deleter.stdin.write("go\n")
    deleter.stdin.flush()
    return deleter
