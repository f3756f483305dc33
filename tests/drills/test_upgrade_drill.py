"""An instance of two versions before goes on in this one: real processes, of both versions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from tests.support import drills
from tests.support.before import checkout
from tests.support.instance import Api, Instance, wait_until

BEFORE = "0463bd2bb944"  # the last commit of the version before: no subjects, no views
REVIEWED = 8  # photos under the promise, of those that the live version was not taught
TEACH = {"mode": "teach"}
FROM_SCRATCH = {
    "mode": "from_scratch",
    "network": "lenet5",
    "parameters": {"epochs": 1000, "patience": 0, "batch_size": 4},
}
PATIENCE_S = 240  # trainers yield to everybody, other tests too
pytestmark = [
    drills.only_long,  # the short one is test_upgrade_of_people_drill.py
    pytest.mark.timeout(900),  # the first test waits for the whole history
]


@pytest.fixture(scope="module")
def code_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the version before."""
    return checkout(BEFORE, tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def upgraded(
    code_before: Path, photos: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Instance, dict[str, Any]]]:
    """The instance with all of its parts running, and what was there and left to do in it."""
    home, store = tmp_path_factory.mktemp("ark"), tmp_path_factory.mktemp("store")
    old = Instance(home, store, code_before)
    try:
        left = _use(old, photos)
    finally:
        old.stop()
    instance = Instance(home, store)
    instance.prepare()
    instance.start()
    try:
        yield instance, left
    finally:
        instance.stop()


def _use(old: Instance, photos: list[Path]) -> dict[str, Any]:
    """Work with the version before, and leave of each kind of work some undone."""
    old.prepare()
    old.start()
    old.token_of("tina", "Reviewer")
    token = old.token_of("tina", "Trainer")
    api = old.api(token)
    labelled = [api.upload(path).json()["id"] for path in photos[:14]]
    for photo in labelled:
        _label(api, photo, _answered(api, photo)["prediction"]["label"])
    taught = _launch(api, TEACH)
    wait_until(lambda: _run(api, taught)["state"] == "succeeded", PATIENCE_S)
    number = _run(api, taught)["model_version"]
    wait_until(lambda: _comparison(old) == "done", PATIENCE_S)
    api.session.post(f"{api.base}/models/{number}/promote/").raise_for_status()
    interrupted = _launch(api, FROM_SCRATCH)
    wait_until(lambda: len(_run(api, interrupted)["epochs"]) > 3, PATIENCE_S)
    old.stop("trainer")
    accepted = _promise(old, api, photos)
    bundle = old.home / "before.zip"
    old.manage("export_version", str(number), str(bundle))

    old.stop("teacher", "predictor")
    old.manage(
        "shell",
        "-c",
        "from recognition.versions.comparison import comparing\n"
        "from recognition.models import ModelVersion\n"
        f"live = ModelVersion.objects.get(number={number})\n"
        "comparing.request(live, ModelVersion.objects.get(number=1), 100)",
    )
    return {
        "token": token,
        "live": number,
        "photos": {photo: _answered(api, photo) for photo in [*labelled, *accepted]},
        "accepted": accepted,
        "bundle": bundle,
        "waiting": api.upload(photos[14]).json()["id"],
        "queued": _launch(api, TEACH),
        "interrupted": interrupted,
        "epochs": _run(api, interrupted)["epochs"],
    }


def _promise(old: Instance, api: Api, photos: list[Path]) -> list[str]:
    """Review some more photos, find them right, and have the machine accept those that follow."""
    old.stop("predictor")  # what it has in memory goes on a little after a promotion
    old.start("predictor")
    several = [_upload_mirrored(api, path) for path in photos[: REVIEWED + 4]]
    for photo in several[:REVIEWED]:
        _label(api, photo, _answered(api, photo)["prediction"]["label"])
    old.manage(
        "shell",
        "-c",
        "from django.contrib.auth.models import User\n"
        "from recognition.review import promise\n"
        "promise.change(True, 0.5, 0.0, User.objects.get(username='tina'))",
    )
    for photo in several[REVIEWED:]:
        _answered(api, photo)
    wait_until(lambda: _accepted(old), PATIENCE_S)
    return _accepted(old)


