"""Celery's doors: one call each, no logic."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from recognition.core import wakeups
from recognition.workers import analyst, predictor, teacher, trainer
from recognition.workers import sweep as sweeping


@shared_task
def predict_pending() -> None:
    predictor.serve()


@shared_task
def sweep() -> None:
    sweeping.sweep()


@shared_task
def analyse() -> None:
    analyst.work()


@shared_task
def teach() -> None:
    teacher.work()


@shared_task
def train() -> None:
    trainer.train_pending()


@worker_ready.connect
def look_for_work(sender: Any, **kwargs: Any) -> None:
    """A worker that has just started loads the network now, not when the first photo comes."""
    part = sender.hostname.partition("@")[0]
    if part == "analyst":
        analyst.set_up_process()
        wakeups.wake_analyst()
    elif part == "teacher":
        teacher.set_up_process()
        wakeups.wake_teacher()
    elif part == "trainer":
        trainer.set_up_process()
        wakeups.wake_trainer()
    else:
        sweep.delay()
