"""What a running Ark does: bulk and single uploads, from HTTP to stored predictions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from benchmarks import light_clients, load
from benchmarks.processor_time import spent_ms
from tests.support.instance import Instance

CLIENTS = 16
POLL_S = 0.1  # asking costs the server time too
_REST_S = 10.0  # without a closer look
_LOOKS_DUE = (
    *("shell", "-v", "0", "-c"),
    "from recognition.models import Prediction\n"
    "print(Prediction.objects.filter(look_due__isnull=False).count())",
)


Figure = TypeVar("Figure")


class Single(NamedTuple):
    """Of many clients that send a photo a request. median_ms, p99_ms: until the upload is answered,
    which is before it is predicted."""

    per_s: float
    median_ms: float
    p99_ms: float


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

    def bulk_per_s(self, photos: list[load.Photo]) -> float:
        """Photos a second of one submission, until the last prediction is stored."""
        client = self.new_client()
        files = [("images", name, content) for name, content in photos]
        body = load.multipart(files)
        started = time.perf_counter()
        answer = json.loads(client.post_body("/api/v1/photos/bulk/", body))
        left = self._left(client, answer["batch"])
        pause_s = POLL_S
        while left:
            time.sleep(pause_s)
            before, left = left, self._left(client, answer["batch"])
            # A quarter of what the rest takes at this pace, which may yet become quicker.
            rest_s = left * pause_s / (before - left) if left < before else 0.0
            pause_s = max(POLL_S, rest_s / 4)
        return len(photos) / (time.perf_counter() - started)

    def _left(self, client: load.Client, batch: str) -> int:
        """How many photos of the batch have no prediction yet."""
        left: int = json.loads(client.get(f"/api/v1/batches/{batch}/"))["pending"]
        return left

    def single(self, photos: list[load.Photo]) -> Single:
        """Photos of many clients, until the last prediction is stored."""
        started = time.perf_counter()
        taken = light_clients.send(self.instance.port, self._requests("", photos), CLIENTS)
        client = self.new_client()
        while any(_has(client, state) for state in ("pending", "running")):
            time.sleep(POLL_S)
        per_s = len(photos) / (time.perf_counter() - started)
        return Single(per_s, taken.median_ms, taken.p99_ms)

    def lone_ms(self, photos: list[load.Photo]) -> float:
        """Median of one client's milliseconds from its upload to the stored prediction, for which
        the upload waits."""
        requests = self._requests("?wait=30", photos)
        return light_clients.send(self.instance.port, requests, 1).median_ms

    def _requests(self, query: str, photos: list[load.Photo]) -> list[bytes]:
        path = f"/api/v1/photos/{query}"
        return [light_clients.upload_request(path, "image", one, self.headers) for one in photos]

    def processor_ms(
        self, measure: Callable[[list[load.Photo]], Figure], photos: list[load.Photo]
    ) -> tuple[Figure, float, float]:
        """What `measure` finds, and the milliseconds of processor time a photo that the web's
        processes and the predictor's took meanwhile."""
        before = [spent_ms(self.instance, part) for part in ("web", "predictor")]
        figure = measure(photos)
        after = [spent_ms(self.instance, part) for part in ("web", "predictor")]
        web, predictor = ((b - a) / len(photos) for a, b in zip(before, after, strict=True))
        return figure, web, predictor

    def memory_mb(self, part: str) -> float:
        """The largest resident memory of the part's processes now."""
        return max(_resident_mb(pid) for pid in self.instance.processes(part))


def _has(client: load.Client, state: str) -> bool:
    found = client.get(f"/api/v1/photos/?state={state}&page_size=1")
    return bool(json.loads(found)["results"])


def _resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    raise RuntimeError(f"process {pid} is gone")
