"""Who may come in with which role, until an invitation is used, revoked or too old."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from recognition.models.ids import time_ordered_uuid


class Role(models.TextChoices):
    """What a person is here to do; each may do what those before it may, but for the reviewer and
    the trainer, who stand side by side."""

    UPLOADER = "uploader", _("Uploader")
    REVIEWER = "reviewer", _("Reviewer")
    TRAINER = "trainer", pgettext_lazy("role", "Trainer")
    REVIEWER_AND_TRAINER = "reviewer_trainer", _("Reviewer and trainer")
    ADMINISTRATOR = "administrator", _("Administrator")


class Invitation(models.Model):
    """A link that makes one account. Only the digest of its code is kept."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the code, in hex
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.UPLOADER)
    email = models.EmailField(_("email address"), blank=True)
    name = models.CharField(_("username"), max_length=150, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    expires = models.DateTimeField(_("expires"), db_index=True)
    used = models.DateTimeField(_("used"), null=True)
    revoked = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        default_permissions = ()

    def __str__(self) -> str:
        return self.email or self.name or f"{self.created:%Y-%m-%d %H:%M}"
