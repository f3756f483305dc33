"""The queue of runs, worked off: what the teacher and the trainer do about it."""

from __future__ import annotations

from recognition.core import doorbell, process
from recognition.models import Mode
from recognition.training import network, search, watch
from recognition.training.executor import carry_out


def set_up_process() -> None:
    """Called once in the trainer's process. While it trains, it ends in order."""
    process.yield_to_others(10)
    process.end_at_once_when_terminated()


def teach_pending() -> None:
    """The teacher's: runs that take seconds."""
    watch.recover()
    while run := watch.claim((Mode.TEACH,)):
        from recognition.training import teach  # loads torch

        carry_out(run, teach.teach_claimed)


def train_pending() -> None:
    """The trainer's: one run, which takes minutes to days. A trainer that was asked to end
    meanwhile hears no bell any more."""
    with process.heard_as(doorbell.TRAINER):
        watch.recover()  # what this trainer left behind when it was killed
        search.advance_all()
        if run := watch.claim((Mode.FINE_TUNE, Mode.FROM_SCRATCH)):
            try:
                carry_out(run, network.train_claimed)
            except SystemExit:  # the run waits for the next trainer
                process.end_now()
            doorbell.ring_trainer()
