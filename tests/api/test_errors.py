"""Every error of the API is {"code", "detail"}, whatever one sends; never a 500."""

from __future__ import annotations

import uuid
from base64 import b64encode
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from recognition.models import Photo
from tests.conftest import api_of
from tests.support.files import encoded, incoming, picture, sent
from tests.support.rows import NO_ID, add_photo

pytestmark = pytest.mark.usefixtures("version")
PHOTOS = "/api/v1/photos/"
BULK = f"{PHOTOS}bulk/"
JPEG = encoded(picture())


def error_of(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert isinstance(body["detail"], str)
    assert set(body) <= {"code", "detail", "fields"}
    return body["code"]


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["", "v1/", "v1/nowhere/", "v2/photos/", "v1/photos", "x.php"])
def test_an_unknown_address_is_not_found(method: str, path: str) -> None:
    strict = APIClient(enforce_csrf_checks=True)
    assert error_of(getattr(strict, method)(f"/api/{path}"), 404) == "not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "photos/"),
        ("delete", "photos/"),
        ("get", "photos/{id}/label/"),
        ("patch", "photos/{id}/"),
        ("post", "photos/{id}/"),
        ("delete", "labels/"),
        ("delete", "models/1/"),
        ("post", "batches/{id}/"),
    ],
)
def test_a_method_that_is_not_there_is_refused(method: str, path: str, reviewer: User) -> None:
    address = "/api/v1/" + path.format(id=uuid.uuid4())
    response = getattr(api_of(reviewer), method)(address)
    assert error_of(response, 405) == "method_not_allowed"


@pytest.mark.parametrize("token", ["Token", "Token x", "Token a b", "Token \xff", "Bearer abc"])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    response = APIClient(HTTP_AUTHORIZATION=token).get(PHOTOS)
    assert error_of(response, 401) in ("authentication_failed", "not_authenticated")


def test_a_session_without_its_csrf_token_is_refused(uploader: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(uploader)
    response = client.post(PHOTOS, {"image": sent(JPEG)})
    assert error_of(response, 403) == "permission_denied"
    assert incoming() == []


@pytest.mark.parametrize("id", ["7", "null", "%00", "a" * 3000, "../../etc", NO_ID])
@pytest.mark.parametrize("kind", ["photos", "batches"])
def test_an_id_that_is_none_is_not_found(kind: str, id: str, api: APIClient) -> None:
    assert error_of(api.get(f"/api/v1/{kind}/{id}/"), 404) == "not_found"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "photos/{id}/"),
        ("delete", "photos/{id}/"),
        ("put", "photos/{id}/label/"),
        ("get", "photos/{id}/suggestions/"),
        ("delete", "photos/{photo}/annotations/{id}/"),
        ("get", "batches/{id}/"),
        ("get", "models/999/"),
        ("get", "training-runs/999/"),
        ("get", "nowhere/"),
    ],
)
def test_what_is_not_there_is_told_in_words(
    method: str, path: str, language: str, uploader: User, reviewer: User, trainer: User
) -> None:
    reviewer.groups.add(*trainer.groups.all())
    address = "/api/v1/" + path.format(id=NO_ID, photo=add_photo(uploader).id)
    response = getattr(api_of(reviewer), method)(address, HTTP_ACCEPT_LANGUAGE=language)
    assert error_of(response, 404) == "not_found"
    assert response.json()["detail"] == {"en": "Not found.", "zh-hans": "未找到。"}[language]


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        "%F0%9F%90%95",
        b64encode(b"p=yesterday").decode(),
        b64encode(b"p=0001-01-01T00:00:00+14:00").decode(),
        b64encode(b"p=9999-12-31T23:59:59-14:00").decode(),
        b64encode(b"p=2026-01-01%00").decode(),
        b64encode(b"o=-1").decode(),
        b64encode(b"r=x").decode(),
        b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_is_none_is_not_found(cursor: str, api: APIClient, uploader: User) -> None:
    add_photo(uploader)
    assert error_of(api.get(PHOTOS, {"cursor": cursor}), 404) == "not_found"


