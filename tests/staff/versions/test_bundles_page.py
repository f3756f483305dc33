"""The pages that export and import versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from recognition.cnn.store import bundle
from recognition.models import ModelVersion
from recognition.versions import bundles


@pytest.fixture(autouse=True)
def _places(settings: Settings, tmp_path: Path) -> None:
    settings.ARK_EXPORTS = tmp_path / "exports"
    settings.ARK_IMPORTS = tmp_path / "imports"


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(
        User.objects.create_superuser("sue"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def test_a_form_is_prepared_and_then_downloaded(page: Client, live_version: ModelVersion) -> None:
    address = reverse("training-exports", args=[1])
    file = reverse("training-export", args=[1, "bundle"])
    assert page.get(file).status_code == 404
    assert "Being made" in page.post(address, {"form": "bundle"}, follow=True).text
    bundles.make_asked()
    assert file in page.get(address).text
    response = page.get(file)
    assert response["Content-Disposition"] == 'attachment; filename="ark-version-1-bundle.zip"'
    assert b"".join(response.streaming_content)[:2] == b"PK"


@pytest.mark.parametrize("form", ["", "tar"])
def test_an_unknown_form_is_not_found(form: str, page: Client, version: ModelVersion) -> None:
    assert page.post(reverse("training-exports", args=[1]), {"form": form}).status_code == 404


def test_an_unknown_version_is_not_found(page: Client, version: ModelVersion) -> None:
    assert page.get(reverse("training-exports", args=[9])).status_code == 404


def test_a_bundle_is_accepted(page: Client, live_version: ModelVersion, tmp_path: Path) -> None:
    bundle.pack(live_version.folder, tmp_path / "version.zip")
    file = SimpleUploadedFile("theirs.zip", (tmp_path / "version.zip").read_bytes())
    response = page.post(reverse("training-import"), {"archive": file}, follow=True)
    assert "theirs.zip" in response.text
    assert "is being checked" in response.text


def test_what_is_no_bundle_is_refused_in_words(page: Client, version: ModelVersion) -> None:
    file = SimpleUploadedFile("photo.zip", b"no archive")
    response = page.post(reverse("training-import"), {"archive": file})
    assert response.status_code == 200
    assert "This is no bundle" in response.text


def test_nothing_chosen_is_said_in_words(page: Client, version: ModelVersion) -> None:
    assert "required" in page.post(reverse("training-import"), {}).text
