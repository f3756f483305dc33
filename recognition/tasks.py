"""Celery's doors: one call each, no logic."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from recognition.workers import analyst, explainer, predictor, teacher, trainer
from recognition.workers import sweep as sweeping


@shared_task
def predict_pending() -> None:
    predictor.serve()


@shared_task
def sweep() -> None:
    sweeping.wake_all()


@shared_task
def analyse() -> None:
    analyst.work()


@shared_task
def teach() -> None:
    teacher.work()


@shared_task
def train() -> None:
    trainer.train_pending()


@shared_task
def explain() -> None:
    explainer.work()


@worker_ready.connect
def start_sweeping(sender: Any, **kwargs: Any) -> None:
    sweeping.start(sender)
