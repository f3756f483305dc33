"""A host is cut off from the network: nothing is lost, and only what it was working on fails."""

from __future__ import annotations

import time
from pathlib import Path

from tests.cluster import uploads
from tests.cluster.machines import Cluster
from tests.support import drills

ROUNDS = drills.times(1, long=5)


def test_a_web_host_is_cut_off(cluster: Cluster, photos: list[Path]) -> None:
    people = uploads.Uploads(cluster, photos)
    cut_s = 0.0
    with people.going_on():
        for _ in range(ROUNDS):
            people.wait_for_more()
            with cluster.web_a.host.cut_off():
                cut_s = time.monotonic()
                people.wait_for_more()
                failed = [failure for failure in people.failures if failure.sent_s > cut_s]
                assert failed == []
            cluster.wait_for_web(cluster.web_a)
    uploads.check(cluster, people)


@drills.only_long
def test_the_host_of_a_predictor_is_cut_off(cluster: Cluster, photos: list[Path]) -> None:
    people = uploads.Uploads(cluster, photos)
    with people.going_on():
        for _ in range(ROUNDS):
            people.wait_for_more()
            with cluster.predictor_a.host.cut_off():
                people.wait_for_more(30)
                uploads.wait_for_predictions(cluster, people.stored)
            cluster.wait_for_predictor(cluster.predictor_a)
    assert people.failures == []
    uploads.check(cluster, people)
