"""What people did that an auditor asks for: kept when they go, never changed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid

_UNCHANGED = "An audit event is never changed."
_KEPT = "An audit event goes only with its time (core.audit.delete_old)."


class AuditEvents(models.QuerySet["AuditEvent"]):
    """Rows that are only added; the database refuses changes too (migration 0012)."""

    def update(self, **fields: Any) -> NoReturn:
        raise TypeError(_UNCHANGED)

    def delete(self) -> NoReturn:
        raise TypeError(_KEPT)


class AuditEvent(models.Model):
    """Written by `recognition.core.audit.record`, in the transaction of what it tells of.

    Rows point at nothing, so that they outlive whom and what they name.
    """

    class Action(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("failed to sign in")
        SIGNED_OUT = "signed_out", _("signed out")
        SESSION_ENDED = "session_ended", _("ended a session")
        PASSWORD_CHANGED = "password_changed", _("changed a password")
        PASSWORD_RESET = "password_reset", _("reset a password")
        FACTOR_ADDED = "factor_added", _("added a second factor")
        FACTOR_REMOVED = "factor_removed", _("removed a second factor")
        TOKEN_MADE = "token_made", _("made an API token")
        TOKEN_REVOKED = "token_revoked", _("revoked an API token")
        PERSON_INVITED = "person_invited", _("invited a person")
        PERSON_ADDED = "person_added", _("added a person")
        PERSON_CHANGED = "person_changed", _("changed a person")
        ROLE_CHANGED = "role_changed", _("changed a role")
        PERSON_DEACTIVATED = "person_deactivated", _("deactivated a person")
        PERSON_DELETED = "person_deleted", _("deleted a person")
        PHOTOS_DELETED = "photos_deleted", _("deleted photos")
        PHOTOS_RESTORED = "photos_restored", _("restored photos")
        EXPORTED = "exported", _("exported data")
        IMPORTED = "imported", _("imported data")
        PROMOTED = "promoted", _("promoted a version")
        LABEL_CHANGED = "label_changed", _("changed the labels")
        SETTING_CHANGED = "setting_changed", _("changed a setting")
        BACKED_UP = "backed_up", _("backed up")
        RESTORED = "restored", _("restored a backup")
        ADMIN_CHANGED = "admin_changed", _("changed something in the administration")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)
    # No foreign key: the row stays as it is when the person is deleted. 0: nobody who was signed
    # in, or the command line.
    user_id = models.PositiveBigIntegerField(default=0)
    user_name = models.CharField(_("who"), max_length=150, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    action = models.CharField(_("what"), max_length=20, choices=Action)
    subject = models.CharField(_("to whom or what"), max_length=255, blank=True)
    details = models.JSONField(_("details"), default=dict)

    objects = AuditEvents.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["user_id", "-at"], name="audit_of_user"),
            # What the page filters by, in its order.
            models.Index(fields=["user_name", "-at", "-id"], name="audit_by_name"),
            models.Index(fields=["action", "-at", "-id"], name="audit_by_action"),
            models.Index(fields=["address", "-at", "-id"], name="audit_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.get_action_display()} {self.subject}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(_UNCHANGED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(_KEPT)
