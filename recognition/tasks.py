"""Celery's doors: one call each, no logic."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from recognition.core import doorbell
from recognition.predictions import queue
from recognition.training import watch
from recognition.workers import analyst as analyst
from recognition.workers import predictor, teacher
from recognition.workers import trainer as training


@shared_task
def predict_pending() -> None:
    predictor.serve()


@shared_task
def sweep() -> None:
    queue.recover()
    watch.recover()
    doorbell.ring_teacher()
    doorbell.ring_trainer()
    predictor.serve()
    doorbell.ring_analyst()


@shared_task
def analyse() -> None:
    analyst.work()


@shared_task
def teach() -> None:
    teacher.work()


@shared_task
def train() -> None:
    training.train_pending()


@worker_ready.connect
def look_for_work(sender: Any, **kwargs: Any) -> None:
    """A worker that has just started loads the network now, not when the first photo comes."""
    part = sender.hostname.partition("@")[0]
    if part == "analyst":
        analyst.set_up_process()
        doorbell.ring_analyst()
    elif part == "teacher":
        teacher.set_up_process()
        doorbell.ring_teacher()
    elif part == "trainer":
        training.set_up_process()
        doorbell.ring_trainer()
    else:
        sweep.delay()
