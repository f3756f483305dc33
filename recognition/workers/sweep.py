"""The sweep: each worker wakes its own kind every ARK_SWEEP_S, and so finds what was missed: a
message that was lost, rows whose worker died, what came while Redis was away.

Each kind looks after its own rows when it is woken. No kind needs another one for that, and nothing
accumulates for a kind of which no worker runs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings

from recognition.core import memory, wakeups

_WAKE: dict[str, Callable[[], None]] = {  # by the queue that the kind listens to
    "predict": wakeups.wake_predictor,
    "analyse": wakeups.wake_analyst,
    "teach": wakeups.wake_teacher,
    "train": wakeups.wake_trainer,
    "explain": wakeups.wake_explainer,
}
_SET_UP = {"analyse": "analyst", "teach": "teacher", "train": "trainer", "explain": "explainer"}


def start(consumer: Any) -> None:
    """Called once in a worker's main process, with Celery's consumer, as soon as that is ready.

    The first wake-up comes at once: a predictor loads the network now, not when the first photo
    comes. The timer belongs to the event loop of the main process, and survives a lost connection
    to Redis. A worker that works in its main process (the solo pool) fires it between two tasks.
    """
    for queue in _WAKE.keys() & consumer.app.amqp.queues.consume_from.keys():
        _before(queue)
        _WAKE[queue]()
        consumer.timer.call_repeatedly(settings.ARK_SWEEP_S, _WAKE[queue])


def _before(queue: str) -> None:
    """Only the module of this worker is loaded: each needs others."""
    if queue == "predict":
        wakeups.acknowledge()  # what was on its way to a predictor that was killed is lost
    else:
        import_module(f"recognition.workers.{_SET_UP[queue]}").set_up_process()
        # Looking for garbage among all that was loaded takes a tenth of a second, after each job.
        memory.keep_what_is_loaded()


def wake_all() -> None:
    """What the task `sweep` does, which earlier versions queued and some people still do."""
    for wake in _WAKE.values():
        wake()
