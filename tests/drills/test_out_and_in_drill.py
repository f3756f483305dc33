"""10,000 photos out of one instance and in to another one: the same."""

from __future__ import annotations

import time
from pathlib import Path
from zipfile import ZipFile

from tests.support import drills, whole_sets
from tests.support.instance import Instance

PHOTOS = 10_000


@drills.only_long
def test_ten_thousand_photos_are_the_same_elsewhere(tmp_path: Path) -> None:
    whole_sets.write(tmp_path / "made", PHOTOS)
    here = _through(tmp_path, "one", tmp_path / "made")
    with ZipFile(here) as archive:
        archive.extractall(tmp_path / "out")
    there = _through(tmp_path, "two", tmp_path / "out")
    told = whole_sets.told(here)
    assert len(told["photos"]) == PHOTOS
    assert whole_sets.told(there) == told


def _through(folder: Path, name: str, data_set: Path) -> Path:
    """Into a new instance and out of it; says how long each way takes."""
    (folder / name).mkdir()
    instance = Instance(folder / name, folder / name / "models_store")
    instance.prepare()
    instance.token_of("ursula")
    archive, clock = folder / f"{name}.zip", [time.monotonic()]
    owner = ("--owner", "ursula", "--labelled", "--create-labels")
    instance.manage("import_photos", str(data_set), *owner)
    clock.append(time.monotonic())
    instance.manage("export_photos", str(archive), "--with-place")
    clock.append(time.monotonic())
    print(f"{name}: in {clock[1] - clock[0]:.0f} s, out {clock[2] - clock[1]:.0f} s")
    return archive