def test_photos_their_labels_and_answers_and_the_live_version_stay(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    _, left = upgraded
    for photo, before in left["photos"].items():
        now = client.get(f"photos/{photo}/")
        assert {key: now[key] for key in before if key != "prediction"} == {
            key: before[key] for key in before if key != "prediction"
        }
        assert {key: now["prediction"][key] for key in before["prediction"]} == before["prediction"]
    [live] = [version["number"] for version in client.get("models/") if version["live"]]
    assert live == left["live"]


def test_the_token_of_before_is_still_accepted(
    upgraded: tuple[Instance, dict[str, Any]],
) -> None:
    instance, left = upgraded
    assert instance.api(left["token"]).get("labels/")


def test_originals_can_be_looked_at(
    upgraded: tuple[Instance, dict[str, Any]], photos: list[Path]
) -> None:
    instance, _ = upgraded
    stored = {path.read_bytes() for path in (instance.home / "media").rglob("*") if path.is_file()}
    assert stored.issuperset(path.read_bytes() for path in photos[:15])


def test_the_live_version_answers_a_photo_as_before(
    upgraded: tuple[Instance, dict[str, Any]], client: Api, photos: list[Path]
) -> None:
    """The same pixels, in a file that is new to it."""
    _, left = upgraded
    again = _upload_mirrored(client, photos[REVIEWED], compress_level=1)
    before = [answer["prediction"] for answer in left["photos"].values()]
    now = _answered(client, again)["prediction"]
    assert (now["label"], now["confidence"], now["top"]) in [
        (answer["label"], answer["confidence"], answer["top"]) for answer in before
    ]


def test_a_prediction_that_waited_is_made(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    _, left = upgraded
    wait_until(lambda: client.get(f"photos/{left['waiting']}/")["state"] == "done", PATIENCE_S)
    assert client.get(f"photos/{left['waiting']}/")["prediction"]["model"] == left["live"]


def test_a_queued_run_succeeds(upgraded: tuple[Instance, dict[str, Any]], client: Api) -> None:
    _, left = upgraded
    wait_until(lambda: _run(client, left["queued"])["state"] == "succeeded", PATIENCE_S)


def test_a_queued_comparison_is_made(upgraded: tuple[Instance, dict[str, Any]]) -> None:
    instance, _ = upgraded
    wait_until(lambda: _comparison(instance) == "done", PATIENCE_S)


def test_an_interrupted_run_goes_on_from_its_last_epoch(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    _, left = upgraded
    done = len(left["epochs"])
    wait_until(lambda: len(_run(client, left["interrupted"])["epochs"]) > done, PATIENCE_S)
    assert _run(client, left["interrupted"])["epochs"][: done - 1] == left["epochs"][: done - 1]
    client.session.post(f"{client.base}/training-runs/{left['interrupted']}/cancel/")


def test_what_was_accepted_without_a_look_stays_so(
    upgraded: tuple[Instance, dict[str, Any]],
) -> None:
    instance, left = upgraded
    assert left["accepted"]
    assert set(left["accepted"]) <= set(_accepted(instance))


def test_a_bundle_of_before_can_be_brought_in(
    upgraded: tuple[Instance, dict[str, Any]], tmp_path: Path
) -> None:
    """By another Ark, which does not know the version."""
    _, left = upgraded
    other = Instance(tmp_path / "ark", tmp_path / "store")
    other.home.mkdir()
    other.prepare()
    assert "It is version 2 here." in other.manage("import_version", str(left["bundle"]))


def test_the_new_first_network_is_a_candidate_once(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    instance, _ = upgraded
    assert len(_candidates(client)) == 1
    assert "better" not in instance.manage("prepare")
    assert len(_candidates(client)) == 1


def test_photos_can_be_predicted_again_by_the_new_first_network(
    upgraded: tuple[Instance, dict[str, Any]], client: Api
) -> None:
    instance, left = upgraded
    [number] = _candidates(client)
    client.session.post(f"{client.base}/models/{number}/promote/").raise_for_status()
    instance.manage(
        "shell",
        "-c",
        "from recognition.models import ModelVersion\n"
        "from recognition.predictions import backfill\n"
        f"backfill.request(ModelVersion.objects.get(number={number}), None)",
    )
    for photo, before in left["photos"].items():
        wait_until(
            lambda: client.get(f"photos/{photo}/")["prediction"]["model"] == number,  # noqa: B023
            PATIENCE_S,
        )
        assert client.get(f"photos/{photo}/")["label"] == before["label"]


@pytest.fixture(scope="module")
def client(upgraded: tuple[Instance, dict[str, Any]]) -> Api:
    instance, _ = upgraded
    return instance.api(instance.token_of("tina", "Trainer"))


def _launch(api: Api, body: dict[str, Any]) -> str:
    response = api.session.post(f"{api.base}/training-runs/", json=body, timeout=60)
    response.raise_for_status()
    return response.json()["id"]


def _run(api: Api, run: str) -> dict[str, Any]:
    return api.get(f"training-runs/{run}/")


def _comparison(instance: Instance) -> str:
    """The state of the first comparison."""
    return instance.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from recognition.models import Comparison; print(Comparison.objects.earliest('id').state)",
    ).split()[-1]


def _candidates(api: Api) -> list[int]:
    """The versions that look at subjects and were not trained here."""
    return [
        version["number"]
        for version in api.get("models/")
        if version["view"] == "subjects" and version["name"].endswith(", ImageNet")
    ]


def _label(api: Api, photo: str, slug: str) -> None:
    address = f"{api.base}/photos/{photo}/label/"
    api.session.put(address, json={"label": slug}).raise_for_status()


def _answered(api: Api, photo: str) -> dict[str, Any]:
    """The photo, once it has an answer."""
    wait_until(lambda: api.get(f"photos/{photo}/")["state"] == "done")
    return api.get(f"photos/{photo}/")


def _upload_mirrored(api: Api, path: Path, compress_level: int = 6) -> str:
    """Another photo than the one in the file, as unlike it as a near-duplicate must not be."""
    content = io.BytesIO()
    ImageOps.mirror(Image.open(path)).save(content, "PNG", compress_level=compress_level)
    files = {"image": (f"{path.stem}.png", content.getvalue())}
    response = api.session.post(f"{api.base}/photos/", files=files, timeout=60)
    response.raise_for_status()
    return response.json()["id"]


def _accepted(instance: Instance) -> list[str]:
    """The ids of the photos whose answers the promise has accepted."""
    printed = instance.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from recognition.models import Prediction\n"
        "rows = Prediction.objects.filter(accepted__isnull=False)\n"
        "print(*rows.values_list('photo_id', flat=True))",
    )
    return printed.split()
