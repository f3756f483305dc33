"""Uploads to the peer, measured as those to Ark are (product.py)."""

from __future__ import annotations

from benchmarks import light_clients, load
from benchmarks.product import CLIENTS


class Peer:
    """A running peer, see peer.py."""

    def __init__(self, port: int) -> None:
        self.port = port

    def single_per_s(self, photos: list[load.Photo]) -> float:
        """Photos a second of many clients, until the last is answered."""
        taken = light_clients.send(self.port, _requests(photos), CLIENTS)
        return len(photos) / taken.seconds

    def lone_ms(self, photos: list[load.Photo]) -> float:
        """Median of one client's milliseconds from its upload to the answer."""
        return light_clients.send(self.port, _requests(photos), 1).median_ms


def _requests(photos: list[load.Photo]) -> list[bytes]:
    return [light_clients.upload_request("/predict", "image", one, {}) for one in photos]
