"""Uploaded photographs."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid
from recognition.models.label import Label
from recognition.models.names import PlainNameField


class Split(models.TextChoices):
    TRAIN = "train", _("training")
    VALIDATION = "validation", _("validation")
    TEST = "test", _("test")


def split_of(group: uuid.UUID) -> Split:
    """70 % training, 10 % validation, 20 % test: a pure function, so that a split never changes.

    group: what the photo shares with others that are nearly the same: its event, or else its group
    of near-duplicates. A lone photo counts as the first of its group, so it keeps its split when
    others join it.
    """
    percent = int.from_bytes(hashlib.sha256(group.bytes).digest()[:8], "big") % 100
    if percent < 70:
        return Split.TRAIN
    return Split.VALIDATION if percent < 80 else Split.TEST


def together(path: str = "") -> Coalesce:
    """What a photo shares with others that count as one with it, if with any; see `split_of`.
    path: leads to the photo."""
    return Coalesce(f"{path}event", f"{path}group")


def id_on_side(split: str) -> uuid.UUID:
    """The id of a new photo, on any side of the split if none is given."""
    made = time_ordered_uuid()
    while split and split_of(made) != split:
        made = time_ordered_uuid()
    return made


def when() -> Coalesce:
    """When a photo was taken or, where nobody knows, uploaded; indexes serve just this."""
    return Coalesce("taken_at", "created")


# Longest sides, in pixels, of the small pictures of a photo.
SIDES = THUMBNAIL_SIDE, PREVIEW_SIDE = 320, 1280


class StoredPicture:
    """Where the files of a photo are, by its id alone: in the trash they stay where they were.

    Only `recognition/files/` may look there: the files may lie elsewhere.
    """

    id: uuid.UUID

    @property
    def original_path(self) -> Path:
        return settings.MEDIA_ROOT / "originals" / _shard(self.id)

    def rendition_path(self, longest_side: int) -> Path:
        return settings.MEDIA_ROOT / "renditions" / f"{_shard(self.id)}.{longest_side}.jpg"

    @property
    def rendition_paths(self) -> list[Path]:
        return [self.rendition_path(side) for side in SIDES]

    @property
    def explanations_path(self) -> Path:
        """The folder of what networks saw in it (`explanations/kept.py`)."""
        return settings.MEDIA_ROOT / "explanations" / self.id.hex


def _shard(photo_id: uuid.UUID) -> str:
    """One of 256 folders: a million photos are then four thousand files in each."""
    name = photo_id.hex
    return f"{name[-2:]}/{name}"


class Batch(models.Model):
    """Photos that were submitted together."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")

    def __str__(self) -> str:
        return f"{self.owner} {self.created:%Y-%m-%d %H:%M}"


def _by_camera(*fields: str, name: str) -> models.Index:
    columns = [F(field) for field in fields]
    known = Q(camera__isnull=False)
    return models.Index(*columns, when().desc(), F("id").desc(), name=name, condition=known)


class Photo(StoredPicture, models.Model):
    """An upload that was accepted. The original is kept byte for byte under `original_path`."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"), db_index=False
    )
    batch = models.ForeignKey(
        Batch, models.SET_NULL, verbose_name=_("batch"), null=True, db_index=False
    )
    name = models.CharField(_("name"), max_length=255, help_text=_("the file's name when uploaded"))
    plain_name = PlainNameField()
    format = models.CharField(_("format"), max_length=10)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(_("width"), help_text=_("pixels, upright"))
    height = models.PositiveIntegerField(_("height"), help_text=_("pixels, upright"))
    size_bytes = models.PositiveBigIntegerField(_("size"))
    label = models.ForeignKey(
        Label,
        models.PROTECT,
        verbose_name=_("label"),
        null=True,
        blank=True,
        related_name="photos",
        db_index=False,
    )
    labelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("labelled by"),
        null=True,
        blank=True,
        related_name="+",
    )
    labelled_at = models.DateTimeField(_("labelled"), null=True, blank=True)
    # What the label is about, as people said: left, top, right and bottom in parts of 1 of the
    # upright photo, [0, 0, 1, 1] for the whole picture. Null: what the network finds to be the main
    # subject.
    box = models.JSONField(_("box"), null=True, blank=True)
    # The analyst fills in both after the photo was predicted.
    perceptual_hash = models.BigIntegerField(
        _("perceptual hash"), null=True, help_text=_("64 bits, as a signed number")
    )
    group = models.UUIDField(
        _("near-duplicates"),
        null=True,
        help_text=_(
            "shared by near-duplicates: the id of the first of them; none for a lone photo"
        ),
    )
    # What the file says of its making (photos/capture/); null where it says nothing, which lets a
    # million rows be as they are. The place is for its owner and for reviewers.
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    camera = models.CharField(  # noqa: DJ001 - "" would be a value, in every row
        _("camera"), max_length=120, null=True, blank=True
    )
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, help_text=_("degrees, north is positive")
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, help_text=_("degrees, east is positive")
    )
    # Not null: the analyst is to read this from the original, as of all from before there were
    # these columns.
    capture_due = models.PositiveSmallIntegerField(null=True, default=None, db_default=Value(1))
    # The analyst fills it in, as it does `group`.
    event = models.UUIDField(
        _("event"),
        null=True,
        help_text=_("shared by the photos of one burst: the id of the first of them"),
    )
    # The prediction that pages show; older versions' predictions stay beside it.
    prediction = models.OneToOneField(
        "recognition.Prediction", models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        permissions = [
            ("view_all", _("Can see everybody's photos")),
            ("review", _("Can confirm and correct labels")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="one_photo_per_owner")
        ]
        indexes = [
            models.Index(fields=["-created", "-id"], name="photo_newest"),
            # For names that begin in some way; the operator classes are PostgreSQL's.
            models.Index(
                fields=["plain_name", "id"],
                opclasses=["varchar_pattern_ops", "uuid_ops"],
                name="photo_plain_name",
            ),
            models.Index(fields=["owner", "-created", "-id"], name="photo_newest_of_owner"),
            models.Index(fields=["batch", "-created", "-id"], name="photo_newest_of_batch"),
            models.Index(fields=["label", "-created", "-id"], name="photo_newest_of_label"),
            models.Index(
                fields=["-group", "id"], name="photo_group", condition=Q(group__isnull=False)
            ),
            models.Index(
                fields=["event", "id"], name="photo_event", condition=Q(event__isnull=False)
            ),
            models.Index(
                fields=["capture_due", "id"],
                name="photo_capture_due",
                condition=Q(capture_due__isnull=False),
            ),
            models.Index(when().desc(), F("id").desc(), name="photo_when"),
            models.Index(F("owner"), when().desc(), F("id").desc(), name="photo_when_of_owner"),
            _by_camera("camera", name="photo_camera"),
            _by_camera("owner", "camera", name="photo_camera_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def taken_or_uploaded(self) -> datetime:
        """What `when` is in the database."""
        return self.taken_at or self.created

    @property
    def shared(self) -> uuid.UUID | None:
        """What `together` is in the database."""
        return self.event or self.group

    @property
    def split(self) -> Split:
        return split_of(self.shared or self.id)
