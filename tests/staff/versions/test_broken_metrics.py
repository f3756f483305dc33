"""A version whose figures are none breaks no page: the others can still be seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognition.models import ModelVersion

BROKEN: dict[str, Any] = {
    "text": {"accuracy": "x"},
    "a_list": [1, 2],
    "text_alone": "good",
    "photos_only": {"photos": 7},
    "nested": {"photos": 7, "accuracy": {"a": 1}},
    "out_of_range": {"accuracy": 1e300},
}
PAGES = (
    "/admin/recognition/modelversion/",
    "/admin/recognition/modelversion/{id}/change/",
    "/admin/recognition/trainingrun/",
    "/admin/training/compare/2/1/",
    "/admin/training/versions/2/promote/",
    "/admin/training/versions/2/exports/",
    "/admin/",
    "/api/v1/models/",
)


@pytest.mark.parametrize("metrics", BROKEN.values(), ids=BROKEN)
def test_pages_go_on(metrics: Any, version: ModelVersion, trainer: User) -> None:
    broken = ModelVersion.objects.create(
        number=2, name="Theirs", network="lite0", labels=["dog"], metrics=metrics, sha256="1" * 64
    )
    client = Client()
    client.force_login(trainer, backend="django.contrib.auth.backends.ModelBackend")
    for page in PAGES:
        assert client.get(page.format(id=broken.id)).status_code == 200, page
