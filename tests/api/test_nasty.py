"""Odd and broken files of every kind, through the API, when they stand beside the checkout."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from recognition.models import Photo
from tests.support.files import incoming, sent

SUPPORTED = {"JPEG", "MPO", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "TIFF", "BMP"}
CODES = {
    400: {"not_an_image", "truncated", "unsupported_format"},
    413: {"too_large", "too_many_pixels", "too_complex"},
}
MARGIN_MB = 40


def memory_mb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) // 1024


@pytest.mark.usefixtures("version")
@pytest.mark.filterwarnings("ignore")
def test_odd_files_are_accepted_or_refused_with_a_reason(
    shared_photos: Path, api: APIClient
) -> None:
    folder = shared_photos / "nasty"
    known = json.loads((folder / "pillow.json").read_text())
    before_mb = None
    for name, pillow in known.items():
        response = api.post("/api/v1/photos/", {"image": sent((folder / name).read_bytes(), name)})
        before_mb = before_mb or memory_mb()  # all that is loaded once is loaded now
        body = response.json()
        if response.status_code != 202:
            assert body["code"] in CODES[response.status_code], name
        if pillow["opens"] and pillow["detail"][0] in SUPPORTED:
            assert response.status_code == 202, (name, body)
    assert Photo.objects.count() > 300
    assert incoming() == []
    assert memory_mb() < before_mb * 1.2 + MARGIN_MB
