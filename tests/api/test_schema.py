"""The API describes itself, truly and without a warning."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import RequestFactory
from rest_framework.test import APIClient

from recognition.api.serializers import PhotoDetailSerializer, PhotoSerializer
from tests.support.rows import add_photo

OPERATIONS = {
    ("post", "/api/v1/photos/"),
    ("get", "/api/v1/photos/"),
    ("post", "/api/v1/photos/bulk/"),
    ("get", "/api/v1/photos/{id}/"),
    ("delete", "/api/v1/photos/{id}/"),
    ("put", "/api/v1/photos/{id}/label/"),
    ("post", "/api/v1/photos/{id}/annotations/"),
    ("delete", "/api/v1/photos/{id}/annotations/{annotation_id}/"),
    ("get", "/api/v1/photos/results.csv"),
    ("get", "/api/v1/photos/{id}/suggestions/"),
    ("post", "/api/v1/photos/{id}/suggestions/"),
    ("delete", "/api/v1/photos/{id}/suggestions/{suggestion_id}/"),
    ("get", "/api/v1/trash/"),
    ("delete", "/api/v1/trash/{id}/"),
    ("post", "/api/v1/trash/{id}/restore/"),
    ("get", "/api/v1/batches/{id}/"),
    ("get", "/api/v1/labels/"),
    ("post", "/api/v1/labels/"),
    ("get", "/api/v1/models/"),
    ("get", "/api/v1/models/{number}/"),
    ("post", "/api/v1/models/{number}/promote/"),
    ("post", "/api/v1/models/roll-back/"),
    ("post", "/api/v1/training-runs/"),
    ("get", "/api/v1/training-runs/"),
    ("get", "/api/v1/training-runs/{id}/"),
    ("post", "/api/v1/training-runs/{id}/cancel/"),
    ("post", "/api/v1/training-runs/{id}/keep-best/"),
    ("post", "/api/v1/training-runs/{id}/resume/"),
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return yaml.safe_load(APIClient().get("/api/schema/").content)


@pytest.fixture
def properties(schema: dict[str, Any]) -> dict[str, Any]:
    return schema["components"]["schemas"]["Photo"]["properties"]


def test_the_schema_is_valid_and_free_of_warnings(tmp_path: Any) -> None:
    target = tmp_path / "schema.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(target))
    assert target.exists()


def test_it_lists_what_exists_and_nothing_else(schema: dict[str, Any]) -> None:
    described = {(method, path) for path, methods in schema["paths"].items() for method in methods}
    assert described == OPERATIONS


def test_an_upload_is_multipart_and_answered_with_202(schema: dict[str, Any]) -> None:
    for path in ("/api/v1/photos/", "/api/v1/photos/bulk/"):
        operation = schema["paths"][path]["post"]
        assert set(operation["requestBody"]["content"]) == {"multipart/form-data"}
        assert "202" in operation["responses"]


def test_a_photo_has_its_fields(properties: dict[str, Any]) -> None:
    assert set(properties) == {
        *("id", "name", "state", "width", "height", "label", "prediction", "error", "created"),
        *("taken_at", "camera", "place"),
    }


def test_what_may_be_missing_says_so(properties: dict[str, Any]) -> None:
    for name in ("label", "prediction", "error", "taken_at", "camera", "place"):
        assert properties[name].get("nullable"), name


def test_filters_and_wait_are_described(schema: dict[str, Any]) -> None:
    def names(path: str) -> set[str]:
        return {parameter["name"] for parameter in schema["paths"][path]["get"]["parameters"]}

    filters = {"state", "kind", "label", "predicted", "batch", "contains", "camera"}
    filters |= {"taken_after", "taken_before"}
    assert filters | {"cursor"} <= names("/api/v1/photos/")
    assert filters <= names("/api/v1/photos/results.csv")
    assert "wait" in names("/api/v1/photos/{id}/")


def test_the_page_of_documentation_loads(client: Any) -> None:
    response = client.get("/api/docs/")
    assert response.status_code == 200
    assert b"http://" not in response.content.replace(b"http://testserver", b"")
    assert b"https://" not in response.content  # no CDN


def test_the_page_of_documentation_stands_in_the_frame_of_the_site(client: Any) -> None:
    html = client.get("/api/docs/").content.decode()
    for part in ("data-switch-theme", "api/api-docs", 'id="swagger-ui"'):
        assert part in html, part


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [PhotoSerializer, PhotoDetailSerializer])
def test_a_photo_is_shown_with_just_the_fields_of_the_schema(
    kind: type[PhotoSerializer], uploader: User, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user = uploader
    photo = add_photo(uploader)
    shown = kind(photo, context={"request": request})
    assert list(shown.data) == list(shown.fields)