@pytest.mark.parametrize("cursor", ["", b64encode(b"o=999999999999").decode()])
def test_an_odd_cursor_is_no_trouble(cursor: str, api: APIClient, uploader: User) -> None:
    add_photo(uploader)
    assert api.get(PHOTOS, {"cursor": cursor}).status_code == 200


@pytest.mark.parametrize("size", ["0", "-1", "many", "9" * 50])
def test_an_odd_page_size_is_no_trouble(size: str, api: APIClient, uploader: User) -> None:
    add_photo(uploader)
    assert len(api.get(PHOTOS, {"page_size": size}).json()["results"]) == 1


@pytest.mark.parametrize("path", [PHOTOS, BULK])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),  # no boundary
        ("multipart/form-data; boundary=", b"--x\r\n"),
        ("multipart/form-data; boundary=\xff", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"rubbish" * 1000),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=image; filename=a.jpg\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n",
        ),
    ],
)
def test_a_malformed_body_is_refused(
    path: str, content_type: str, body: bytes, api: APIClient
) -> None:
    response = api.generic("POST", path, body, content_type)
    assert error_of(response, 400) in ("invalid", "parse_error", "not_an_image")
    assert incoming() == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"label": dog}', "The request is no JSON: see line 1, character 11."),
        (b"\xff", "The request is not well-formed."),
    ],
)
def test_it_is_told_where_a_body_is_no_json(
    body: bytes, told: str, uploader: User, reviewer: User
) -> None:
    path = f"{PHOTOS}{add_photo(uploader).id}/label/"
    response = api_of(reviewer).generic("PUT", path, body, "application/json")
    assert error_of(response, 400) == "parse_error"
    assert response.json()["detail"] == told


def test_a_form_without_a_boundary_is_told_in_words(api: APIClient) -> None:
    response = api.generic("POST", PHOTOS, b"x", "multipart/form-data")
    assert response.json()["detail"] == "The request is not well-formed."


@pytest.mark.parametrize("content_type", ["text/plain", "image/jpeg", "", "application/json"])
def test_a_body_of_another_type_is_refused(content_type: str, api: APIClient) -> None:
    response = api.generic("POST", PHOTOS, JPEG, content_type)
    assert error_of(response, 415) == "unsupported_media_type"


def test_too_many_fields_are_refused(api: APIClient) -> None:
    fields = {f"field{i}": "x" for i in range(2000)}
    response = api.post(PHOTOS, {**fields, "image": sent(JPEG)})
    assert error_of(response, 413) == "fields_too_large"
    assert "too many fields" in response.json()["detail"]
    assert incoming() == []


@pytest.mark.parametrize(
    "fields", [{"label": "x" * 5_000_000, "image": sent(JPEG)}, {"image": "x" * 4_000_000}]
)
def test_a_field_that_is_too_large_is_refused(fields: dict[str, Any], api: APIClient) -> None:
    """It is no file, whose limit is another."""
    response = api.post(PHOTOS, fields)
    assert error_of(response, 413) == "fields_too_large"
    assert "1 MB of text" in response.json()["detail"]


