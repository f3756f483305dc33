"""People who upload through the proxy while a drill goes on, and what must have come of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import requests

from tests.cluster.machines import Cluster
from tests.support.instance import wait_until
from tests.support.meanwhile import meanwhile

PEOPLE = 3
_PAUSE_S = 0.1
_WITHIN_S = 90
_WAITING = """
SELECT count(*) FROM recognition_prediction WHERE photo_id = ANY(%s::uuid[]) AND state <> 'done'
"""
_PHOTOS = """
SELECT photo.id, count(prediction.id) FROM recognition_photo photo
LEFT JOIN recognition_prediction prediction ON prediction.photo_id = photo.id
WHERE photo.owner_id = (SELECT id FROM auth_user WHERE username = %s) GROUP BY 1
"""
_COUNTED = """
SELECT stored_photos FROM recognition_profile
WHERE user_id = (SELECT id FROM auth_user WHERE username = %s)
"""


class Failure(NamedTuple):
    """A request that was not answered as it should be. Times are those of time.monotonic."""

    sent_s: float
    ended_s: float
    why: str


class Uploads:
    """stored: the ids that were answered, one for each photo that was sent."""

    def __init__(self, cluster: Cluster, photos: Sequence[Path]) -> None:
        self.name, self._api = cluster.new_uploader()
        self.stored: list[str] = []
        self.failures: list[Failure] = []
        self._photos = photos
        self._errors: Sequence[BaseException] = ()

    def wait_for_more(self, count: int = 10) -> None:
        """Until so many further photos are stored."""
        wanted = len(self.stored) + count
        wait_until(lambda: self._errors or len(self.stored) >= wanted)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Inside, people upload one photo after the other; at the end each has its last answer."""
        people = [partial(self._store_one, self._new_session()) for _ in range(PEOPLE)]
        with meanwhile(*people, pause_s=_PAUSE_S) as self._errors:
            yield

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.headers.update(self._api.session.headers)
        return session

    def _store_one(self, session: requests.Session) -> None:
        """The same bytes again until they are answered: they are the same photo then."""
        photo = self._photos[len(self.stored) % len(self._photos)]
        content = photo.read_bytes() + os.urandom(8)
        give_up_s = time.monotonic() + _WITHIN_S
        while time.monotonic() < give_up_s:
            sent_s = time.monotonic()
            try:
                answer = session.post(
                    f"{self._api.base}/photos/", files={"image": ("a.jpg", content)}, timeout=60
                )
                if answer.status_code == 202:
                    self.stored.append(answer.json()["id"])
                    return
                why = f"{answer.status_code} {answer.text[:200]}"
            except requests.RequestException as error:
                why = repr(error)
            self.failures.append(Failure(sent_s, time.monotonic(), why))
            time.sleep(_PAUSE_S)
        raise TimeoutError(f"no photo was stored for {_WITHIN_S} s: {self.failures[-1]}")


def wait_for_predictions(cluster: Cluster, photos: Sequence[str]) -> None:
    """Of these photos, and none that is added to them meanwhile."""
    asked = list(photos)
    wait_until(lambda: cluster.rows(_WAITING, asked) == [(0,)])


def check(cluster: Cluster, uploads: Uploads) -> None:
    """Wait until all is predicted; nothing was lost, and nothing happened twice."""
    wait_for_predictions(cluster, uploads.stored)
    sent = len(uploads.stored)
    assert len(set(uploads.stored)) == sent
    rows: dict[str, Any] = {str(id_): count for id_, count in cluster.rows(_PHOTOS, uploads.name)}
    assert rows == dict.fromkeys(uploads.stored, 1)
    assert cluster.rows(_COUNTED, uploads.name) == [(sent,)]
    originals = {
        found.key.rpartition("/")[2]
        for found in cluster.objects.objects.filter(Prefix="originals/")
    }
    assert {id_.replace("-", "") for id_ in uploads.stored} <= originals
