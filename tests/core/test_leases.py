"""A clock that is set back holds nothing up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recognition.core import heartbeats, leases, redis_client
from recognition.core.process import worker_name
from recognition.models import Job, RunState

pytestmark = pytest.mark.django_db


def lease_for(time_left: timedelta) -> bool:
    """Whether a lease of a worker on another machine counts as lost."""
    Job.objects.create(
        kind=Job.Kind.EXPORT,
        state=RunState.RUNNING,
        lease_owner="elsewhere:1:1",
        lease_expires=timezone.now() + time_left,
    )
    return leases.lost(Job.objects.all()).exists()


def test_a_lease_that_runs_on_is_not_lost() -> None:
    assert not lease_for(timedelta(minutes=9))


def test_a_lease_that_ran_out_is_lost() -> None:
    assert lease_for(timedelta(seconds=-1))


def test_a_lease_from_before_the_clock_was_set_back_an_hour_is_lost() -> None:
    assert lease_for(timedelta(hours=1))


def test_a_heartbeat_from_before_the_clock_was_set_back_is_not_heard() -> None:
    now_s = timezone.now().timestamp()
    redis_client.connection().zadd("ark:heartbeats:predictor", {"gone": now_s + 3600})
    assert "gone" not in heartbeats.workers_heard()
    heartbeats.beat("here")
    assert heartbeats.workers_heard() == ["here"]
    assert redis_client.connection().zcard("ark:heartbeats:predictor") == 1


def test_rows_at_hand_are_claimed_as_those_in_the_database_are() -> None:
    jobs = [Job.objects.create(kind=kind) for kind in list(Job.Kind)[:2]]
    leases.claim(jobs[:1], timedelta(seconds=60))
    jobs[0].save()
    Job.objects.filter(id=jobs[1].id).update(**leases.claimed(timedelta(seconds=60)))
    owners = Job.objects.values_list("lease_owner", "attempts")
    assert set(owners) == {(worker_name(), 1)}
    assert set(leases.held(Job.objects.all())) == set(jobs)
