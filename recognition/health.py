"""Is this instance fit to serve, and how much waits in its queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import redis
from django.db import DatabaseError, connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from recognition.cnn.manifest import MANIFEST_NAME
from recognition.core import heartbeats, redis_client
from recognition.models import ModelVersion, Prediction, RunState, State, TrainingRun
from recognition.versions import registry


class Unfit(Exception):
    """Says why, for the operator."""


def problems() -> dict[str, str | None]:
    """Each check, with None or what is wrong. Timeouts in the settings keep it short."""
    found: dict[str, str | None] = {}
    for name, check in _CHECKS.items():
        # What does not answer once is not waited for a second time.
        found[name] = found.get(_NEEDS.get(name, "")) or _problem(check)
    return found


def _problem(check: Callable[[], None]) -> str | None:
    try:
        check()
    except (Unfit, DatabaseError, redis.RedisError) as error:
        return str(error).strip() or type(error).__name__
    return None


def _database_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker_answers() -> None:
    redis_client.connection().ping()


def _version_is_live() -> None:
    try:
        version = registry.live_version()
    except ModelVersion.DoesNotExist:
        raise Unfit("No version of the network is live; run `manage.py prepare`.") from None
    if not (version.folder / MANIFEST_NAME).is_file():
        raise Unfit(f"The live version is not in {version.folder}.")


def _worker_is_heard() -> None:
    if not heartbeats.workers_heard():
        raise Unfit(f"No predictor was heard for {heartbeats.EXPIRES_S} s.")
    for text in heartbeats.complaints():
        raise Unfit(f"A predictor cannot load the live version, and goes on without: {text}")


_CHECKS = {
    "database": _database_answers,
    "broker": _broker_answers,
    "live_model": _version_is_live,
    "worker": _worker_is_heard,
}
_NEEDS = {"live_model": "database", "worker": "broker"}


class RecognitionCollector(Collector):
    """The queue, the live version and the predictors, looked up when somebody asks.

    Photos that are done are not counted: that would read the whole table each time.
    """

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        yield self._queue()
        yield self._oldest()
        yield self._live_version()
        yield from self._workers()
        yield self._runs()

    def _queue(self) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "ark_predictions", "Predictions that wait, run or failed.", labels=["state"]
        )
        for state in (State.PENDING, State.RUNNING, State.FAILED):
            gauge.add_metric([state.value], Prediction.objects.filter(state=state).count())
        return gauge

    def _oldest(self) -> GaugeMetricFamily:
        # What has a version is predicted again, and nobody waits for it.
        uploads = Prediction.objects.filter(state=State.PENDING, model_version=None)
        pending = uploads.order_by("created", "id")
        created = pending.values_list("created", flat=True).first()
        age_s = (timezone.now() - created).total_seconds() if created else 0
        return GaugeMetricFamily(
            "ark_oldest_pending_seconds", "How long the oldest photo waits.", value=age_s
        )

    def _live_version(self) -> InfoMetricFamily:
        family = InfoMetricFamily("ark_live_model", "The version of the network that predicts.")
        for version in ModelVersion.objects.filter(live=True):
            described = {"number": str(version.number), "network": version.network}
            family.add_metric([], described)
        return family

    def _workers(self) -> Iterator[GaugeMetricFamily]:
        for part in (heartbeats.PREDICTOR, heartbeats.TEACHER, heartbeats.TRAINER):
            try:
                heard = len(heartbeats.workers_heard(part))
            except redis.RedisError:
                heard = 0
            yield GaugeMetricFamily(
                f"ark_{part}s",
                f"{part.title()}s heard in the last {heartbeats.EXPIRES_S} s.",
                value=heard,
            )

    def _runs(self) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "ark_training_runs", "Training runs that wait or run.", labels=["state"]
        )
        states = (RunState.QUEUED, RunState.RUNNING)
        runs = Counter(TrainingRun.objects.filter(state__in=states).values_list("state", flat=True))
        for state in states:
            gauge.add_metric([state.value], runs[state])
        return gauge
