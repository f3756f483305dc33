"""What people read about a file that was refused."""

from __future__ import annotations

from django.utils import translation

from recognition.photos.refusals import Refusal


def test_the_formats_are_listed_in_the_language_of_the_page() -> None:
    with translation.override("zh-hans"):
        assert "TIFF 或 BMP" in Refusal("not_an_image").detail
