"""Training runs, and the photos that each one used."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid
from recognition.models.label import Label
from recognition.models.model_version import ModelVersion
from recognition.models.photo import Photo, Split


class TrainingRun(models.Model):
    """The training of a version of the network with a frozen set of photos."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    model_version = models.OneToOneField(
        ModelVersion,
        models.PROTECT,
        verbose_name=_("model version"),
        null=True,
        related_name="training_run",
    )

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M}"


class TrainingExample(models.Model):
    """A photo in a run's data set, with its label and split at the time; null if it was deleted."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="examples", db_index=False)
    photo = models.ForeignKey(Photo, models.SET_NULL, null=True, related_name="examples")
    label = models.ForeignKey(Label, models.PROTECT, related_name="+")
    split = models.CharField(max_length=10, choices=Split)

    class Meta:
        indexes = [models.Index(fields=["run", "photo"], name="example_of_run")]

    def __str__(self) -> str:
        return f"{self.run} · {self.photo_id}"
