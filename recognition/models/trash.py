"""Photos that were deleted, until their time in the trash is over."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recognition.models.photo import Batch, StoredPicture


class TrashedPhoto(StoredPicture, models.Model):
    """A row that left `Photo`, under the same id, with what restoring it needs.

    The original lies where it lay. `recognition.photos.deletion` writes these rows, and
    `recognition.photos.trash` takes them away.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("owner"),
        related_name="+",
        db_index=False,
    )
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=255)
    format = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveBigIntegerField(_("size"))
    created = models.DateTimeField(_("uploaded"))
    trashed_at = models.DateTimeField(_("deleted"), default=timezone.now)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("deleted by"),
        null=True,
        related_name="+",
    )
    # Since when it is to go for good: nobody sees or restores it any more, and its files and then
    # this row are removed.
    for_ever = models.DateTimeField(null=True)
    # What people said of it, as `recognition.labels.remembered` writes it.
    kept = models.JSONField(default=dict)

    class Meta:
        ordering = ("-trashed_at", "-id")
        verbose_name = _("photo in the trash")
        verbose_name_plural = _("photos in the trash")
        default_permissions = ()
        indexes = [
            models.Index(fields=["-trashed_at", "-id"], name="trash_newest"),
            models.Index(fields=["owner", "-trashed_at", "-id"], name="trash_newest_of_owner"),
            models.Index(
                fields=["for_ever", "id"],
                name="trash_for_ever",
                condition=Q(for_ever__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
