"""A host is cut off from the network: nothing is lost, and only what it was working on fails."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from tests.cluster import uploads
from tests.cluster.machines import Cluster
from tests.cluster.uploads import Failure
from tests.support import drills

ROUNDS = drills.times(1, long=5)


def test_a_web_host_is_cut_off(cluster: Cluster, photos: list[Path]) -> None:
    people = uploads.Uploads(cluster, photos)
    cuts_s = []
    with people.going_on():
        for _ in range(ROUNDS):
            people.wait_for_more()
            with cluster.web_a.host.cut_off():
                cuts_s.append(time.monotonic())
                people.wait_for_more()
            cluster.wait_for_web(cluster.web_a)
    assert [failure for failure in people.failures if not _was_on_its_way(failure, cuts_s)] == []
    uploads.check(cluster, people)


def _was_on_its_way(failure: Failure, cuts_s: Sequence[float]) -> bool:
    """When a host was cut off."""
    return any(failure.sent_s <= cut_s <= failure.ended_s for cut_s in cuts_s)


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
