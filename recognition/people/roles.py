"""The groups of staff and what each may do."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

_VIEW = (
    *("view_photo", "view_prediction", "view_label", "view_modelversion", "view_batch"),
    *("view_decision", "view_bulkdecision", "view_all"),
)
GROUPS = {
    "Uploader": (),
    "Reviewer": (*_VIEW, "review", "add_label", "change_label", "change_promise"),
    "Trainer": (
        *(*_VIEW, "train", "promote", "view_livechange", "view_trainingrun", "view_experiment"),
    ),
}


def ensure_groups() -> None:
    """Create the groups that are missing; those that are there may have been edited by staff."""
    for name, codenames in GROUPS.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            group.permissions.set(
                Permission.objects.filter(
                    content_type__app_label="recognition", codename__in=codenames
                )
            )
