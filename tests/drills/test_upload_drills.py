"""What happens when a part of a running instance dies: real processes, real signals."""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
from pathlib import Path
from uuid import UUID

from PIL import Image

from tests.support.instance import Api, Instance, wait_until


def test_a_killed_predictor_loses_no_photo_and_predicts_none_twice(
    instance: Instance, client: Api, photos: list[Path]
) -> None:
    batch = client.upload_many(_new_files(photos, 200))
    wait_until(lambda: _progress(client, batch)["done"] >= 20)

    instance.kill("predictor")
    before = _answers(client, batch)
    assert 0 < len(before) < 200
    instance.start("predictor")

    wait_until(lambda: _progress(client, batch)["pending"] == 0)
    after = _answers(client, batch)
    assert len(after) == 200
    assert {photo: after[photo] for photo in before} == before


def test_uploads_are_accepted_while_redis_is_down_and_predicted_when_it_is_back(
    instance: Instance, client: Api, photos: list[Path]
) -> None:
    instance.kill("redis")

    batch = client.upload_many(_new_files(photos, 5))
    assert batch["accepted"] == 5
    assert client.get(f"photos/{_photo_of(client, batch)}/", wait=0.5)["state"] == "pending"

    instance.start("redis")
    wait_until(lambda: _progress(client, batch)["done"] == 5)


def test_photos_wait_while_the_predictor_is_stopped(
    instance: Instance, client: Api, photos: list[Path]
) -> None:
    instance.stop("predictor")

    batch = client.upload_many(_new_files(photos, 5))
    assert _progress(client, batch) == {"total": 5, "pending": 5, "done": 0, "failed": 0}

    instance.start("predictor")
    wait_until(lambda: _progress(client, batch)["done"] == 5)


def test_near_duplicates_are_grouped_though_the_analyst_is_killed_at_work(
    instance: Instance, client: Api, photos: list[Path]
) -> None:
    originals = [_encoded(path, 95) for path in photos]
    copies = [_encoded(path, 60) for path in photos]
    batch = client.upload_many(
        [(f"{number}.jpg", content) for number, content in enumerate(originals)]
    )
    wait_until(lambda: _progress(client, batch)["done"] == len(photos))
    instance.kill("analyst")
    batch = client.upload_many(
        [(f"{number}.jpg", content) for number, content in enumerate(copies)]
    )
    wait_until(lambda: _progress(client, batch)["done"] == len(photos))
    assert _to_analyse(instance) >= len(photos)

    instance.start("analyst")
    wait_until(lambda: _to_analyse(instance) == 0)
    copied = UUID(batch["batch"]).hex
    alone = f"recognition_photo WHERE batch_id = '{copied}' AND \"group\" IS NULL"
    assert _count(instance, alone) == 0


def _new_files(photos: list[Path], count: int) -> list[tuple[str, bytes]]:
    """Files that no earlier upload equals: a few random bytes follow the picture's end."""
    return [
        (f"{number}.jpg", photos[number % len(photos)].read_bytes() + os.urandom(8))
        for number in range(count)
    ]


def _encoded(path: Path, quality: int) -> bytes:
    stream = io.BytesIO()
    Image.open(path).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _to_analyse(instance: Instance) -> int:
    return _count(instance, "recognition_prediction WHERE analysis_due IS NOT NULL")


def _count(instance: Instance, rows: str) -> int:
    """Straight from the file: asked without a pause, a whole Django would starve the analyst."""
    with contextlib.closing(sqlite3.connect(instance.home / "db.sqlite3")) as database:
        return database.execute(f"SELECT COUNT(*) FROM {rows}").fetchone()[0]


def _progress(client: Api, batch: dict) -> dict:
    return client.get(f"batches/{batch['batch']}/")


def _photo_of(client: Api, batch: dict) -> str:
    return client.get("photos/", batch=batch["batch"])["results"][0]["id"]


def _answers(client: Api, batch: dict) -> dict[str, dict]:
    """The predictions of the batch that are done, by photo."""
    page = client.get("photos/", batch=batch["batch"], state="done", page_size=200)
    assert page["next"] is None
    return {photo["id"]: photo["prediction"] for photo in page["results"]}
