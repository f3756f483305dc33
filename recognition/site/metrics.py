"""What /metrics tells of the queue, the live version and the workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import redis
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from recognition.core import heartbeats
from recognition.core.counting import count_up_to
from recognition.models import ModelVersion, Prediction, RunState, State, TrainingRun
from recognition.storage import checking, space
from recognition.versions import finder

MOST_COUNTED = 100_000  # closer looks: before a finder comes, all photos may wait


_STORAGE = {
    "missing": "Originals that the last storage check missed.",
    "damaged": "Originals whose size or sha256 was wrong in the last storage check.",
    "orphaned": "Originals without a photo in the last storage check.",
    "versions_damaged": "Versions that the last storage check found damaged or missing.",
}


class RecognitionCollector(Collector):
    """Looked up when somebody asks.

    Photos that are done are not counted: that would read the whole table each time.
    """

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        yield self._queue()
        yield self._oldest()
        yield self._closer_looks()
        yield self._live_version()
        yield self._finder()
        yield from self._workers()
        yield self._runs()
        yield from self._storage()

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

    def _closer_looks(self) -> GaugeMetricFamily:
        due = Prediction.objects.filter(look_due__isnull=False).order_by("look_due", "id")
        return GaugeMetricFamily(
            "ark_closer_looks",
            f"Photos in which subjects are still to be found; {MOST_COUNTED} also stands for more.",
            value=count_up_to(due, MOST_COUNTED).number,
        )

    def _live_version(self) -> InfoMetricFamily:
        family = InfoMetricFamily("ark_live_model", "The version of the network that predicts.")
        for version in ModelVersion.objects.filter(live=True):
            described = {"number": str(version.number), "network": version.network}
            family.add_metric([], described)
        return family

    def _finder(self) -> InfoMetricFamily:
        family = InfoMetricFamily("ark_finder", "What finds the subjects of photos.")
        if there := finder.installed():
            family.add_metric([], {"name": there.name})
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

    def _storage(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "ark_storage_free_bytes", "Free on the disk of the originals.", value=space.free_bytes()
        )
        check = checking.last()
        if check is None or check.finished is None:
            return
        found = check.result.get("found", {})
        for kind, text in _STORAGE.items():
            yield GaugeMetricFamily(f"ark_storage_{kind}", text, value=found.get(kind, 0))
        yield GaugeMetricFamily(
            "ark_storage_check_timestamp_seconds",
            "When the last storage check ended.",
            value=check.finished.timestamp(),
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
