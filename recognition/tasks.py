"""Celery's doors: one call each, no logic."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from recognition import prediction


@shared_task
def predict_pending() -> None:
    prediction.predict_pending()


@shared_task
def sweep() -> None:
    prediction.recover()
    prediction.predict_pending()


@worker_ready.connect
def look_for_work(**kwargs: Any) -> None:
    """A worker that has just started loads the network now, not when the first photo comes."""
    sweep.delay()
