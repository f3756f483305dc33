"""Why a run cannot start or did not succeed, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.core import full_disk
from recognition.models import TrainingRun

TEXTS = {
    # It cannot start.
    "no_version": _("No version is live. Run `manage.py prepare` first."),
    "no_photos": _(
        "No labelled photo is in the training split, so there is nothing to learn from. Label more "
        "photos: about seven of ten are used for training."
    ),
    "too_few_labels": _(
        "A network that is trained from scratch must tell at least two labels apart. Label photos "
        "of a second one."
    ),
    "unknown_mode": _("There is no such way of training."),
    "unknown_network": _("There is no network of this name in the catalogue."),
    "wrong_parameter": _("A parameter cannot be used."),
    "not_resumable": _("This run succeeded; launch a new one instead."),
    # It failed.
    "disk_full": _(
        "The disk is full. Free some space, then resume this run: it goes on from its last "
        "checkpoint."
    ),
    "out_of_memory": _(
        "There was not enough memory, even for smaller batches. Choose a smaller network or batch "
        "size, or close other programs, then resume."
    ),
    "corrupt_parent": _(
        "The version to start from is damaged: a file was changed or is missing. Restore its "
        "folder from a backup, or start from another version."
    ),
    "weights_unavailable": _(
        "The pretrained weights could not be loaded. Connect this machine to the internet, or "
        "train without them."
    ),
    "diverged": _("The loss grew beyond all numbers. Choose a smaller learning rate."),
    "nothing_yet": _("This run has no finished epoch, so there is nothing to keep."),
    "crashed": _(
        "The trainer stopped several times while it worked on this run. Look into its log, then "
        "resume."
    ),
    "bug": _("Something went wrong that should not have. Look into the trainer's log."),
    "failed": _("Something went wrong that should not have. Look into the trainer's log."),
    "bad_job": _(
        "The trainer does not understand what it was asked for; perhaps it is of another version "
        "of Ark. Restart it, then resume."
    ),
}


class CannotTrain(Exception):
    """Nothing was started or changed. `code` is for programs, `detail` for people; `cause` is what
    exactly is wrong, in English; `field` names the parameter that is wrong, if one is."""

    def __init__(self, code: str, cause: str = "", field: str = "") -> None:
        self.code = code
        self.cause = cause
        self.field = field
        super().__init__(f"{code}: {cause}")

    @property
    def detail(self) -> str:
        """In the language of the current request, but for the cause."""
        return _joined(self.code, self.cause)

    @property
    def words(self) -> str:
        """For pages: in the language of the current request."""
        return in_words(self.code)


class RunFailed(Exception):
    """A run cannot go on. `code` is one of the codes above; `cause` is in English."""

    def __init__(self, code: str, cause: str = "") -> None:
        self.code = code
        self.cause = cause
        super().__init__(f"{code}: {cause}")


def in_words(code: str) -> str:
    """In the language of the current request."""
    return gettext(TEXTS.get(code, TEXTS["bug"]))


def explain(run: TrainingRun) -> str:
    """Why the run failed, for programs: with the cause in English; empty if it did not."""
    return _joined(run.error, run.error_detail) if run.error else ""


def failure_of(error: Exception) -> RunFailed | None:
    """What an exception means for a run; None if nobody foresaw it."""
    if isinstance(error, RunFailed):
        return error
    if isinstance(error, MemoryError):
        return RunFailed("out_of_memory")
    if isinstance(error, CorruptCheckpoint):
        return RunFailed("corrupt_parent", str(error))
    if full_disk.is_told_by(error):
        return RunFailed("disk_full")
    return None


def _joined(code: str, cause: str) -> str:
    text = in_words(code)
    return f"{text} ({cause})" if cause else text
