"""`python -m tests.cluster.bucket HOME ADDRESS`: the S3 server, for a host of its own."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.support.s3 import s3_server

if __name__ == "__main__":
    with s3_server(Path(sys.argv[1]), sys.argv[2]) as url:
        print(url, flush=True)
        signal.pause()
