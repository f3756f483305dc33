"""Redis is stopped and started again, or answers from another host: uploads notice nothing."""

from __future__ import annotations

import time
from pathlib import Path

from tests.cluster import services, uploads
from tests.cluster.machines import Cluster
from tests.support import drills

AWAY_S = drills.times(2, long=10)
ROUNDS = drills.times(1, long=3)
pytestmark = drills.only_long


def test_it_is_started_again(cluster: Cluster, photos: list[Path]) -> None:
    people = uploads.Uploads(cluster, photos)
    with people.going_on():
        people.wait_for_more()
        cluster.redis.stop()
        time.sleep(AWAY_S)
        people.wait_for_more()
        cluster.redis = services.redis(cluster.broker)
        uploads.wait_for_predictions(cluster, people.stored)
    assert people.failures == []
    uploads.check(cluster, people)


def test_another_host_takes_its_place(cluster: Cluster, photos: list[Path]) -> None:
    people = uploads.Uploads(cluster, photos)
    with people.going_on():
        for _ in range(ROUNDS):
            people.wait_for_more()
            cluster.move_broker()
            people.wait_for_more()
            uploads.wait_for_predictions(cluster, people.stored)
    assert people.failures == []
    uploads.check(cluster, people)
