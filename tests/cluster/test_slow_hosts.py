"""A host is much slower than it should be: that takes longer, and nothing else happens."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from tests.cluster import uploads
from tests.cluster.hosts import slowed
from tests.cluster.machines import Cluster
from tests.support import drills

PHOTOS = drills.times(20, long=100)
pytestmark = drills.only_long


def nothing_fails(
    cluster: Cluster, photos: list[Path], slowness: AbstractContextManager[None]
) -> None:
    people = uploads.Uploads(cluster, photos)
    with slowness, people.going_on():
        people.wait_for_more(PHOTOS)
        uploads.wait_for_predictions(cluster, people.stored)
    assert people.failures == []
    uploads.check(cluster, people)


def test_the_disk_of_the_bucket_stalls(cluster: Cluster, photos: list[Path]) -> None:
    """Its servers stand still nine tenths of the time, as if they waited for their disk."""
    nothing_fails(cluster, photos, slowed(cluster.bucket.processes(), runs=0.1))


def test_the_disk_of_the_database_stalls(cluster: Cluster, photos: list[Path]) -> None:
    nothing_fails(cluster, photos, slowed(cluster.database.processes(), runs=0.2))


def test_a_predictor_has_a_third_of_the_speed(cluster: Cluster, photos: list[Path]) -> None:
    nothing_fails(cluster, photos, slowed(cluster.predictor_a.host.processes(), runs=1 / 3))
