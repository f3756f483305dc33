"""Messages to the workers. In Ark's design one on its way is enough."""

from __future__ import annotations

import redis
from celery import Celery

from benchmarks.queues.place import Place

PHOTOS, SWEEP = "photos", "sweep"  # a queue; Ark's periodic task
SWEEP_S = 5  # as in Ark
VISIBILITY_S = 60  # as long as Ark's lease; Celery's default is an hour
_PENDING, _EXPIRES_S = "wake-up", 5


def celery_app(place: Place) -> Celery:
    app = Celery("queues", broker=f"redis+socket://{place.socket}")
    app.conf.update(
        task_ignore_result=True,
        task_default_queue=PHOTOS,
        task_acks_late=place.is_late,
        task_reject_on_worker_lost=place.is_late,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_S,
            "socket_connect_timeout": 1,
            "socket_timeout": 5,
        },
        beat_schedule={
            SWEEP: {"task": SWEEP, "schedule": SWEEP_S, "options": {"expires": 2 * SWEEP_S}}
        },
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    return app


class WakeUps:
    def __init__(self, app: Celery, place: Place) -> None:
        self._app = app
        self._redis = redis.Redis(unix_socket_path=str(place.socket))

    def send(self, task: str) -> None:
        if self._redis.set(_PENDING, 1, nx=True, ex=_EXPIRES_S):
            self._app.send_task(task, retry=False)

    def acknowledge(self) -> None:
        """What comes from now on needs another wake-up."""
        self._redis.delete(_PENDING)
