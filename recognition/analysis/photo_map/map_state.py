"""How the map of the photos stands: asked for, drawn, or grown old."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User

from recognition.analysis.photo_map.map_file import About
from recognition.core import jobs
from recognition.core.counting import Counted, count_up_to
from recognition.models import Job, ModelVersion, RunState
from recognition.photos import selectors

_COUNTED = 10_000


def ask(by: User, form_id: UUID | None = None) -> Job:
    """Have the analyst draw it as soon as it can. form_id: as in `jobs.ask`."""
    return jobs.ask(Job.Kind.PHOTO_MAP, by, form_id=form_id)


def last_job() -> Job | None:
    return Job.objects.filter(kind=Job.Kind.PHOTO_MAP).order_by("-created", "-id").first()


def is_to_begin(about: About | None, job: Job | None) -> bool:
    """Whether nobody has asked for a map yet, or its file is lost. What failed or was cancelled
    does not begin again by itself."""
    return about is None and (job is None or job.state == RunState.SUCCEEDED)


def came_since(about: About, viewer: User) -> Counted:
    """How many photos that this person may see were uploaded after the map was begun."""
    photos = selectors.photos_visible_to(viewer).select_related(None).order_by("-created", "-id")
    return count_up_to(photos.filter(created__gt=about.made), _COUNTED)


def is_of_another_network(about: About) -> bool:
    """Whether a version is live now that sees photos in another way."""
    live = ModelVersion.objects.filter(live=True).values_list("backbone_sha256", flat=True).first()
    return live is not None and live != about.backbone
