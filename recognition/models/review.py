"""What the review needs besides decisions: leases, suspects, the promise, the analyst's counts,
what was decided about near-duplicates, notes and questions."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recognition.models.decision import Decision
from recognition.models.ids import time_ordered_uuid
from recognition.models.label import Label
from recognition.models.photo import Photo


class ReviewLease(models.Model):
    """A photo that a reviewer has in view; nobody else gets it until the lease expires."""

    photo = models.OneToOneField(Photo, models.CASCADE, primary_key=True, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.photo_id} · {self.reviewer}"


class Suspect(models.Model):
    """A label that is probably wrong, as found by the last search. Each search replaces all."""

    photo = models.OneToOneField(Photo, models.CASCADE, primary_key=True, related_name="suspect")
    label = models.ForeignKey(Label, models.CASCADE, related_name="+")
    suggested = models.ForeignKey(Label, models.CASCADE, related_name="+")
    score = models.FloatField(_("score"))
    evidence = models.JSONField(_("evidence"), default=dict)

    class Meta:
        verbose_name = _("suspect label")
        verbose_name_plural = _("suspect labels")
        indexes = [models.Index(fields=["-score", "photo"], name="suspect_score")]

    def __str__(self) -> str:
        return f"{self.label} → {self.suggested}"


class Promise(models.Model):
    """The settings of the accuracy promise, in one row: whether the machine accepts predictions,
    and how sure it must be."""

    active = models.BooleanField(_("accept what is sure enough"), default=False)
    target = models.FloatField(
        _("target precision"),
        default=0.98,
        validators=[MinValueValidator(0.5), MaxValueValidator(0.999)],
    )
    check_rate = models.FloatField(
        _("share that is checked"),
        default=0.05,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("changed by"), null=True
    )
    changed = models.DateTimeField(_("changed"), auto_now=True)
    # The rules by which the predictions that are accepted now were chosen, as
    # `recognition.analysis.acceptance` writes them; null while it applies others.
    applied = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.target:.1%}"


class HashRevision(models.Model):
    """How many times perceptual hashes were added, in one row."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class Report(models.Model):
    """What the analyst has counted, by name, so that pages need not count."""

    name = models.CharField(max_length=30, primary_key=True)
    data = models.JSONField(default=dict)
    made = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def named(cls, name: str) -> Report:
        """The report of this name; an empty one, not yet saved, if there is none."""
        return cls.objects.filter(name=name).first() or cls(name=name)


class GroupDecision(models.Model):
    """What a person said of a group of near-duplicates: one of them is enough, or all are kept.

    photos: how many the group had then. A group that has more by now is shown again.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    group = models.UUIDField(_("near-duplicates"))
    kept = models.ForeignKey(
        Photo, models.CASCADE, verbose_name=_("kept"), null=True, related_name="+"
    )
    photos = models.PositiveIntegerField(_("photos"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("by"),
        null=True,
        related_name="+",
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    undone = models.DateTimeField(_("undone"), null=True)

    class Meta:
        verbose_name = _("decision about near-duplicates")
        verbose_name_plural = _("decisions about near-duplicates")
        default_permissions = ()
        indexes = [models.Index(fields=["-at", "-id"], name="group_decision_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["group"], condition=Q(undone=None), name="one_decision_per_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.at:%Y-%m-%d %H:%M}"

    @property
    def others(self) -> int:
        """How many there were besides the one that is kept."""
        return self.photos - 1


class LeftOut(models.Model):
    """A photo that takes no part in review and training, since a near-duplicate of it is kept."""

    photo = models.OneToOneField(Photo, models.CASCADE, primary_key=True, related_name="left_out")
    decision = models.ForeignKey(GroupDecision, models.CASCADE, related_name="left_out")

    def __str__(self) -> str:
        return str(self.photo_id)


class PhotoNote(models.Model):
    """What a reviewer wrote about a photo, for the others."""

    LONGEST = 500

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="notes", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("at"), auto_now_add=True)
    text = models.CharField(_("note"), max_length=LONGEST)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        default_permissions = ()
        ordering = ("at", "id")
        indexes = [models.Index(fields=["photo", "at", "id"], name="note_of_photo")]

    def __str__(self) -> str:
        return self.text


class Question(models.Model):
    """A photo that somebody who knows more is to decide about. A decision answers it."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="questions", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("at"), auto_now_add=True)
    text = models.CharField(_("question"), max_length=PhotoNote.LONGEST, blank=True)
    closed = models.DateTimeField(null=True)
    answer = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        default_permissions = ()
        ordering = ("at", "id")
        indexes = [
            models.Index(fields=["at", "id"], condition=Q(closed=None), name="question_open"),
            models.Index(fields=["photo", "at", "id"], name="question_of_photo"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["photo"], condition=Q(closed=None), name="one_open_question"
            )
        ]

    def __str__(self) -> str:
        return self.text
