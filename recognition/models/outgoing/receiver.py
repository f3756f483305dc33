"""Who is told of what happens: another program by a webhook, or a person by mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid


class Receiver(models.Model):
    """Settings of the instance; `recognition.notifications.receivers` changes them."""

    class Way(models.TextChoices):
        WEBHOOK = "webhook", _("webhook")
        MAIL = "mail", _("mail")

    class Off(models.TextChoices):
        """Why it was switched off by itself."""

        GONE = "gone", _("It answered 410 Gone, which asks to send nothing more.")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    way = models.CharField(max_length=10, choices=Way)
    url = models.CharField(_("address"), max_length=500, blank=True)
    # As `people.authentication.secret_texts` encrypts it: to sign, it must be read again.
    secret = models.TextField(blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("person"), null=True
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    events = models.JSONField(_("events"), default=list)  # values of OutgoingEvent.Kind
    active = models.BooleanField(_("switched on"), default=True)
    off_because = models.CharField(max_length=10, choices=Off, blank=True)
    # The address of this instance as whoever set this up sees it, for links.
    site = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # It is shown no more; the background removes its deliveries, then the row.
    removed = models.DateTimeField(null=True)

    # Failures in a row, and until when it is left alone for that.
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("created", "id")
        default_permissions = ("change",)

    def __str__(self) -> str:
        return self.url or f"mail {self.person_id}"
