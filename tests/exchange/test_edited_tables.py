"""A data set whose tables somebody edited in a spreadsheet is imported as edited, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from recognition.exchange.importing import FolderImport
from recognition.labels import labelling
from recognition.models import Batch, Photo, Via
from recognition.photos import archives, intake
from tests.conftest import api_of
from tests.exchange.test_exporting import exported, label, stored
from tests.support.files import arrived, sent, zipped
from tests.support.pages import text

pytestmark = pytest.mark.usefixtures("version")

Edit = Callable[[str], bytes]
BOX = [0.25, 0.25, 0.75, 1.0]


@pytest.fixture
def tables(uploader: User) -> dict[str, bytes]:
    """The files of an export: a dog somewhere in its photo, and a taxi."""
    dog = stored(uploader, "dog", "rex.jpg")
    labelling.decide(dog.id, label("dog"), uploader, Via.PAGE, box=BOX)
    stored(uploader, "taxi", "cab.jpg")
    archive = exported()
    return {name: archive.read(name) for name in archive.namelist()}


def edited(table: str) -> str:
    """As by hand: the dog is a car by now, the taxi has another name in Chinese."""
    lines = table.replace("dog/rex.jpg,dog,", "dog/rex.jpg,Car,").replace(
        ",cab.jpg,", ",出租车一号.jpg,"
    )
    return "\r\n".join(line for line in lines.splitlines())


def semicolons(table: str) -> str:
    """Without commas in cells; numbers with decimal commas, which need no quotes then."""
    head, *lines = edited(table).splitlines()
    return "\r\n".join(
        [head.replace(",", ";")]
        + [
            ";".join(
                cell.replace(".", ",") if is_number(cell) else cell for cell in line.split(",")
            )
            for line in lines
        ]
    )


def is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit() and "." in cell


EDITS: dict[str, Edit] = {
    "as it was written": lambda table: edited(table).encode("utf-8-sig"),
    "without a mark": lambda table: edited(table).encode(),
    "semicolons, GBK": lambda table: semicolons(table).encode("gbk"),
    "tabs, UTF-16": lambda table: edited(table).replace(",", "\t").encode("utf-16"),
    "capitals": lambda table: (
        edited(table)
        .upper()
        .replace("DOG/REX.JPG", "dog/rex.jpg")
        .replace("TAXI/CAB.JPG", "taxi/cab.jpg")
        .replace("出租车一号.JPG", "出租车一号.jpg")
        .encode()
    ),
    "empty columns and rows": lambda table: "".join(
        f"{line},,,\n" for line in [*edited(table).splitlines(), "," * 17, ""]
    ).encode("gb18030"),
    "quoted decimal commas": lambda table: (
        edited(table).replace("0.25,0.25,0.75,1.0", '"0,25","0,25","0,75","1,0"').encode()
    ),
}


def said_of(owner: User) -> set[tuple[str, str, Any]]:
    photos = Photo.objects.filter(owner=owner).select_related("label")
    return {(photo.name.lower(), photo.label.slug, str(photo.box)) for photo in photos}


AS_EDITED = {("rex.jpg", "car", str(BOX)), ("出租车一号.jpg", "taxi", "None")}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("door", ["archive", "folder"])
def test_it_is_imported_as_edited(
    door: str, edit: str, tables: dict[str, bytes], reviewer: User, tmp_path: Path
) -> None:
    tables["photos.csv"] = EDITS[edit](tables["photos.csv"].decode("utf-8-sig"))
    if door == "folder":
        outcomes = list(FolderImport(unpacked(tables, tmp_path), reviewer, labelled=True))
    else:
        archive = arrived(zipped(tables), "export.zip")
        outcomes = archives.accept(archive, True, reviewer, intake.open_batch(reviewer))
        archive.discard()
    assert [outcome.refusal for outcome in outcomes if outcome.refusal] == []
    assert said_of(reviewer) == AS_EDITED


def unpacked(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def odd(tables: dict[str, bytes]) -> dict[str, bytes]:
    table = tables["photos.csv"].decode("utf-8-sig")
    table = table.replace("dog/rex.jpg,dog,", "dog/rex.jpg,doog,").replace("taxi/cab", "taxi/cap")
    return tables | {"photos.csv": table.encode("gbk")}


TOLD = [
    "photos.csv, line 2: “doog” is not a label",
    "photos.csv, line 3: there is no file “taxi/cap",
]


def is_told(lines: str) -> bool:
    return all(said in lines for said in TOLD)


def test_the_command_tells_each_line_and_imports_nothing(
    odd: dict[str, bytes], reviewer: User, tmp_path: Path
) -> None:
    folder = str(unpacked(odd, tmp_path))
    with pytest.raises(CommandError, match="Nothing was imported") as told:
        call_command("import_photos", folder, "--owner", reviewer.username, "--labelled")
    assert is_told(str(told.value))
    assert not Photo.objects.filter(owner=reviewer).exists()


def test_the_api_tells_each_line_and_takes_nothing(odd: dict[str, bytes], reviewer: User) -> None:
    body = {"archive": sent(zipped(odd)), "labelled": "true"}
    response = api_of(reviewer).post("/api/v1/photos/bulk/", body)
    assert (response.status_code, response.json()["code"]) == (400, "table_unknown_label")
    assert is_told(response.json()["detail"])
    assert not Photo.objects.filter(owner=reviewer).exists()
    assert not Batch.objects.filter(owner=reviewer).exists()


def test_the_page_has_a_card_for_each_line(odd: dict[str, bytes], reviewer: User) -> None:
    client = Client()
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    batch = intake.open_batch(reviewer)
    address = f"{reverse('batch', args=[batch.id])}photos/"
    answer = client.post(address, {"archive": sent(zipped(odd), "export.zip"), "labelled": "on"})
    assert answer.text.count("Not accepted") == 2
    assert is_told(text(answer))
    assert is_told(text(client.get(reverse("batch", args=[batch.id]))))


def test_who_asks_for_no_labels_needs_no_tables(odd: dict[str, bytes], api: APIClient) -> None:
    response = api.post("/api/v1/photos/bulk/", {"archive": sent(zipped(odd))})
    assert (response.status_code, response.json()["rejected"]) == (202, [])


@pytest.mark.parametrize("table", [b"\xff\xfe\x00", b"image,class\na.jpg,dog\n", b""])
def test_another_kind_of_table_is_told(
    table: bytes, tables: dict[str, bytes], reviewer: User
) -> None:
    archive = arrived(zipped(tables | {"photos.csv": table}), "export.zip")
    with pytest.raises(archives.UnreadableArchive) as told:
        archives.accept(archive, True, reviewer, intake.open_batch(reviewer))
    archive.discard()
    assert "photos.csv" in told.value.refusals[0].detail


def test_a_photo_that_is_here_gets_the_box_that_was_edited(
    tables: dict[str, bytes], uploader: User
) -> None:
    table = tables["photos.csv"].decode("utf-8-sig").replace("0.25,0.25,0.75", "0.5,0.25,0.75")
    archive = arrived(zipped(tables | {"photos.csv": table.encode()}), "export.zip")
    list(archives.accept(archive, True, uploader, intake.open_batch(uploader)))
    archive.discard()
    assert Photo.objects.get(name="rex.jpg").box == [0.5, 0.25, 0.75, 1.0]


def test_the_command_tells_which_labels_stay(
    tables: dict[str, bytes], uploader: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables["photos.csv"] = EDITS["without a mark"](tables["photos.csv"].decode("utf-8-sig"))
    folder = str(unpacked(tables, tmp_path))
    call_command("import_photos", folder, "--owner", uploader.username, "--labelled")
    assert "1 of those here already have another label, and keep it." in capsys.readouterr().out
    assert Photo.objects.get(name="rex.jpg").label == label("dog")
