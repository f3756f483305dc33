"""Input that nobody thought of: whatever is sent, the answer is never an error of ours.

Some hundred cases each in `make test`; together 100,000 in `make drills`.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from recognition.cnn.manifest import CorruptCheckpoint, sha256_of_fields
from recognition.cnn.store.bundle import BadBundle, unpack
from recognition.cnn.store.manifest_schema import check_manifest
from recognition.cnn.store.zip_reader import BadArchive, BadEntry, ZipReader
from recognition.models import Photo
from tests.support import drills
from tests.support.files import encoded, incoming, picture
from tests.support.rows import add_photo

pytestmark = [
    pytest.mark.usefixtures("version"),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(14_400 if drills.IS_LONG else 300),
]
JPEG = encoded(picture())
TEXT = st.text(max_size=40) | st.sampled_from(
    ["", "\0", "../..", "x" * 3000, "%00", "'", '"', "9" * 40, "nan", "-1", "1e999", "dog", "true"]
)
# Any bytes of a header, as a server hands them to Python.
ON_WIRE = TEXT.map(lambda text: text.encode().decode("latin-1"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**31)
    | st.floats()
    | TEXT
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
NAMES = ("label", "box", "kind", "slug", "name", "parent", "mode", "network", "note", "text")
FIELDS = st.dictionaries(
    st.sampled_from([*NAMES, "parameters", "labels", "epochs", "network_options"]), JSON
)
HOME = "/api/v1"
BODIES = (
    ("put", f"{HOME}/photos/{{photo}}/label/"),
    ("post", f"{HOME}/photos/{{photo}}/annotations/"),
    ("post", f"{HOME}/photos/{{photo}}/suggestions/"),
    ("post", f"{HOME}/labels/"),
    ("post", f"{HOME}/training-runs/"),
    ("post", f"{HOME}/models/1/promote/"),
)
QUERIES = (
    *(f"{HOME}/photos/", f"{HOME}/photos/{{photo}}/", f"{HOME}/labels/", f"{HOME}/training-runs/"),
    *("/history/", "/", "/sign-in/", "/history/results.csv", "/admin/review/"),
    *("/admin/recognition/photo/", "/admin/recognition/label/", "/admin/jobs/"),
    *("/admin/recognition/decision/", "/admin/training/launch/", "/admin/review/grid/"),
)
PARAMETERS = st.sampled_from(
    [
        *(
            "state",
            "kind",
            "label",
            "predicted",
            "batch",
            "contains",
            "cursor",
            "page_size",
            "wait",
        ),
        *("q", "o", "p", "page", "after", "text", "next", "confidence", "owner", "language", "all"),
        *("label__id__exact", "created_from", "created_to", "name__regex", "e", "matrix", "format"),
    ]
)


@pytest.fixture
def person(reviewer: User, trainer: User) -> User:
    """Who may do nearly everything, so that input is not refused before it is looked at."""
    reviewer.groups.add(*trainer.groups.all())
    reviewer.is_superuser = True
    reviewer.save()
    return reviewer


@pytest.fixture
def client(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def photo(person: User) -> Photo:
    return add_photo(person)


def fine(response: Any) -> bool:
    if response.streaming:
        list(response.streaming_content)
    return response.status_code < 500


@drills.fuzzed(200, 20_000)
@given(call=st.sampled_from(BODIES), body=FIELDS | JSON)
def test_json(call: tuple[str, str], body: Any, client: Client, photo: Photo) -> None:
    method, address = call
    sent = json.dumps(body)
    response = getattr(client, method)(
        address.format(photo=photo.id), sent, content_type="application/json"
    )
    assert fine(response)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 100_000,
        b"1e999",
        b"\xff\xfe",
        b'"\\ud800"',
        b"NaN",
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=nobody"])
def test_json_that_is_none(body: bytes, kind: str, client: Client, photo: Photo) -> None:
    for method, address in BODIES:
        response = client.generic(
            method.upper(), address.format(photo=photo.id), body, content_type=kind
        )
        assert response.status_code < 500, address


@drills.fuzzed(150, 20_000)
@given(address=st.sampled_from(QUERIES), query=st.dictionaries(PARAMETERS, TEXT, max_size=5))
def test_query_strings(address: str, query: dict[str, str], client: Client, photo: Photo) -> None:
    sent = {name: value for name, value in query.items() if name != "wait"}
    assert fine(client.get(address.format(photo=photo.id), sent))


@drills.fuzzed(100, 15_000)
@given(
    raw=st.binary(max_size=200),
    cookies=st.dictionaries(
        st.sampled_from(["sessionid", "csrftoken", "django_language", "messages", "x"]), ON_WIRE
    ),
    headers=st.dictionaries(
        st.sampled_from(
            [
                *("HTTP_AUTHORIZATION", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_RANGE"),
                *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "HTTP_REFERER"),
                *(
                    "HTTP_IF_NONE_MATCH",
                    "HTTP_IF_MODIFIED_SINCE",
                    "HTTP_HX_REQUEST",
                    "CONTENT_TYPE",
                ),
                *("HTTP_COOKIE", "HTTP_HX_CURRENT_URL", "HTTP_ORIGIN", "CONTENT_LENGTH"),
            ]
        ),
        ON_WIRE,
    ),
    address=st.sampled_from(["/", "/sign-in/", f"{HOME}/photos/", "/healthz", "/admin/", "/x"]),
)
def test_cookies_and_headers(
    raw: bytes, cookies: dict[str, str], headers: dict[str, str], address: str, db: None
) -> None:
    client = Client(raise_request_exception=False)
    headers.setdefault("HTTP_COOKIE", "; ".join(f"{name}={cookies[name]}" for name in cookies))
    assert fine(client.get(address, **headers))
    sent = {name: value for name, value in headers.items() if name != "CONTENT_LENGTH"}
    kind = sent.pop("CONTENT_TYPE", "application/octet-stream")
    assert fine(client.post(address, raw, content_type=kind, **sent))


@drills.fuzzed(150, 15_000)
@given(
    boundary=st.sampled_from(["x", "", "xx", "\xff", "x" * 80]),
    parts=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    b'form-data; name="image"; filename="a.jpg"',
                    b'form-data; name="images"; filename="a.jpg"',
                    b'form-data; name="archive"; filename="a.zip"',
                    b'form-data; name="label"',
                    b"form-data; name=image; filename*=UTF-8''%ff%00",
                    b'form-data; filename="' + b"x" * 500 + b'"',
                    b"form-data",
                    b"",
                ]
            ),
            st.sampled_from([b"", b"Content-Transfer-Encoding: base64\r\n", b"X: \xff\r\n", b"\0"]),
            st.binary(max_size=64) | st.sampled_from([JPEG, JPEG[:200], b"PK\5\6" + bytes(18)]),
        ),
        max_size=4,
    ),
    end=st.sampled_from([b"--x--\r\n", b"--x", b"", b"--x--"]),
    address=st.sampled_from([f"{HOME}/photos/", f"{HOME}/photos/bulk/", "/"]),
)
def test_multipart(boundary: str, parts: list, end: bytes, address: str, client: Client) -> None:
    body = b"".join(
        b"--x\r\nContent-Disposition: " + disposition + b"\r\n" + more + b"\r\n" + content + b"\r\n"
        for disposition, more, content in parts
    )
    kind = f"multipart/form-data; boundary={boundary}"
    assert fine(client.post(address, body + end, content_type=kind))
    assert incoming() == []


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dog/a.jpg", JPEG)
        archive.writestr("photos.csv", "file,label,name\ndog/a.jpg,dog,a.jpg\n")
        archive.writestr("labels.csv", "slug,name_en,name_zh,kind,parent\nx,X,X,other,\n")
    return file.getvalue()


ARCHIVE = _archive()
DAMAGE = st.lists(
    st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), min_size=1, max_size=12
)


def damaged(damage: list[tuple[int, int]], cut: int, source: bytes = ARCHIVE) -> bytes:
    content = bytearray(source)
    for place, value in damage:
        content[place] = value
    return bytes(content[: len(content) - cut])


@drills.fuzzed(300, 15_000)
@given(damage=DAMAGE, cut=st.just(0) | st.integers(0, 200))
def test_damaged_archives(damage: list[tuple[int, int]], cut: int, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(damaged(damage, cut))
    with path.open("rb") as stream:
        try:
            archive = ZipReader(stream, 10)
        except BadArchive:
            return
        for entry in archive.entries:
            try:
                assert sum(map(len, archive.chunks(entry))) <= entry.file_size
            except BadEntry:
                continue


@drills.fuzzed(40, 5_000)
@given(damage=DAMAGE, cut=st.just(0) | st.integers(0, 50), labelled=st.booleans())
def test_damaged_archives_that_are_uploaded(
    damage: list[tuple[int, int]], cut: int, labelled: bool, client: Client
) -> None:
    file = io.BytesIO(damaged(damage, cut))
    file.name = "a.zip"
    form = {"archive": file, "labelled": str(labelled).lower()}
    assert fine(client.post(f"{HOME}/photos/bulk/", form))
    assert incoming() == []


@drills.fuzzed(200, 10_000)
@given(
    changes=st.dictionaries(st.integers(0, 15), JSON, min_size=1, max_size=3), inside=st.booleans()
)
def test_manifests(changes: dict[int, Any], inside: bool, network: Path, tmp_path: Path) -> None:
    document = json.loads((network / "model.json").read_text())
    fields = document["model"]
    target = fields["labels"][0] if inside else fields
    names = sorted(target)
    for place, value in changes.items():
        target[names[place % len(names)]] = value
    try:
        document["sha256"] = sha256_of_fields(fields)
    except ValueError:  # half of a surrogate pair
        return
    folder = tmp_path / "version"
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text(json.dumps(document))
    try:
        check_manifest(folder)
    except CorruptCheckpoint:
        return


@drills.fuzzed(60, 2_000)
@given(content=st.binary(max_size=300) | DAMAGE.map(lambda damage: damaged(damage, 0)))
def test_what_is_no_bundle(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises((BadBundle, CorruptCheckpoint)):
        unpack(tmp_path / "a.zip", tmp_path / "unpacked", 10**6)
    assert not (tmp_path / "unpacked").exists()
