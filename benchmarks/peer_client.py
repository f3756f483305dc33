"""Uploads to the peer, measured as those to Ark are (product.py)."""

from __future__ import annotations

import statistics

from benchmarks import load
from benchmarks.product import CLIENTS


class Peer:
    """A running peer, see peer.py."""

    def __init__(self, port: int) -> None:
        self.port = port

    def new_client(self) -> load.Client:
        return load.Client(self.port, {})

    def upload(self, client: load.Client, photo: load.Photo) -> bytes:
        return client.post("/predict", "image", photo)

    def single_per_s(self, photos: list[load.Photo]) -> float:
        """Photos a second of many clients, until the last is answered."""
        return len(photos) / load.upload_at_once(self.new_client, self.upload, photos, CLIENTS)

    def lone_ms(self, photos: list[load.Photo]) -> float:
        """Median of one client's milliseconds from its upload to the answer."""
        client = self.new_client()
        return statistics.median(load.latencies_ms(lambda p: self.upload(client, p), photos))
