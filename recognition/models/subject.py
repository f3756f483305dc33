"""What stands in a photo: as a network found it, as people marked it, as its owner suggests.

Boxes are lists: left, top, right and bottom in parts of 1 of the upright photo.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from recognition.models.ids import time_ordered_uuid
from recognition.models.label import Kind, Label
from recognition.models.photo import Photo
from recognition.models.prediction import Prediction


class Subject(models.Model):
    """An animal or a vehicle that one prediction found. The first, of rank 0, is the main one."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    prediction = models.ForeignKey(
        Prediction, models.CASCADE, verbose_name=_("prediction"), related_name="subjects"
    )
    rank = models.PositiveSmallIntegerField(_("rank"))
    box = models.JSONField(_("box"))
    found = models.CharField(
        _("found as"), max_length=30, blank=True, help_text=_("the finder's class; none if drawn")
    )
    score = models.FloatField(_("score"), null=True, help_text=_("of the finder, 0 to 1"))
    label = models.ForeignKey(
        Label, models.PROTECT, verbose_name=_("label"), db_index=False, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    confidence = models.FloatField(_("confidence"))
    top = models.JSONField(_("top five"), default=list)
    embedding = models.BinaryField(null=True)

    class Meta:
        ordering = ("prediction", "rank")
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        indexes = [models.Index(fields=["label", "prediction"], name="subject_label")]

    def __str__(self) -> str:
        return str(self.label)


class Annotation(models.Model):
    """A further part of a photo with a label of its own, set by people. The photo's main subject
    has the photo's label (`Photo.label`, `Photo.box`)."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    photo = models.ForeignKey(
        Photo, models.CASCADE, verbose_name=_("photo"), related_name="annotations"
    )
    box = models.JSONField(_("box"))
    label = models.ForeignKey(Label, models.PROTECT, verbose_name=_("label"), related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        ordering = ("photo", "id")
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")

    def __str__(self) -> str:
        return str(self.label)


class Suggestion(models.Model):
    """What a photo's owner says of the answer. It is no label until a reviewer confirms it."""

    class Kind(models.TextChoices):
        WRONG = "wrong", _("that is wrong")
        ANOTHER = "another", _("there is another one")

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("suggestion", "waits for a reviewer")
        CONFIRMED = "confirmed", pgettext_lazy("suggestion", "confirmed")
        DECLINED = "declined", pgettext_lazy("suggestion", "decided otherwise")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    photo = models.ForeignKey(
        Photo, models.CASCADE, verbose_name=_("photo"), related_name="suggestions"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("by"), related_name="+"
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    label = models.ForeignKey(Label, models.PROTECT, verbose_name=_("label"), related_name="+")
    box = models.JSONField(_("box"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN)
    decided = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("decided by"),
        null=True,
        related_name="+",
    )

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "kind"],
                condition=models.Q(outcome="open"),
                name="one_open_suggestion_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.label}"
