"""Celery's doors: one call each, no logic."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from recognition import doorbell, prediction
from recognition.analyst import jobs


@shared_task
def predict_pending() -> None:
    prediction.predict_pending()


@shared_task
def sweep() -> None:
    prediction.recover()
    prediction.predict_pending()
    doorbell.ring_analyst()


@shared_task
def analyse() -> None:
    jobs.work()


@worker_ready.connect
def look_for_work(sender: Any, **kwargs: Any) -> None:
    """A worker that has just started loads the network now, not when the first photo comes."""
    if sender.hostname.startswith("analyst@"):
        jobs.set_up_process()
        doorbell.ring_analyst()
    else:
        sweep.delay()
