"""Trained networks, and which of them is live."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class View(models.TextChoices):
    """What of a photo a version looks at (`cnn/manifest.py`)."""

    CENTRE = "centre", _("the centre of the photo")
    SUBJECTS = "subjects", _("the whole photo, then each subject in it")


class ModelVersion(models.Model):
    """One immutable folder of models_store; `number` names it."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    network = models.CharField(_("network"), max_length=60)
    view = models.CharField(_("view"), max_length=10, choices=View, default=View.CENTRE)
    labels = models.JSONField(_("labels"), help_text=_("the slugs that it knows"))
    metrics = models.JSONField(_("metrics"), default=dict, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("parent version"), null=True, blank=True
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    backbone_sha256 = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("versions with the same backbone and view understand each other's embeddings"),
    )
    live = models.BooleanField(_("live"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        permissions = [("promote", _("Can make a version live or roll it back"))]
        constraints = [
            models.UniqueConstraint(fields=["live"], condition=Q(live=True), name="one_is_live")
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.name}"

    @property
    def folder(self) -> Path:
        return settings.ARK_MODELS_STORE / str(self.number)


class LiveChange(models.Model):
    """The log of which version went live when, and who made it so."""

    class How(models.TextChoices):
        SET_UP = "set_up", _("set-up")
        PROMOTED = "promoted", _("made live")
        ROLLED_BACK = "rolled_back", _("rolled back")
        RULE = "rule", _("made live by automation")

    model_version = models.ForeignKey(ModelVersion, models.PROTECT, verbose_name=_("version"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, blank=True
    )
    how = models.CharField(_("how"), max_length=12, choices=How, default=How.SET_UP)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("change of the live version")
        verbose_name_plural = _("What was live when")

    def __str__(self) -> str:
        return f"{self.model_version} ({self.at:%Y-%m-%d %H:%M})"
