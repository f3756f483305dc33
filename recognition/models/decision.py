"""Decisions of people about labels, which are never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid
from recognition.models.label import Label
from recognition.models.model_version import ModelVersion
from recognition.models.photo import Photo


class Via(models.TextChoices):
    """Where a decision was made."""

    QUEUE = "queue", _("review queue")
    GRID = "grid", _("many at once")
    SUSPECTS = "suspects", _("suspect labels")
    LISTS = "lists", _("a list of the admin")
    PAGE = "page", _("the photo's page")
    UPLOAD = "upload", _("came with the upload")
    API = "api", _("API")
    MERGE = "merge", _("labels merged")
    UNDO = "undo", _("undone")


class Blind(models.IntegerChoices):
    """Why the person was not shown what the network says."""

    SAMPLE = 1, _("to measure what showing it does")
    CHOSEN = 2, _("as they wanted")


# The ways in which a person decides with the photo and its prediction in view: such a decision says
# something about the prediction, too.
REVIEWED_VIA = (Via.QUEUE, Via.GRID, Via.SUSPECTS, Via.LISTS, Via.PAGE, Via.API)


class Decisions(models.QuerySet["Decision"]):
    def standing(self) -> Self:
        """Those that were not taken back. For `undone_by=None` PostgreSQL expects a single row, and
        would join and sort all decisions to find the latest few."""
        return self.exclude(Exists(Decision.objects.filter(undoes=OuterRef("pk"))))

    def last_via(self, photo_ids: Iterable[UUID]) -> dict[UUID, str]:
        """Where the last standing decision about each of the photos was made. Merges of labels are
        passed over: a photo counts by the decision before."""
        made = self.standing().filter(photo__in=list(photo_ids))
        made = made.exclude(via__in=(Via.UNDO, Via.MERGE)).order_by("at", "id")
        return dict(made.values_list("photo_id", "via"))

    def reviewed(self, photo_ids: Iterable[UUID]) -> set[UUID]:
        """Those of the photos whose label a person set or confirmed with a prediction in view."""
        return {photo for photo, via in self.last_via(photo_ids).items() if via in REVIEWED_VIA}


class BulkDecision(models.Model):
    """Decisions that were made together and can be undone together."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    via = models.CharField(_("via"), max_length=10, choices=Via)
    photos = models.PositiveIntegerField(_("photos"))
    undone = models.DateTimeField(_("undone"), null=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("decision about many")
        verbose_name_plural = _("decisions about many")
        indexes = [models.Index(fields=["-at", "-id"], name="bulk_decision_newest")]

    def __str__(self) -> str:
        return f"{self.by} {self.at:%Y-%m-%d %H:%M}"


class Decision(models.Model):
    """A label set, kept, changed or taken back. Its id may come from the browser, so that one that
    is sent twice counts once."""

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    photo = models.ForeignKey(
        Photo,
        models.CASCADE,
        verbose_name=_("photo"),
        related_name="decisions",
        db_index=False,
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("by"),
        null=True,
        db_index=False,
        related_name="+",
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    via = models.CharField(_("via"), max_length=10, choices=Via)
    from_label = models.ForeignKey(
        Label,
        models.PROTECT,
        verbose_name=_("from"),
        null=True,
        db_index=False,
        related_name="+",
    )
    to_label = models.ForeignKey(
        Label, models.PROTECT, verbose_name=_("to"), null=True, db_index=False, related_name="+"
    )
    # What the label was about before and after, as `Photo.box`.
    from_box = models.JSONField(_("box before"), null=True)
    to_box = models.JSONField(_("box"), null=True)
    bulk = models.ForeignKey(
        BulkDecision, models.CASCADE, verbose_name=_("decided as one"), null=True
    )
    undoes = models.OneToOneField(
        "self", models.CASCADE, verbose_name=_("undoes"), null=True, related_name="undone_by"
    )
    # What the network had said by then; null if there was no prediction yet.
    predicted = models.ForeignKey(
        Label,
        models.PROTECT,
        verbose_name=_("prediction"),
        null=True,
        db_index=False,
        related_name="+",
    )
    confidence = models.FloatField(_("confidence"), null=True)
    model_version = models.ForeignKey(
        ModelVersion,
        models.PROTECT,
        verbose_name=_("version"),
        null=True,
        db_index=False,
        related_name="+",
    )
    # Null: the answer was in view, if there was one.
    blind = models.PositiveSmallIntegerField(
        _("without the answer shown"), choices=Blind, null=True
    )

    objects = Decisions.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(fields=["-at", "-id"], name="decision_newest"),
            models.Index(fields=["photo", "-at", "-id"], name="decision_newest_of_photo"),
            models.Index(fields=["by", "-at", "-id"], name="decision_newest_by"),
            models.Index(fields=["via", "-at", "-id"], name="decision_newest_via"),
            models.Index(fields=["to_label", "-at", "-id"], name="decision_newest_to"),
        ]

    def __str__(self) -> str:
        return f"{self.from_label or '–'} → {self.to_label or '–'}"
