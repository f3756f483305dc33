"""Celery's doors: one call each, no logic. Each loads what its own kind of worker needs, so that a
process holds no more than that."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready


@shared_task
def predict_pending() -> None:
    from recognition.workers import predictor

    predictor.serve()


@shared_task
def sweep() -> None:
    from recognition.workers import sweep as sweeping

    sweeping.wake_all()


@shared_task
def analyse() -> None:
    from recognition.workers import analyst

    analyst.work()


@shared_task
def teach() -> None:
    from recognition.workers import teacher

    teacher.work()


@shared_task
def train() -> None:
    from recognition.workers import trainer

    trainer.train_pending()


@shared_task
def explain() -> None:
    from recognition.workers import explainer

    explainer.work()


@worker_ready.connect
def start_sweeping(sender: Any, **kwargs: Any) -> None:
    from recognition.workers import sweep as sweeping

    sweeping.start(sender)
