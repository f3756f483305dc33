"""Two versions of the network, measured on the same photos."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from recognition.models.label import Label
from recognition.models.model_version import ModelVersion
from recognition.models.photo import Photo


class Comparison(models.Model):
    """A candidate beside a baseline: usually the version that was live. Made again, it replaces
    what it found before."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    candidate = models.ForeignKey(ModelVersion, models.CASCADE, related_name="comparisons")
    baseline = models.ForeignKey(ModelVersion, models.CASCADE, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    error = models.TextField(blank=True)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_expires = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    replay = models.PositiveIntegerField(default=500, help_text=_("how many of the latest uploads"))
    made = models.DateTimeField(_("made"), null=True)
    # Who asked for it last, and is told when it ends; null: it came by itself.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended = models.DateTimeField(null=True)
    # As recognition.versions.comparison describes it.
    findings = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        constraints = [
            models.UniqueConstraint(fields=["candidate", "baseline"], name="one_comparison_a_pair")
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} / {self.baseline_id}"


class ComparedPhoto(models.Model):
    """What both versions say of one photo; `label` is what people say, if they do."""

    class Part(models.TextChoices):
        TEST = "test", _("test split")
        REPLAY = "replay", _("latest uploads")

    class Outcome(models.TextChoices):
        FIXED = "fixed", _("fixed")
        BROKEN = "broken", _("broken")
        # Where the one answer stands above the photo's label: right, but broad.
        FINER = "finer", _("right, and finer now")
        BROADER = "broader", _("right, but broader now")
        BROAD = "broad", _("right now, but broad")
        BOTH_RIGHT = "both_right", _("both right")
        BOTH_WRONG = "both_wrong", _("both wrong")
        DIFFERENT = "different", _("different")  # nobody has labelled it

    comparison = models.ForeignKey(
        Comparison, models.CASCADE, related_name="photos", db_index=False
    )
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="+")
    part = models.CharField(max_length=10, choices=Part)
    outcome = models.CharField(max_length=10, choices=Outcome)
    label = models.ForeignKey(Label, models.CASCADE, null=True, related_name="+", db_index=False)
    before = models.ForeignKey(Label, models.CASCADE, related_name="+", db_index=False)
    before_confidence = models.FloatField()
    after = models.ForeignKey(Label, models.CASCADE, related_name="+", db_index=False)
    after_confidence = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["comparison", "part", "outcome", "id"], name="compared_outcome"),
            models.Index(fields=["comparison", "part", "label", "after"], name="compared_cell"),
        ]

    def __str__(self) -> str:
        return f"{self.comparison} · {self.photo_id}"
