"""A host falls silent within a transaction: what it has locked is free again soon."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.cluster.machines import Cluster
from tests.support import drills
from tests.support.instance import wait_until

_HOLD = """
import time
from django.contrib.auth.models import User
from django.db import transaction
with transaction.atomic():
    User.objects.select_for_update().get(username="admin")
    print("locked", flush=True)
    time.sleep(600)
"""
_LOCK = "SELECT id FROM auth_user WHERE username = 'admin' FOR UPDATE NOWAIT"
pytestmark = drills.only_long


@pytest.mark.parametrize("way", ["direct", "pooled"])
def test_its_locks_do_not_outlive_it_for_long(cluster: Cluster, way: str) -> None:
    url = {"direct": cluster.direct_url, "pooled": cluster.pooled_url}[way]
    is_pooled = str(way == "pooled").lower()
    settings = {"DATABASE_URL": url, "ARK_DATABASE_POOLED": is_pooled}
    host = cluster.predictor_a.host
    part = cluster.predictor_a.start_managing(f"{way}.log", "shell", "-c", _HOLD, **settings)
    log: Path = host.folder / f"{way}.log"
    wait_until(lambda: "locked" in log.read_text() or part.has_ended)
    assert "locked" in log.read_text(), log.read_text()
    assert not _is_free(cluster)
    with host.cut_off():
        wait_until(lambda: _is_free(cluster))
    part.kill()
    # In its first second a host that is back may have connections reset: that the way to it had
    # been given up is still being told.
    cluster.wait_for_predictor(cluster.predictor_a)


def test_what_a_web_process_asks_of_the_pooler_is_nobody_elses(cluster: Cluster) -> None:
    with psycopg.connect(cluster.pooled_url) as ours, psycopg.connect(cluster.web_url) as of_web:
        assert ours.execute("SHOW statement_timeout").fetchone() == ("0",)
        assert of_web.execute("SHOW statement_timeout").fetchone() == ("30s",)


def _is_free(cluster: Cluster) -> bool:
    try:
        return bool(cluster.rows(_LOCK))
    except psycopg.errors.LockNotAvailable:
        return False
