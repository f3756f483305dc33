"""bin/make_bucket.py, at a real server."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

from tests.support import s3
from webapp.home import BASE_DIR


def test_a_bucket_is_made_and_then_left_alone(s3_url: str) -> None:
    name = f"ark-{uuid.uuid4().hex}"
    environment = {**os.environ, **s3.settings_of(s3_url, name)}
    said = [
        subprocess.run(
            [sys.executable, BASE_DIR / "bin" / "make_bucket.py"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for _ in range(2)
    ]
    assert said == [f"The bucket {name} was made.\n", f"The bucket {name} is there.\n"]
