"""A predictor and the database do not reach each other, although both reach everybody else."""

from __future__ import annotations

from pathlib import Path

from tests.cluster import uploads
from tests.cluster.hosts import slowed
from tests.cluster.machines import Cluster
from tests.support import drills

ROUNDS = drills.times(1, long=3)
pytestmark = drills.only_long


def test_others_predict_meanwhile_and_it_goes_on_afterwards(
    cluster: Cluster, photos: list[Path]
) -> None:
    people = uploads.Uploads(cluster, photos)
    with people.going_on():
        for _ in range(ROUNDS):
            people.wait_for_more()
            with cluster.predictor_a.host.parted_from(cluster.database):
                people.wait_for_more(30)
                uploads.wait_for_predictions(cluster, people.stored)
            with slowed(cluster.predictor_b.host.processes(), runs=0):
                people.wait_for_more()
                uploads.wait_for_predictions(cluster, people.stored)
    assert people.failures == []
    uploads.check(cluster, people)
