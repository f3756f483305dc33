"""The clock is set back an hour while people upload, review and teach.

A library that is preloaded moves the clock of the processes alone. Without a C compiler this is
skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import drills
from tests.support.instance import Api, Instance, running, wait_until

PARTS = ("web", "redis", "predictor", "analyst", "teacher")
HOUR_S = 3600
LABELLED = 12
SOURCE = Path(__file__).parents[1] / "support" / "moved_clock.c"
pytestmark = drills.only_long


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that says by how many seconds the processes' clock differs."""
    clock = tmp_path_factory.mktemp("clock") / "offset"
    clock.write_text("0")
    return clock


@pytest.fixture(scope="module")
def instance(
    clock: Path, own_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("there is no C compiler")
    library = clock.with_name("moved_clock.so")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    moved = {"LD_PRELOAD": str(library), "MOVED_CLOCK": str(clock), "ARK_SWEEP_S": "1"}
    home = tmp_path_factory.mktemp("ark")
    with running(home, own_store, PARTS, **moved) as instance:
        yield instance


def test_set_back_an_hour_it_goes_on(instance: Instance, clock: Path, photos: list[Path]) -> None:
    api = instance.api(instance.token_of("rita", "Reviewer"))
    trainer = instance.api(instance.token_of("tina", "Trainer"))
    before = [_answered(api, path, number) for number, path in enumerate(photos[:LABELLED])]
    clock.write_text(str(-HOUR_S))
    after = [_answered(api, path, 100 + number) for number, path in enumerate(photos[:LABELLED])]
    assert after[0]["created"] < before[-1]["created"]  # or the clock was not moved at all
    for photo in (*before, *after):
        slug = photo["prediction"]["label"]
        answer = api.session.put(
            f"{api.base}/photos/{photo['id']}/label/", json={"label": slug}, timeout=60
        )
        answer.raise_for_status()
    answer = trainer.session.post(f"{trainer.base}/training-runs/", json={"mode": "teach"})
    answer.raise_for_status()
    address = f"training-runs/{answer.json()['id']}/"
    wait_until(lambda: trainer.get(address)["state"] not in ("queued", "running"))
    assert trainer.get(address)["state"] == "succeeded"
    time.sleep(2)  # a few looks for what was lost
    assert {_state(api, photo["id"]) for photo in (*before, *after)} == {"done"}


def _answered(api: Api, path: Path, number: int) -> dict:
    image = (f"{number}.jpg", path.read_bytes() + os.urandom(8))
    answer = api.session.post(f"{api.base}/photos/", files={"image": image}, timeout=60)
    answer.raise_for_status()
    photo = answer.json()["id"]
    wait_until(lambda: _state(api, photo) == "done")
    return api.get(f"photos/{photo}/")


def _state(api: Api, photo: str) -> str:
    return api.get(f"photos/{photo}/")["state"]
