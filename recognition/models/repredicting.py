"""What was asked to be predicted again, in the background."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from recognition.models.label import Label
from recognition.models.model_version import ModelVersion


class Repredicting(models.Model):
    """Photos that a version is to predict again, from the newest to the oldest. Asked again, it
    starts anew; photos that the version has predicted are passed over."""

    version = models.OneToOneField(
        ModelVersion, models.CASCADE, verbose_name=_("version"), related_name="repredicting"
    )
    # Only photos that the shown prediction gives this label.
    said = models.ForeignKey(Label, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True
    )
    asked = models.DateTimeField(_("asked"))
    next_photo = models.UUIDField(null=True, help_text=_("the newest that is still to do"))
    looked_at = models.PositiveIntegerField(_("photos looked at"), default=0)
    finished = models.DateTimeField(_("finished"), null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.version} · {self.looked_at}"