def test_a_photo_without_a_files_name_is_a_field(api: APIClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\n'
    body = part + b"\xff" * 4_000_000 + b"\r\n--x--\r\n"
    response = api.generic("POST", PHOTOS, body, "multipart/form-data; boundary=x")
    assert error_of(response, 413) == "fields_too_large"
    assert "file that has a name" in response.json()["detail"]


def test_the_site_says_the_same_of_a_field(client: Client, uploader: User) -> None:
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/batches/", {"images": "x" * 4_000_000})
    assert response.status_code == 413
    assert "1 MB of text" in response.content.decode()


def test_a_long_text_that_is_a_file_is_no_photo(api: APIClient) -> None:
    response = api.post(PHOTOS, {"image": sent(b"a letter " * 450_000, "letter.txt")})
    assert error_of(response, 400) == "not_an_image"


@pytest.mark.parametrize(("path", "field"), [(PHOTOS, "image"), (BULK, "images")])
def test_a_text_in_the_place_of_a_file_is_told_as_what_it_is(
    path: str, field: str, api: APIClient
) -> None:
    response = api.post(path, {field: "x" * 4_000_000})
    assert error_of(response, 413) == "fields_too_large"


def test_a_json_body_that_is_too_large_is_refused(uploader: User, reviewer: User) -> None:
    path = f"{PHOTOS}{add_photo(uploader).id}/label/"
    response = api_of(reviewer).put(path, {"label": "x" * 5_000_000}, format="json")
    assert response.status_code in (400, 413)
    assert response.json()["code"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff\xfe", b"[1, 2]", b'"dog"', b"null", b'{"label": "\\ud800"}', b"[" * 100_000],
)
def test_a_malformed_label_is_refused(body: bytes, uploader: User, reviewer: User) -> None:
    path = f"{PHOTOS}{add_photo(uploader).id}/label/"
    response = api_of(reviewer).generic("PUT", path, body, "application/json")
    assert error_of(response, 400) in ("invalid", "parse_error")


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("labels/", b'{"slug": "cat", "name": "Cat", "kind": "\\ud800"}'),
        ("labels/", b'{"slug": "cat", "name": "Cat", "kind": "animal", "parent": "\\ud800"}'),
        ("training-runs/", b'{"mode": "\\ud800"}'),
        ("training-runs/", b'{"mode": "teach", "parameters": {"\\ud800": 1}}'),
        ("training-runs/", b'{"mode": "teach", "parent": 1%s}' % (b"0" * 40)),
        ("training-runs/", b'{"mode": "teach", "parameters": {"epochs": 1%s}}' % (b"0" * 400)),
    ],
)
def test_what_no_database_can_take_is_refused(
    address: str, body: bytes, reviewer: User, trainer: User
) -> None:
    who = trainer if "training" in address else reviewer
    response = api_of(who).post(f"/api/v1/{address}", body, content_type="application/json")
    assert error_of(response, 400) == "parse_error"


@pytest.mark.parametrize("label", ["a\0b", "x" * 10_000, "狗", "' OR 1=1 --", {"a": 1}])
def test_an_odd_label_is_refused(label: Any, uploader: User, reviewer: User) -> None:
    path = f"{PHOTOS}{add_photo(uploader).id}/label/"
    response = api_of(reviewer).put(path, {"label": label}, format="json")
    assert error_of(response, 400) == "invalid"


@pytest.mark.parametrize(
    "name", ["a\0b.jpg", "../../etc/passwd", "狗.jpg", "x" * 1000 + ".jpg", "\u202egpj.exe", "a;b"]
)
def test_an_odd_name_is_no_trouble(name: str, api: APIClient) -> None:
    response = api.post(PHOTOS, {"image": sent(JPEG, name)})
    assert response.status_code == 202
    assert len(Photo.objects.get().name) <= 255
    assert "/" not in response.json()["name"]


@pytest.mark.parametrize("method", ["options", "head"])
def test_other_methods_are_no_trouble(method: str, api: APIClient, uploader: User) -> None:
    photo = add_photo(uploader)
    for path in (PHOTOS, BULK, f"{PHOTOS}{photo.id}/", f"{PHOTOS}{photo.id}/label/"):
        assert getattr(api, method)(path).status_code in (200, 403, 405)


def test_an_answer_in_another_format_is_not_to_be_had(api: APIClient) -> None:
    assert error_of(api.get(PHOTOS, HTTP_ACCEPT="image/png"), 406) == "not_acceptable"
    assert error_of(api.get(f"{PHOTOS}?format=xml"), 404) == "not_found"
