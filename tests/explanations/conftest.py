from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from PIL import Image
from pytest_django import Settings

from recognition.models import Label, ModelVersion, Photo, State
from tests.support.rows import add_photo


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Folders of this test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ARK_INCOMING = tmp_path / "incoming"
    return settings.MEDIA_ROOT


@pytest.fixture
def photo(version: ModelVersion, uploader: User) -> Photo:
    return add_photo(uploader)


def answered(owner: User, file: Path, top: dict[str, float]) -> Photo:
    """A photograph that was given these labels by the live version."""
    first = Label.objects.get(slug=next(iter(top)))
    with Image.open(file) as picture:
        width, height = picture.size
    photo = add_photo(
        owner,
        width=width,
        height=height,
        prediction__state=State.DONE,
        prediction__label=first,
        prediction__kind=first.kind,
        prediction__confidence=top[first.slug],
        prediction__top=[{"label": slug, "confidence": share} for slug, share in top.items()],
    )
    photo.original_path.parent.mkdir(parents=True, exist_ok=True)
    photo.original_path.write_bytes(file.read_bytes())
    return photo
