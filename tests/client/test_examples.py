"""The programs that the page of API tokens shows do what it says, as they stand there."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.support.instance import PASSWORD, Instance

CLIENT = Path(__file__).parents[2] / "client"


@pytest.fixture(scope="module")
def token(instance: Instance) -> str:
    return instance.token_of("eve")


@pytest.fixture(scope="module")
def programs(instance: Instance, token: str) -> list[str]:
    """In the order of the page: curl, Python, JavaScript."""
    browser = requests.Session()
    browser.get(f"{instance.url}/sign-in/", timeout=60)
    fields = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    fields |= {"username": "eve", "password": PASSWORD}
    browser.post(f"{instance.url}/sign-in/", data=fields, timeout=60).raise_for_status()
    page = browser.get(f"{instance.url}/account/tokens/", timeout=60)
    page.raise_for_status()
    shown = re.findall(r'<pre class="tokens-example"[^>]*><code>(.*?)</code>', page.text, re.S)
    return [html.unescape(program).replace("ark_…", token) for program in shown]


@pytest.mark.parametrize(
    ("position", "command"),
    [(0, ["sh", "-c"]), (1, [sys.executable, "-c"]), (2, ["node", "--input-type=module", "-e"])],
    ids=["curl", "Python", "JavaScript"],
)
def test_a_program_sends_a_photo_and_prints_what_is_recognised(
    programs: list[str], position: int, command: list[str], photos: list[Path], tmp_path: Path
) -> None:
    needed = "curl" if position == 0 else command[0]
    if not shutil.which(needed):
        pytest.skip(f"{needed} is not installed")
    content = photos[12].read_bytes() + needed.encode()
    (tmp_path / "photo.jpg").write_bytes(content)
    said = subprocess.run(
        [*command, programs[position]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CLIENT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert re.search(r"0\.\d+", said.stdout), said.stdout  # a confidence
