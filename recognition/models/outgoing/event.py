"""What happened that others are told of, and how far each of them has been told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid
from recognition.models.outgoing.receiver import Receiver


class OutgoingEvent(models.Model):
    """Written in the transaction of what it tells of; numbers grow in the order of events of one
    subject. Rows point at nothing, and name neither people nor files."""

    class Kind(models.TextChoices):
        """Types as receivers read them."""

        PHOTO_PREDICTED = "photo.predicted", _("photo predicted")
        LABEL_DECIDED = "label.decided", _("label decided")
        RUN_ENDED = "run.ended", _("training run ended")
        VERSION_PROMOTED = "version.promoted", _("version promoted")
        PROMISE_BROKEN = "promise.broken", _("accuracy promise broken")
        DRIFT_FOUND = "drift.found", _("uploads differ from what is labelled")
        TEST = "test", _("test")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("event"), max_length=20, choices=Kind)
    # What it is about: events of one subject are delivered in order.
    subject = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    # The only one who is told; null: whoever wants this kind.
    only = models.ForeignKey(Receiver, models.CASCADE, null=True, db_index=False, related_name="+")
    # When its deliveries were written; null: not yet.
    spread = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], name="event_to_spread", condition=Q(spread__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


_OPEN = Q(finished__isnull=True)


class Delivery(models.Model):
    """An event for one receiver: waits until it is due, is tried under a lease, then finished:
    delivered, or given up."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    event = models.ForeignKey(OutgoingEvent, models.CASCADE, db_index=False)
    receiver = models.ForeignKey(Receiver, models.CASCADE, db_index=False)
    subject = models.CharField(max_length=64)  # the event's
    since = models.DateTimeField(default=timezone.now)  # it waits; it is not tried for ever
    due = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)
    delivered = models.BooleanField(default=False)
    # Of the last attempt: what HTTP answered, in part, or a code of `notifications.sending`.
    tried = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=30, blank=True)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_expires = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["receiver", "event"], name="delivery_open", condition=_OPEN),
            models.Index(
                fields=["receiver", "subject", "event"],
                name="delivery_open_subject",
                condition=_OPEN,
            ),
            models.Index(
                fields=["receiver"],
                name="delivery_claimed",
                condition=Q(lease_expires__isnull=False),
            ),
            models.Index(fields=["since"], name="delivery_open_since", condition=_OPEN),
            models.Index(fields=["receiver", "-id"], name="delivery_log"),
            models.Index(fields=["receiver", "delivered", "-id"], name="delivery_log_failed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "receiver"], name="one_delivery_a_receiver")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.receiver_id}"
