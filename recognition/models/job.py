"""What somebody asked for that takes longer than a request."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recognition.models.ids import time_ordered_uuid
from recognition.models.model_version import ModelVersion
from recognition.models.training import RunState


class Job(models.Model):
    """Work in the background: queued -> running -> succeeded, failed or cancelled.

    Queued and running rows are the queue; a lease says which worker holds a running one.
    `recognition.core.jobs` is the only place that changes its state.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("export of a version")
        IMPORT = "import", _("import of a version")
        LEARNING_CURVE = "learning_curve", _("learning curve")
        SUSPECT_SEARCH = "suspect_search", _("search for suspect labels")
        BACKFILL = "backfill", _("photos predicted again")
        PHOTO_DELETION = "photo_deletion", _("deletion of photos")
        PHOTO_RESTORATION = "photo_restoration", _("restoring of photos")
        PERSON_DELETION = "person_deletion", _("deletion of a person")
        LABEL_MERGE = "label_merge", _("merging of labels")
        PLACES = "places", _("places of photos")
        STORAGE_CHECK = "storage_check", _("storage check")
        EXPLANATION = "explanation", _("explanation of an answer")
        WALK = "walk", _("walk through a network")
        PHOTO_MAP = "photo_map", _("map of photos")

    id = models.UUIDField(primary_key=True, default=time_ordered_uuid, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    # What it is about. Of the same subject one job at most waits.
    subject = models.CharField(max_length=100, blank=True)
    # The version that is exported, or that predicts again; of an import, what came of it.
    version = models.ForeignKey(
        ModelVersion, models.CASCADE, verbose_name=_("version"), null=True, related_name="jobs"
    )
    # As the module of its kind describes them.
    parameters = models.JSONField(_("parameters"), default=dict)
    result = models.JSONField(_("result"), default=dict)

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True
    )
    created = models.DateTimeField(_("created"), default=timezone.now, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.QUEUED)
    progress = models.FloatField(_("progress"), default=0.0, help_text=_("0 to 1"))
    started = models.DateTimeField(_("started"), null=True)
    finished = models.DateTimeField(_("finished"), null=True)
    cancel_asked = models.DateTimeField(_("cancel asked"), null=True)
    error = models.CharField(_("error"), max_length=30, blank=True)
    error_detail = models.TextField(blank=True)

    lease_owner = models.CharField(_("worker"), max_length=100, blank=True)
    lease_expires = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["kind", "state", "created"], name="job_queue"),
            models.Index(fields=["by", "finished"], name="job_ended"),  # notices of pages
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state=RunState.QUEUED),
                name="one_job_of_a_subject_waits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.created:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.state in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)
