"""What the review needs besides decisions: leases, suspects, the promise, the analyst's counts."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

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
