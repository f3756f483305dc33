"""One checkpoint and one classifier for all tests of this folder, and photographs for them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from recognition.cnn.serving.classifier import Classifier
from recognition.cnn.store.checkpoint import build_pretrained
from tests.support import drills


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pretrained default network. Never change it: copy it."""
    folder = tmp_path_factory.mktemp("models_store") / "1"
    build_pretrained(folder, "lite0")
    return folder


@pytest.fixture(scope="session")
def classifier(version: Path) -> Iterator[Classifier]:
    with Classifier.load(version) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """20 photographs of ImageNet classes; a name ends with the index of its class."""
    spec = find_spec("foolbox")
    assert spec is not None
    assert spec.origin is not None
    return sorted((Path(spec.origin).parent / "data").glob("imagenet_*.jpg"))


@pytest.fixture(scope="session")
def many_photos(photos: list[Path]) -> list[Path]:
    """The photographs above, and of those that lie beside the project, if any, every eighth one;
    every second one in the long drills."""
    shared = Path(__file__).parents[3] / "shared" / "photos"
    folders = ("animals", "vehicles", "neither", "imagenet")
    more = [path for name in folders for path in sorted((shared / name).rglob("*.*"))]
    return photos + more[:: drills.times(8, long=2)]
