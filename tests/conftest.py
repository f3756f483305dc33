"""What many tests need: a real Redis, a real network, photographs, people."""

from __future__ import annotations

import gc
import importlib.util
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils import timezone, translation
from pytest_django import Settings
from rest_framework.test import APIClient

from recognition.cnn.manifest import Manifest, read_manifest
from recognition.cnn.serving.classifier import Classifier
from recognition.cnn.store.checkpoint import build_pretrained
from recognition.core import memory, rate_limits, redis_client
from recognition.models import Label, ModelVersion
from recognition.notifications import outbox
from recognition.people import roles, seen
from recognition.people.authentication import wrong_tokens
from recognition.versions import checks, registry
from recognition.workers import loop, quiet
from tests.support import buckets, quick_rows, s3
from tests.support.real_answers import Shot, shots_in
from tests.support.rows import manifest
from webapp import streams
from webapp.home import ARK_HOME, BASE_DIR

# Found, not imported: foolbox drags in far more than its pictures.
FOOLBOX = Path(importlib.util.find_spec("foolbox").origin).parent / "data"
SHARED_PHOTOS = BASE_DIR.parent / "shared" / "photos"


def pytest_configure() -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    memory.PAUSE_S = math.inf  # to collect garbage every second took a tenth of the time
    loop.IDLE_S = math.inf  # this process would begin anew, in the midst of the tests
    quiet.QUIET_S = 0.0  # tests call the predictor once, and see all that follows
    # The real hasher takes half a second a person, on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes the longest comes first, so that no processor has nothing to do at the end."""
    first = {"browser", "drills", "test_drills.py"}
    items.sort(key=lambda item: first.isdisjoint(item.path.parts))


def pytest_collection_finish() -> None:
    """Tests and PyTorch are no garbage: going through them took a quarter of the time."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the collector see again what was frozen, or PyTorch reports leaks at the end."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def shared_photos() -> Path:
    """The folder of test photographs that stands beside some checkouts."""
    if not SHARED_PHOTOS.is_dir():
        pytest.skip("../shared/photos is not here")
    return SHARED_PHOTOS


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """Twenty real photographs, 224 x 224, whose names end in their ImageNet class."""
    return sorted(FOOLBOX.glob("imagenet_*.jpg"))


@pytest.fixture(scope="session")
def network() -> Path:
    """Version 1 of the network, built once."""
    folder = settings.ARK_MODELS_STORE / "1"
    if not folder.exists():
        build_pretrained(folder, "lite0")
    return folder


@pytest.fixture(scope="module")
def own_store(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models store with version 1, for an instance that makes further ones: in the shared one
    they would be in others' way."""
    store = tmp_path_factory.mktemp("store")
    shutil.copytree(network, store / "1")
    return store


@pytest.fixture(scope="session")
def shots(shared_photos: Path, network: Path) -> dict[str, list[Shot]]:
    """The network's answers to the shared photographs, by folder."""
    classifier = Classifier.load(network)
    folders = ("animals", "vehicles", "neither")
    return {name: shots_in(shared_photos / name, classifier) for name in folders}


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite in a file, as in production: in memory, threads would lock each other out. On
    PostgreSQL a database for each process among which the tests are shared."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        name = str(ARK_HOME / "test.sqlite3")
    else:
        name = f"test_ark_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    database.setdefault("TEST", {})["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def redis_server() -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "webapp.private_redis"], cwd=BASE_DIR, stdout=subprocess.DEVNULL
    )
    while not _redis_answers():
        time.sleep(0.02)
    yield
    server.terminate()
    server.wait()


def _redis_answers() -> bool:
    """Its socket is there a moment before it listens."""
    try:
        return bool(redis.Redis.from_url(settings.REDIS_URL).ping())
    except redis.ConnectionError:
        return False


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings: Settings) -> None:
    """Without the manifest that `manage.py prepare` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """A request leaves its language behind in the thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_redis(redis_server: None) -> None:
    redis_client.connection().flushall()
    wrong_tokens.forget()
    rate_limits._local = rate_limits._LocalCounters()
    streams._running.clear()


@pytest.fixture(autouse=True)
def _versions_go_live_untried(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most versions of the tests have no weights that could answer; what is about that asks for
    `versions_are_tried`."""
    if "versions_are_tried" not in request.fixturenames:
        monkeypatch.setattr(checks, "try_out", lambda folder: None)


@pytest.fixture
def versions_are_tried() -> None:
    """A version must answer before it goes live, as in real life."""


@pytest.fixture(autouse=True)
def _nobody_is_seen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a few queries, once in a while; what is about that asks for `people_are_seen`."""
    if "people_are_seen" not in request.fixturenames:
        monkeypatch.setattr(seen, "note", lambda user: None)


@pytest.fixture(autouse=True)
def _nobody_wants_events(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """To find that out takes a query, once in a while; what is about that asks for
    `receivers_are_asked`."""
    asked_s = float("-inf" if "receivers_are_asked" in request.fixturenames else "inf")
    monkeypatch.setattr(outbox, "_wanted", (asked_s, frozenset()))


@pytest.fixture
def receivers_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each event anew, whether somebody wants it."""
    monkeypatch.setattr(outbox, "REMEMBERED_S", 0.0)


@pytest.fixture
def people_are_seen() -> Iterator[None]:
    """By a process that has just started."""
    seen._written_s.clear()
    yield
    seen._written_s.clear()


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A millisecond passes whenever somebody looks at the clock: no midnight comes in between while
    a test counts what is of today."""
    start = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    looks = count()
    monkeypatch.setattr(timezone, "now", lambda: start + timedelta(milliseconds=next(looks)))


@pytest.fixture
def live_version(db: None, network: Path) -> ModelVersion:
    return _registered(read_manifest(network))


@pytest.fixture
def version(db: None) -> ModelVersion:
    """A live version of four labels, for tests that never load a network."""
    return _registered(manifest())


def _registered(known: Manifest) -> ModelVersion:
    if not Label.objects.exists():
        quick_rows.add_labels(known.labels)
    return registry.register(1, known)


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    away = redis.Redis.from_url("unix:///nowhere/redis.sock")
    monkeypatch.setattr(redis_client, "connection", lambda: away)


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3.s3_server(tmp_path_factory.mktemp("s3")) as url:
        yield url


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> buckets.Waits:
    return buckets.Waits(monkeypatch)


@pytest.fixture
def bucket(
    s3_url: str,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    waits: buckets.Waits,
) -> Any:
    """An empty bucket, which the settings name; as boto3 has it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return buckets.named(s3_url, settings, monkeypatch)


@pytest.fixture
def groups(db: None) -> None:
    if Group.objects.exists():
        roles.ensure_groups()
    else:
        quick_rows.add_groups()


@pytest.fixture
def uploader(groups: None) -> User:
    return _member("ursula", "Uploader")


@pytest.fixture
def other_uploader(groups: None) -> User:
    return _member("oscar", "Uploader")


@pytest.fixture
def reviewer(groups: None) -> User:
    return _member("rita", "Reviewer")


@pytest.fixture
def trainer(groups: None) -> User:
    return _member("tina", "Trainer")


@pytest.fixture
def api(uploader: User) -> APIClient:
    """The API as the uploader sees it."""
    return api_of(uploader)


def api_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def _member(name: str, group: str) -> User:
    user = User.objects.create_user(
        name, password="a long passphrase", is_staff=group != "Uploader"
    )
    user.groups.add(Group.objects.get(name=group))
    return user
