"""An hour of mixed traffic: memory stays where it is once all is warm, and no file stays open."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import requests

from tests.support import drills
from tests.support.instance import Api, Instance, running, wait_until

PARTS = ("web", "redis", "predictor", "analyst", "teacher")
SOAK_S = 3600
WARM_S = 600  # until every thread and every cache has had its turn
KEPT = 150  # photos of the uploader, who deletes older ones
GROWTH = 0.05
QUIET_S = 60  # connections that are kept open are closed again by then
PAGES = ("/", "/history/", "/how-it-works/", "/glossary/", "/trash/", "/account/", "/api/docs/")


@pytest.fixture(scope="module")
def instance(own_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    with running(home, own_store, PARTS) as instance:
        yield instance


@drills.only_long
def test_an_hour_of_traffic_takes_no_more_memory_and_no_more_files(
    instance: Instance, photos: list[Path]
) -> None:
    over = threading.Event()
    went_wrong: list[str] = []
    people = [
        threading.Thread(target=_again_and_again, args=(act, pause_s, over, went_wrong))
        for act, pause_s in _people(instance, photos)
    ]
    for person in people:
        person.start()
    try:
        time.sleep(WARM_S)
        warm_mb = _largest_mb(instance, WARM_S / 2)
        time.sleep(SOAK_S - 2 * WARM_S)
        files = _open_files(instance)
        last_mb = _largest_mb(instance, WARM_S / 2)
    finally:
        over.set()
        for person in people:
            person.join()
    print(f"MB, warm and in the end: {warm_mb}, {last_mb}; open files: {files}")
    assert went_wrong == []
    grown = {part: last_mb[part] / warm_mb[part] - 1 for part in PARTS}
    assert {part: share for part, share in grown.items() if share > GROWTH} == {}
    time.sleep(QUIET_S)
    left = _open_files(instance)
    assert {part: left[part] for part in PARTS if left[part] > files[part]} == {}


def _again_and_again(
    act: Callable[[], None], pause_s: float, over: threading.Event, went_wrong: list[str]
) -> None:
    while not over.wait(pause_s):
        try:
            act()
        except (requests.RequestException, AssertionError, TimeoutError) as error:
            went_wrong.append(f"{act.__name__}: {error!r}")


def _people(instance: Instance, photos: list[Path]) -> list[tuple[Callable[[], None], float]]:
    """What each of them does, and how long they pause before they do it again."""
    uploader = instance.api(instance.token_of("ursula"))
    reviewer = instance.api(instance.token_of("rita", "Reviewer"))
    trainer = instance.api(instance.token_of("tina", "Trainer"))
    return [
        (_uploading(uploader, photos), 0.3),
        (_reviewing(reviewer), 1.0),
        (_teaching(trainer), 120.0),
        (_looking_around(instance), 0.5),
        (_guessing(instance), 2.0),
    ]


def _uploading(api: Api, photos: list[Path]) -> Callable[[], None]:
    numbers, stored = count(), list[str]()

    def upload() -> None:
        number = next(numbers)
        content = photos[number % len(photos)].read_bytes() + os.urandom(8)
        files = {"image": (f"{number}.jpg", content)}
        answer = api.session.post(
            f"{api.base}/photos/", files=files, params={"wait": 10}, timeout=60
        )
        answer.raise_for_status()
        stored.append(answer.json()["id"])
        damaged = {"image": ("damaged.jpg", content[: len(content) // 2])}
        refused = api.session.post(f"{api.base}/photos/", files=damaged, timeout=60)
        assert refused.status_code == 400, refused.text
        if len(stored) > KEPT:
            api.session.delete(f"{api.base}/photos/{stored.pop(0)}/", timeout=60).raise_for_status()

    return upload


def _reviewing(api: Api) -> Callable[[], None]:
    labels = count()

    def review() -> None:
        for photo in api.get("photos/", limit=20)["results"][10:11]:
            slug = ("dog", "cat", "bus")[next(labels) % 3]
            answer = api.session.put(
                f"{api.base}/photos/{photo['id']}/label/", json={"label": slug}, timeout=60
            )
            assert answer.status_code in (200, 404), answer.text  # 404: it was deleted meanwhile

    return review


def _teaching(api: Api) -> Callable[[], None]:
    def teach() -> None:
        answer = api.session.post(f"{api.base}/training-runs/", json={"mode": "teach"}, timeout=60)
        if answer.status_code == 409:  # too few photos have a label
            return
        answer.raise_for_status()
        address = f"training-runs/{answer.json()['id']}/"
        wait_until(lambda: api.get(address)["state"] not in ("queued", "running"))
        assert api.get(address)["state"] == "succeeded"

    return teach


def _looking_around(instance: Instance) -> Callable[[], None]:
    browser, pages = instance.signed_in("rita"), count()

    def look() -> None:
        page = (*PAGES, "/admin/", "/admin/review/")[next(pages) % (len(PAGES) + 2)]
        answer = browser.get(instance.url + page, timeout=60)
        assert answer.status_code == 200, f"{page}: {answer.status_code}"

    return look


def _guessing(instance: Instance) -> Callable[[], None]:
    """A stranger, who is refused."""
    addresses = count()

    def guess() -> None:
        headers = {"Authorization": f"Token nobodys{next(addresses)}"}
        answer = requests.get(f"{instance.url}/api/v1/photos/", headers=headers, timeout=60)
        assert answer.status_code in (401, 429)

    return guess


def _largest_mb(instance: Instance, for_s: float) -> dict[str, float]:
    """The most that each part takes within the time that follows."""
    until, largest = time.monotonic() + for_s, dict.fromkeys(PARTS, 0.0)
    while time.monotonic() < until:
        for part in PARTS:
            pids = instance.processes(part)
            largest[part] = max(largest[part], round(sum(map(_proportional_mb, pids)), 1))
        time.sleep(5)
    return largest


def _proportional_mb(pid: int) -> float:
    """Memory that processes share counts once in all (Pss). A child may have ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _open_files(instance: Instance) -> dict[str, int]:
    def of(pid: int) -> int:
        try:
            return len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            return 0

    return {part: sum(map(of, instance.processes(part))) for part in PARTS}
