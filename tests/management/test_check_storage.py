"""`manage.py check_storage` says what is wrong, and by its exit status whether anything is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from recognition.models import Job
from recognition.storage import checking
from recognition.versions.registry import register
from tests.support.rows import add_photo, version_folder


@pytest.fixture(autouse=True)
def _whole_version(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ARK_MODELS_STORE = tmp_path / "models_store"
    register(1, version_folder(settings.ARK_MODELS_STORE / "1"))


def test_a_whole_instance_is_told_and_noted() -> None:
    stdout = io.StringIO()
    call_command("check_storage", stdout=stdout)
    assert "0 photos and 1 versions compared" in stdout.getvalue()
    assert checking.last().result["found"] == {}


def test_findings_are_named_and_end_with_status_1(uploader: User) -> None:
    photo = add_photo(uploader)
    stdout = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_storage", "--all-digests", stdout=stdout)
    assert ended.value.code == 1
    assert f"1 originals are missing: restore them from a backup\n  {photo.id}" in stdout.getvalue()
    assert Job.objects.get().result["found"] == {"missing": 1}
