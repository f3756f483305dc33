"""Decoding in processes of their own: within limits, in turns, and started again when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PIL import Image

from recognition.cnn.pixels import children, pool
from recognition.cnn.pixels.children import CannotStart, Child
from recognition.cnn.pixels.lane import Lane
from recognition.cnn.pixels.pool import LIGHT, HeavyPhoto, Pool
from recognition.cnn.pixels.unreadable import Busy, UnreadablePhoto
from tests.support.files import encoded, noise, picture
from tests.support.hostile import many_scans
from webapp.home import BASE_DIR

INSPECT = {"do": "inspect", "max_pixels": 100_000_000}


@pytest.fixture
def photo(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(picture(), "PNG"))
    with path.open("rb") as file:
        yield file.fileno()


@pytest.fixture
def lane() -> Iterator[Lane]:
    lane = Lane(1, LIGHT, apart=False, most_waiting=2)
    yield lane
    lane.close()


def process_of(lane: Lane) -> int:
    return lane._idle[0]._process.pid


def test_a_process_serves_many_photos(lane: Lane, photo: int) -> None:
    pids = set()
    for _ in range(5):
        assert lane.ask(dict(INSPECT), photo).fields["width"] == 96
        pids.add(process_of(lane))
    assert len(pids) == 1


def test_it_is_replaced_after_so_many(photo: int) -> None:
    lane = Lane(1, replace(LIGHT, requests=2), apart=False, most_waiting=1)
    first = []
    for _ in range(4):
        assert lane.ask(dict(INSPECT), photo).fields["width"] == 96
        first.append(len(lane._idle))
    assert first == [1, 0, 1, 0]


def test_one_that_somebody_has_killed_costs_no_photo(lane: Lane, photo: int) -> None:
    lane.ask(dict(INSPECT), photo)
    os.kill(process_of(lane), signal.SIGKILL)
    assert lane.ask(dict(INSPECT), photo).fields["width"] == 96


def test_a_photo_of_which_it_dies_is_refused(
    lane: Lane, photo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Child.ask

    def killed(child: Child, *arguments: object) -> object:
        child._process.kill()
        return ask(child, *arguments)

    monkeypatch.setattr(Child, "ask", killed)
    with pytest.raises(UnreadablePhoto, match="truncated"):
        lane.ask(dict(INSPECT), photo)
    monkeypatch.undo()
    assert lane.ask(dict(INSPECT), photo).fields["width"] == 96


@pytest.mark.parametrize("limits", [{"wall_s": 0.05}, {"cpu_s": 0}])
def test_what_takes_too_long_is_ended(limits: dict[str, float], tmp_path: Path) -> None:
    path = tmp_path / "slow.jpg"
    path.write_bytes(many_scans(90, side=9000))
    lane = Lane(1, replace(LIGHT, **limits), apart=True, most_waiting=1)
    request = {"do": "render", "max_pixels": 100_000_000, "longest_side": 320}
    with path.open("rb") as file, pytest.raises(UnreadablePhoto, match="too_complex"):
        lane.ask(request, file.fileno())
    lane.close()


def test_what_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (9000, 9000)).save(path, compress_level=1)
    lane = Lane(1, replace(LIGHT, address_bytes=200 << 20), apart=True, most_waiting=1)
    request = {"do": "render", "max_pixels": 100_000_000, "longest_side": 320}
    with path.open("rb") as file, pytest.raises(UnreadablePhoto, match="too_complex"):
        lane.ask(request, file.fileno())
    lane.close()


def test_what_takes_long_has_a_lane_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "heavy.png"
    Image.new("1", (6000, 5000)).save(path)
    with pytest.raises(HeavyPhoto):
        pool.shared().light("render", path, longest_side=320, max_pixels=100_000_000)
    [jpeg] = pool.shared().run("render", path, longest_side=320, max_pixels=100_000_000).parts
    assert jpeg.startswith(b"\xff\xd8")


def test_people_take_turns(lane: Lane, photo: int) -> None:
    served: list[str] = []
    with lane._turn("holder"), ThreadPoolExecutor(3) as threads:
        for owner in ("many", "many", "one"):
            waiting = Event()

            def ask(owner: str = owner, waiting: Event = waiting) -> None:
                waiting.set()
                with lane._turn(owner):
                    served.append(owner)

            threads.submit(ask)
            waiting.wait()
            time.sleep(0.05)
        lane._pass_on()  # the holder's; what it gives back later is one too many
        threads.shutdown()
    assert served == ["many", "one", "many"]


def test_nobody_lines_up_without_end(lane: Lane, photo: int) -> None:
    for _ in range(3):
        lane._line_up("hasty")
    with pytest.raises(Busy):
        lane._line_up("hasty")
    assert lane._line_up("patient") is not None


def test_it_has_nothing_of_its_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    child = Child(LIGHT, apart=False)
    environment = Path(f"/proc/{child._process.pid}/environ").read_bytes()
    limits = Path(f"/proc/{child._process.pid}/limits").read_text()
    child.close()
    assert b"secret" not in environment
    assert f"Max address space         {LIGHT.address_bytes}" in limits
    assert "Max file size             0" in limits
    assert "Max core file size        0" in limits


def test_where_none_can_start_it_is_nobodys_photo(
    lane: Lane, photo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children.sys, "executable", "/bin/false")
    with pytest.raises(CannotStart):
        lane.ask(dict(INSPECT), photo)


def test_processes_end_with_their_parent() -> None:
    program = (
        "import os\nfrom recognition.cnn.pixels.pool import shared\n"
        "shared().start(); print(shared()._light._idle[0]._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True)
    path = Path(f"/proc/{run.stdout.decode().strip()}/cmdline")
    until = time.monotonic() + 10
    while path.exists() and path.read_bytes() and time.monotonic() < until:
        time.sleep(0.05)
    assert not path.exists() or not path.read_bytes()


def test_a_forked_process_begins_with_none(photo: int) -> None:
    mine = Pool(1)
    mine._light.ask(dict(INSPECT), photo)
    pid = os.fork()
    if pid == 0:
        is_empty = not mine._light._idle
        width = mine._light.ask(dict(INSPECT), photo).fields["width"]
        mine.close()
        os._exit(0 if is_empty and width == 96 else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert mine._light.ask(dict(INSPECT), photo).fields["width"] == 96
    mine.close()


def test_bytes_are_decoded_like_a_file(tmp_path: Path) -> None:
    content = encoded(noise(), "PNG")
    path = tmp_path / "photo"
    path.write_bytes(content)
    arguments = {"max_pixels": 1_000_000, "longest_side": 100}
    one = pool.shared().run("render", content, **arguments)
    assert one == pool.shared().run("render", path, **arguments)
