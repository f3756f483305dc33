"""What the trainer does when it is woken: one run of fine-tuning or training from scratch."""

from __future__ import annotations

from recognition.core import heartbeats, process, wakeups
from recognition.models import Mode
from recognition.training import network, search, watch
from recognition.training.executor import execute


def set_up_process() -> None:
    """Called once in the trainer's process. While it trains, it ends in order."""
    process.yield_to_others(10)
    process.end_at_once_when_terminated()


def train_pending() -> None:
    """Work on one run, which takes minutes to days. A trainer that was asked to end meanwhile is
    not woken any more."""
    with heartbeats.beating(heartbeats.TRAINER):
        watch.recover()  # what this trainer left behind when it was killed
        search.advance_all()
        if run := watch.claim((Mode.FINE_TUNE, Mode.FROM_SCRATCH)):
            try:
                execute(run, network.train_claimed)
            except SystemExit:  # the run waits for the next trainer
                process.end_now()
            wakeups.wake_trainer()
