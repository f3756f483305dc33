"""What programs sign in with, in place of a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid


class ApiToken(models.Model):
    """Made, found and revoked by `recognition.people.tokens`. The token itself is stored nowhere:
    only its SHA-256, which is as good as one needs for 256 random bits."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        UPLOAD = "upload", _("upload and delete")
        REVIEW = "review", _("review and suggest")
        TRAIN = "train", _("train and promote")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=80)
    beginning = models.CharField(_("begins with"), max_length=12)  # to tell one from another
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created = models.DateTimeField(_("created"), default=timezone.now)
    expires = models.DateTimeField(_("expires"), null=True)
    # To the minute or so: writing it with each request would cost more than the request.
    last_used = models.DateTimeField(_("last used"), null=True)
    last_address = models.GenericIPAddressField(_("last address"), null=True)

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        default_permissions = ("view", "delete")
        permissions = [("lasting_apitoken", _("Can make API tokens that never expire"))]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()

    @property
    def scope_names(self) -> list[str]:
        return [str(scope.label) for scope in self.Scope if scope in self.scopes]
