"""Versions of the network: which exist, and which one is live."""

from __future__ import annotations

from django.db import transaction

from recognition.cnn import taxonomy
from recognition.cnn.manifest import Manifest
from recognition.models import Label, LiveChange, ModelVersion


def live_version() -> ModelVersion:
    """Raises ModelVersion.DoesNotExist before set-up has made the first one."""
    return ModelVersion.objects.get(live=True)


@transaction.atomic
def register(number: int, manifest: Manifest) -> ModelVersion:
    """Make a network in models_store known, with its labels. The first one goes live."""
    _ensure_labels(manifest.labels)
    version, created = ModelVersion.objects.get_or_create(
        number=number,
        defaults={
            "name": manifest.name,
            "network": manifest.network,
            "labels": [label.slug for label in manifest.labels],
            "sha256": manifest.sha256,
            # Versions that were saved before trunks had digests have one of their own.
            "trunk_sha256": manifest.trunk_sha256 or manifest.sha256,
        },
    )
    if created and not ModelVersion.objects.filter(live=True).exists():
        version.live = True
        version.save(update_fields=["live"])
        LiveChange.objects.create(model_version=version)
    return version


def _ensure_labels(known: tuple[taxonomy.Label, ...]) -> None:
    """Add the labels that are missing; those that are there may have been edited by staff."""
    rows: dict[str, Label] = {}
    for label in known:  # parents stand before their children
        rows[label.slug], _ = Label.objects.get_or_create(
            slug=label.slug,
            defaults={
                "kind": label.kind,
                "name_en": label.name_en,
                "name_zh": label.name_zh,
                "parent": rows[label.parent] if label.parent else None,
            },
        )
