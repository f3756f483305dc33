"""The queue of runs, worked off: what the teacher and the trainer do about it."""

from __future__ import annotations

from recognition import background, doorbell
from recognition.models import Mode
from recognition.training import leases, network_run, search
from recognition.training.carrying import carry_out


def set_up_process() -> None:
    """Called once in the trainer's process. While it trains, it ends in order."""
    background.yield_to_others(10)
    background.end_at_once_when_terminated()


def teach_pending() -> None:
    """The teacher's: runs that take seconds."""
    leases.recover()
    while run := leases.claim((Mode.TEACH,)):
        from recognition.training import teach_run  # loads torch

        carry_out(run, teach_run.teach_claimed)


def train_pending() -> None:
    """The trainer's: one run, which takes minutes to days. A trainer that was asked to end
    meanwhile hears no bell any more."""
    with background.heard_as(doorbell.TRAINER):
        leases.recover()  # what this trainer left behind when it was killed
        search.advance_all()
        if run := leases.claim((Mode.FINE_TUNE, Mode.FROM_SCRATCH)):
            try:
                carry_out(run, network_run.train_claimed)
            except SystemExit:  # the run waits for the next trainer
                background.end_now()
            doorbell.ring_trainer()
