"""Files that say little and want much, through the real API."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from recognition.cnn.pixels import pool
from recognition.models import Photo
from recognition.photos import intake
from recognition.photos.renditions import THUMBNAIL_SIDE
from tests.support.files import arrived, encoded, incoming, picture, sent
from tests.support.hostile import HOSTILE, many_scans
from tests.support.tokens import token_of

MAX_S = 5.0
MAX_GROWTH_MB = 40  # with what the test client itself keeps of a file
MAX_PROCESS_MB = 120

pytestmark = [pytest.mark.usefixtures("version"), pytest.mark.django_db]


def memory_mb(pid: int | str = "self", what: str = "VmRSS") -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def decoders() -> list[int]:
    return [child._process.pid for child in pool.shared()._light._idle]


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_is_judged_at_once_and_costs_nobody_memory(kind: str, api: APIClient) -> None:
    make, codes = HOSTILE[kind]
    api.post(
        "/api/v1/photos/", {"image": sent(encoded(picture(seed=1)))}
    )  # all that is loaded once
    content = sent(make())
    before_mb, started = memory_mb(), time.monotonic()
    response = api.post("/api/v1/photos/", {"image": content})
    assert time.monotonic() - started < MAX_S
    assert memory_mb() - before_mb < MAX_GROWTH_MB
    assert all(memory_mb(pid, "VmHWM") < MAX_PROCESS_MB for pid in decoders())
    assert incoming() == []
    if codes:
        assert response.status_code in (400, 413)
        assert response.json()["code"] in codes
    else:
        assert response.status_code == 202


@pytest.mark.parametrize("kind", [kind for kind, (_, codes) in HOSTILE.items() if not codes])
def test_what_is_accepted_can_be_looked_at(kind: str, api: APIClient, client: Client) -> None:
    response = api.post("/api/v1/photos/", {"image": sent(HOSTILE[kind][0]())})
    client.force_login(User.objects.get(photo=response.json()["id"]))
    before_mb = memory_mb()
    answer = client.get(f"/photos/{response.json()['id']}/thumbnail.jpg")
    assert answer.status_code in (200, 302)
    assert memory_mb() - before_mb < MAX_GROWTH_MB


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_somebody_elses_heavy_photos(uploader: User) -> None:
    """While one person's heavy photos are drawn and judged, another one's are not held up."""
    other = User.objects.create_user("other")
    token = token_of(other)
    heavy = [
        intake.accept([(arrived(many_scans(95 - turn, side=9000)), None)], uploader)
        for turn in range(3)
    ]
    photos = [outcome.photo for outcomes in heavy for outcome in outcomes]

    def look(photo: Photo) -> int:
        with closing(connection):
            client = Client()
            client.force_login(uploader)
            return client.get(f"/photos/{photo.id}/thumbnail.jpg").status_code

    with ThreadPoolExecutor(4) as threads:
        looks = [threads.submit(look, photo) for photo in photos]
        time.sleep(0.3)
        started = time.monotonic()
        api = APIClient(headers={"Authorization": f"Token {token}"})
        response = api.post("/api/v1/photos/", {"image": sent(encoded(picture(seed=2), "PNG"))})
        client = Client()
        client.force_login(other)
        shown = client.get(f"/photos/{response.json()['id']}/thumbnail.jpg")
        passed = time.monotonic() - started
        assert not all(each.done() for each in looks)
    assert (response.status_code, shown.status_code) == (202, 200)
    assert passed < 30.0
    drawn = [photo.rendition_path(THUMBNAIL_SIDE).exists() for photo in photos]
    assert all(each.result() in (200, 302) for each in looks)
    assert any(drawn)
