"""Training runs, the frozen photos that they learn from, and their curves."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from recognition.models.ids import time_ordered_uuid
from recognition.models.label import Label
from recognition.models.model_version import ModelVersion
from recognition.models.photo import Photo, Split


class Mode(models.TextChoices):
    TEACH = "teach", _("teach")
    FINE_TUNE = "fine_tune", _("fine-tune")
    FROM_SCRATCH = "from_scratch", _("from scratch")


class RunState(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Stage(models.TextChoices):
    """What a running run does at the moment."""

    READING = "reading", _("reading the photos")
    TRAINING = "training", _("training")
    MEASURING = "measuring", _("measuring on the test split")
    SAVING = "saving", _("saving the version")


class DataSet(models.Model):
    """Photos with their labels and splits as they were at one moment; it never changes.

    Deleting a photo leaves its example behind, without the photo.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    fingerprint = models.CharField(
        max_length=64, help_text=_("SHA-256 over the photos' own, their labels and splits")
    )
    # {"labels": {slug: {"train": 70, "validation": 10, "test": 20}}, "unlabelled": 220}
    summary = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M}"


class TrainingExample(models.Model):
    """A photo in a data set. Without a label it only holds the parent version's answers in place.
    Its photo is null if it was deleted."""

    dataset = models.ForeignKey(DataSet, models.CASCADE, related_name="examples", db_index=False)
    photo = models.ForeignKey(Photo, models.SET_NULL, null=True, related_name="examples")
    label = models.ForeignKey(Label, models.PROTECT, null=True, related_name="+")
    split = models.CharField(max_length=10, choices=Split)
    # What the label is about, frozen as well: as `Photo.box`. Null: the whole photo.
    box = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["dataset", "photo"], name="example_of_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset} · {self.photo_id}"


class Experiment(models.Model):
    """Runs on one data set that differ in something, to be read side by side."""

    class Kind(models.TextChoices):
        COMPARISON = "comparison", _("comparison")
        SEARCH = "search", _("search")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    dataset = models.ForeignKey(DataSet, models.PROTECT, related_name="experiments")
    # Of a search: {"trials": 12, "mode": ..., "network": ..., "parameters": {...}}
    plan = models.JSONField(default=dict)
    stopped = models.DateTimeField(_("stopped"), null=True, help_text=_("no more trials"))

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")

    def __str__(self) -> str:
        return self.name


class TrainingRun(models.Model):
    """The training of a version of the network with a frozen data set.

    Queued and running rows are the queue; a lease says which trainer holds a running one.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode, default=Mode.TEACH)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.QUEUED)
    parent = models.ForeignKey(
        ModelVersion,
        models.PROTECT,
        verbose_name=_("parent version"),
        null=True,
        related_name="runs_from_here",
    )
    network = models.CharField(_("network"), max_length=60)
    parameters = models.JSONField(_("parameters"), default=dict)  # "seed" is among them
    dataset = models.ForeignKey(
        DataSet, models.PROTECT, verbose_name=_("photos"), related_name="runs"
    )
    experiment = models.ForeignKey(
        Experiment, models.SET_NULL, verbose_name=_("experiment"), null=True, related_name="runs"
    )
    # What the result shall know, frozen at launch: slug, kind, name_en, name_zh and parent of each.
    labels = models.JSONField(default=list)
    # In what it differs from the other runs of its experiment: {"learning_rate": 0.01}
    varied = models.JSONField(default=dict)

    stage = models.CharField(_("stage"), max_length=10, choices=Stage, blank=True)
    progress = models.FloatField(_("progress"), default=0.0, help_text=_("0 to 1"))
    seconds_left = models.FloatField(_("time left"), null=True, help_text=_("seconds"))
    started = models.DateTimeField(_("started"), null=True)
    finished = models.DateTimeField(_("finished"), null=True)
    # What happened on the way: [{"at": ISO time, "code": "out_of_memory", "batch_size": 16}]
    notes = models.JSONField(default=list)
    score = models.FloatField(
        _("score"), null=True, help_text=_("accuracy on the validation split, 0 to 1")
    )

    lease_owner = models.CharField(_("worker"), max_length=100, blank=True)
    lease_expires = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    cancel_asked = models.DateTimeField(_("cancel asked"), null=True)
    error = models.CharField(_("error"), max_length=30, blank=True)
    error_detail = models.TextField(blank=True)

    model_version = models.OneToOneField(
        ModelVersion,
        models.PROTECT,
        verbose_name=_("version"),
        null=True,
        related_name="training_run",
    )

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")
        permissions = [("train", _("Can launch and cancel training"))]
        indexes = [
            models.Index(fields=["state", "mode", "created"], name="run_queue"),
            models.Index(fields=["by", "finished"], name="run_ended"),  # notices of pages
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} · {self.created:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.state in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)

    @property
    def folder(self) -> Path:
        """Its checkpoints and, until it is saved, its result."""
        return settings.ARK_TRAINING / str(self.id)


class TrainingEpoch(models.Model):
    """A point of a run's curves."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="epochs", db_index=False)
    number = models.PositiveIntegerField(_("epoch"))
    train_loss = models.FloatField(_("training loss"), null=True)
    validation_loss = models.FloatField(_("validation loss"), null=True)
    validation_accuracy = models.FloatField(_("validation accuracy"), null=True)
    learning_rate = models.FloatField(_("learning rate"), null=True)
    seconds = models.FloatField(_("seconds"), null=True)

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_row_an_epoch")]

    def __str__(self) -> str:
        return f"{self.run} · {self.number}"


class TrainingPolicy(models.Model):
    """What happens without a person, in one row of settings: promotion by rule, and retraining by
    schedule. Both are off until somebody switches them on."""

    class Schedule(models.TextChoices):
        OFF = "off", pgettext_lazy("schedule", "never")
        NIGHTLY = "nightly", _("every night")
        AFTER_LABELS = "after_labels", _("after a number of new labels")

    promotes = models.BooleanField(_("make better versions live"), default=False)
    min_gain = models.FloatField(
        _("better on the test split by at least"), default=0.005, help_text=_("of accuracy, 0 to 1")
    )
    max_label_loss = models.FloatField(
        _("no label worse by more than"), default=0.05, help_text=_("of recall, 0 to 1")
    )
    schedule = models.CharField(
        _("teach again"), max_length=12, choices=Schedule, default=Schedule.OFF
    )
    hour = models.PositiveSmallIntegerField(_("hour of the night"), default=3)
    new_labels = models.PositiveIntegerField(_("new labels"), default=100)
    launched = models.DateTimeField(_("last launched"), null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("changed by"), null=True
    )
    changed = models.DateTimeField(_("changed"), auto_now=True)

    def __str__(self) -> str:
        return self.get_schedule_display()
