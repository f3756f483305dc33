"""What a running Ark does: bulk and single uploads, from HTTP to stored predictions."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks import load
from tests.support.instance import Instance

CLIENTS = 16
POLL_S = 0.1  # asking costs the server time too
_REST_S = 10.0  # without a closer look
_LOOKS_DUE = (
    *("shell", "-v", "0", "-c"),
    "from recognition.models import Prediction\n"
    "print(Prediction.objects.filter(look_due__isnull=False).count())",
)


class Product:
    """A running instance and one user's token."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        token = instance.token_of("benchmark")
        self.headers = {"Authorization": f"Token {token}"}

    def new_client(self) -> load.Client:
        return load.Client(self.instance.port, self.headers)

    def upload(self, client: load.Client, photo: load.Photo) -> str:
        return json.loads(client.post("/api/v1/photos/", "image", photo))["id"]

    def answer(self, client: load.Client, photo: load.Photo) -> dict[str, Any]:
        """The photo with its prediction, in one round trip."""
        return json.loads(client.post("/api/v1/photos/?wait=30", "image", photo))

    def rest(self) -> None:
        """Wait until the predictor has looked closer at what it was sure of at first sight, or
        looks at no more of it, as without a finder."""
        due, since_s = -1, time.monotonic()
        while due and time.monotonic() < since_s + _REST_S:
            left = int(self.instance.manage(*_LOOKS_DUE).split()[-1])
            if left != due:
                due, since_s = left, time.monotonic()
            time.sleep(POLL_S)

    def upload_and_wait(self, client: load.Client, photo: load.Photo) -> None:
        photo_id = self.upload(client, photo)
        answer = json.loads(client.get(f"/api/v1/photos/{photo_id}/?wait=30"))
        if answer["state"] != "done":
            raise RuntimeError(f"not predicted: {answer}")

    def bulk_per_s(self, photos: list[load.Photo]) -> float:
        """Photos a second of one submission, until the last prediction is stored."""
        client = self.new_client()
        files = [("images", name, content) for name, content in photos]
        body = load.multipart(files)
        started = time.perf_counter()
        answer = json.loads(client.post_body("/api/v1/photos/bulk/", body))
        while json.loads(client.get(f"/api/v1/batches/{answer['batch']}/"))["pending"]:
            time.sleep(POLL_S)
        return len(photos) / (time.perf_counter() - started)

    def single_per_s(self, photos: list[load.Photo]) -> float:
        """Photos a second of many clients, until the last prediction is stored."""
        started = time.perf_counter()
        load.upload_at_once(self.new_client, self.upload, photos, CLIENTS)
        client = self.new_client()
        while any(_has(client, state) for state in ("pending", "running")):
            time.sleep(POLL_S)
        return len(photos) / (time.perf_counter() - started)

    def lone_ms(self, photos: list[load.Photo]) -> float:
        """Median of one client's milliseconds from its upload to the stored prediction."""
        client = self.new_client()
        taken_ms = load.latencies_ms(lambda photo: self.upload_and_wait(client, photo), photos)
        return statistics.median(taken_ms)

    def memory_mb(self, part: str) -> float:
        """The largest resident memory of the part's processes now."""
        return max(_resident_mb(pid) for pid in self.instance.processes(part))


def _has(client: load.Client, state: str) -> bool:
    return bool(json.loads(client.get(f"/api/v1/photos/?state={state}"))["results"])


def _resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    raise RuntimeError(f"process {pid} is gone")
