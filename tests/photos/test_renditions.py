"""Small pictures are drawn once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from PIL import Image

from recognition.photos import imaging, intake, renditions
from tests.support.files import arrived, encoded, picture

pytestmark = pytest.mark.usefixtures("version")


def test_who_needs_a_picture_at_the_same_time_draws_it_once(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = Mock(wraps=imaging.render)
    monkeypatch.setattr(imaging, "render", render)
    [outcome] = intake.accept([(arrived(encoded(picture(640, 400))), None)], uploader)
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: renditions.drawn(outcome.photo, 320), range(8)))
    assert render.call_count == 1
    assert Image.open(paths.pop()).size == (320, 200)
