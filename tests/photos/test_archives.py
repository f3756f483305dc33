"""ZIP archives: read one entry at a time, never trusted."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from recognition.models import Photo
from recognition.photos import archives, intake
from recognition.photos.archives import UnreadableArchive
from recognition.photos.intake import Outcome
from tests.support.files import (
    Packed,
    altered_entry,
    arrived,
    encoded,
    full_disk,
    incoming,
    noise,
    packed_as,
    picture,
    zipped,
)

pytestmark = pytest.mark.usefixtures("version")
JPEG, OTHER = encoded(picture()), encoded(picture(seed=1))
BOMB_BYTES = 10 * 1024**3


def accept(owner: User, content: bytes, labelled: bool = False) -> list[Outcome]:
    archive = arrived(content, "photos.zip")
    try:
        return archives.accept(archive, labelled, owner, intake.open_batch(owner))
    finally:
        archive.discard()
        assert incoming() == []


def codes(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.name: outcome.refusal.code for outcome in outcomes if outcome.refusal}


def refused(owner: User, content: bytes) -> str:
    with pytest.raises(UnreadableArchive) as error:
        accept(owner, content)
    return error.value.refusals[0].code


@pytest.mark.parametrize("files", [{}, {"dog/": b""}, {"photos.csv": b"file,label\na,dog\n"}])
def test_an_archive_without_photos_says_so(uploader: User, files: dict[str, bytes]) -> None:
    assert refused(uploader, zipped(files)) == "empty_archive"


def test_what_is_left_out_of_an_archive_is_all_that_there_is(uploader: User) -> None:
    assert [each.is_left_out for each in accept(uploader, zipped({".DS_Store": b"x"}))] == [True]


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the entries that were unpacked to the disk."""
    names: list[str] = []
    unpack = archives._unpack

    def noted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Any:
        names.append(entry.filename)
        return unpack(archive, entry, name)

    monkeypatch.setattr(archives, "_unpack", noted)
    return names


def test_each_photo_is_accepted(uploader: User) -> None:
    accept(uploader, zipped({"a.jpg": JPEG, "holiday/b.jpg": OTHER}))
    assert set(Photo.objects.values_list("name", flat=True)) == {"a.jpg", "b.jpg"}
    assert {photo.original_path.read_bytes() for photo in Photo.objects.all()} == {JPEG, OTHER}


def test_stored_entries_are_accepted(uploader: User) -> None:
    assert not codes(accept(uploader, zipped({"a.jpg": JPEG}, zipfile.ZIP_STORED)))
    assert Photo.objects.count() == 1


def test_folders_name_labels(reviewer: User) -> None:
    accept(reviewer, zipped({"dog/a.jpg": JPEG, "all/car/b.jpg": OTHER}), labelled=True)
    labels = dict(Photo.objects.values_list("name", "label__slug"))
    assert labels == {"a.jpg": "dog", "b.jpg": "car"}
    assert Photo.objects.filter(labelled_by=reviewer).count() == 2


def test_folders_name_nothing_unless_asked(reviewer: User) -> None:
    accept(reviewer, zipped({"dog/a.jpg": JPEG}))
    assert Photo.objects.get().label is None


def test_an_unknown_label_is_refused_alone(reviewer: User) -> None:
    archive = zipped({"unicorn/a.jpg": JPEG, "b.jpg": JPEG, "dog/c.jpg": OTHER})
    outcomes = accept(reviewer, archive, labelled=True)
    assert codes(outcomes) == {"unicorn/a.jpg": "unknown_label", "b.jpg": "unknown_label"}
    assert Photo.objects.get().name == "c.jpg"


def test_an_archive_in_an_archive_is_not_opened(uploader: User, unpacked: list[str]) -> None:
    outcomes = accept(uploader, zipped({"inner.zip": zipped({"a.jpg": JPEG}), "b.jpg": OTHER}))
    assert codes(outcomes) == {"inner.zip": "not_an_image"}
    assert unpacked == ["b.jpg"]


def test_what_does_not_begin_like_a_photo_is_not_unpacked(
    uploader: User, unpacked: list[str]
) -> None:
    outcomes = accept(uploader, zipped({"letter.txt": b"Dear Sir", "empty.jpg": b""}))
    assert set(codes(outcomes).values()) == {"not_an_image"}
    assert unpacked == []


def test_a_damaged_photo_is_refused_alone(uploader: User) -> None:
    outcomes = accept(uploader, zipped({"x/a.jpg": encoded(noise())[:5000], "b.jpg": JPEG}))
    assert codes(outcomes) == {"x/a.jpg": "truncated"}
    assert Photo.objects.count() == 1


def test_the_same_photo_twice_is_one(uploader: User) -> None:
    outcomes = accept(uploader, zipped({"a.jpg": JPEG, "b.jpg": JPEG}))
    assert [outcome.is_duplicate for outcome in outcomes] == [False, True]


@pytest.mark.parametrize(
    "name",
    [
        *("__MACOSX/._a.jpg", "__macosx\\dog\\._a.jpg", ".DS_Store", "photos/.hidden.jpg"),
        *(
            "Thumbs.db",
            "x/desktop.ini",
            "dog/@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg",
            "#recycle/b.jpg",
        ),
        *("$RECYCLE.BIN/S-1-5-21/$R1.jpg", "System Volume Information/a.jpg", ".Trash-1000/a.jpg"),
        *("lost+found/#12.jpg", "a.jpg:Zone.Identifier", ".git/a.jpg"),
    ],
)
def test_what_systems_add_is_left_out(name: str, reviewer: User) -> None:
    outcomes = accept(reviewer, zipped({name: OTHER, "dog/a.jpg": JPEG}), labelled=True)
    assert [outcome.photo.name for outcome in outcomes if outcome.photo] == ["a.jpg"]
    assert [outcome.name for outcome in outcomes if outcome.is_left_out] == [name]
    assert codes(outcomes) == {}


def test_folders_of_windows_name_labels_too(reviewer: User) -> None:
    accept(reviewer, zipped({"photos\\dog\\a.jpg": JPEG}), labelled=True)
    assert Photo.objects.get().label.slug == "dog"


def test_folders_of_chinese_windows_name_labels_too(reviewer: User) -> None:
    names = ("狗/甲.jpg", "出租车/乙.jpg")
    entries = zip(names, (JPEG, OTHER), strict=True)
    accept(reviewer, packed_as(*(Packed(n.encode("gbk"), c) for n, c in entries)), labelled=True)
    labels = dict(Photo.objects.values_list("name", "label__slug"))
    assert labels == {"甲.jpg": "dog", "乙.jpg": "taxi"}


def test_a_bad_name_is_refused_alone(uploader: User) -> None:
    long = "dog/" + "x" * 3000 + ".jpg"
    archive = packed_as(Packed(b"a\0.jpg", JPEG), Packed(long.encode(), JPEG), Packed(b"b", OTHER))
    outcomes = accept(uploader, archive)
    assert codes(outcomes) == {"a.jpg": "bad_name", long[-255:]: "bad_name"}
    assert Photo.objects.get().name == "b"


@pytest.mark.parametrize("encoding", ["shift-jis", "euc-kr", "big5", "utf-16"])
def test_names_that_nobody_can_read_are_names_all_the_same(encoding: str, uploader: User) -> None:
    raw = "表ソ".encode(encoding, "ignore").replace(b"\0", b"") + b"/a.jpg"
    accept(uploader, packed_as(Packed(raw, JPEG), Packed(b"\xff" + raw, OTHER, flags=0x800)))
    assert Photo.objects.filter(name="a.jpg").count() == 2


def test_folders_are_ignored(uploader: User) -> None:
    [outcome] = accept(uploader, zipped({"photos/": b"", "photos/a.jpg": JPEG}))
    assert outcome.photo


@pytest.mark.parametrize(
    "name", ["../../../../etc/a.jpg", "/etc/a.jpg", "..\\..\\a.jpg", "C:\\a.jpg", "a\nb/a.jpg"]
)
def test_names_lead_nowhere(name: str, uploader: User, settings: Any) -> None:
    assert not codes(accept(uploader, zipped({name: JPEG})))
    photo = Photo.objects.get()
    assert photo.name == "a.jpg"
    assert photo.original_path.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())


def test_a_bomb_that_states_its_size_is_not_unpacked(uploader: User, unpacked: list[str]) -> None:
    zip64 = io.BytesIO()
    with zipfile.ZipFile(zip64, "w") as archive:
        archive.writestr("a.jpg", JPEG)
        archive.infolist()[0].file_size = BOMB_BYTES
    assert codes(accept(uploader, zip64.getvalue())) == {"a.jpg": "too_large"}
    assert unpacked == []


def test_a_bomb_that_lies_is_cut_off_where_it_says(uploader: User, settings: Any) -> None:
    """Thirty megabytes of zeros after a photo's first bytes, said to be a hundred bytes."""
    settings.ARK_MAX_UPLOAD_MB = 1
    content = JPEG[:100] + bytes(30_000_000)
    archive = altered_entry(zipped({"a.jpg": content}), 24, struct.pack("<I", 100))
    assert codes(accept(uploader, archive)) == {"a.jpg": "truncated"}


def test_zeros_are_not_unpacked_however_well_they_pack(uploader: User, unpacked: list[str]) -> None:
    archive = zipped({f"{i}.jpg": bytes(20_000_000) for i in range(3)})
    assert len(archive) < 100_000
    assert set(codes(accept(uploader, archive)).values()) == {"not_an_image"}
    assert unpacked == []


def test_all_that_is_unpacked_counts_whether_it_is_a_photo_or_not(
    uploader: User, settings: Any, unpacked: list[str]
) -> None:
    settings.ARK_MAX_BULK_MB = 1
    broken = JPEG[:100] + bytes(600_000)
    outcomes = accept(uploader, zipped({"a.jpg": broken, "b.jpg": broken, "c.jpg": broken}))
    assert codes(outcomes) == {
        "a.jpg": "truncated",
        "b.jpg": "request_too_large",
        "c.jpg": "request_too_large",
    }
    assert unpacked == ["a.jpg"]


def test_too_many_entries_are_refused_together(
    uploader: User, settings: Any, unpacked: list[str]
) -> None:
    settings.ARK_MAX_BULK_FILES = 3
    archive = zipped({f"{i}.jpg": JPEG for i in range(4)})
    assert refused(uploader, archive) == "request_too_large"
    assert unpacked == []


def test_a_huge_directory_is_not_read(uploader: User, settings: Any) -> None:
    settings.ARK_MAX_BULK_FILES = 10
    archive = zipped({f"{i:06}": b"" for i in range(6_000)})
    assert refused(uploader, archive) == "request_too_large"


def test_an_encrypted_entry_is_refused_alone(uploader: User) -> None:
    archive = altered_entry(zipped({"a.jpg": JPEG, "b.jpg": OTHER}), 8, b"\x01\x00")
    assert codes(accept(uploader, archive)) == {"a.jpg": "encrypted"}
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_choose_their_own_memory_are_refused(method: int, uploader: User) -> None:
    outcomes = accept(uploader, zipped({"a.jpg": JPEG}, method))
    assert codes(outcomes) == {"a.jpg": "unsupported_compression"}


@pytest.mark.parametrize("content", [b"", b"no archive", JPEG, zipped({"a.jpg": JPEG})[:-30]])
def test_what_is_no_archive_is_refused(content: bytes, uploader: User) -> None:
    assert refused(uploader, content) == "not_an_archive"


def test_a_damaged_entry_is_refused_alone(uploader: User) -> None:
    archive = bytearray(zipped({"a.jpg": JPEG, "b.jpg": OTHER}, zipfile.ZIP_STORED))
    archive[200] ^= 0xFF  # inside the first photo: its checksum is wrong now
    assert codes(accept(uploader, bytes(archive))) == {"a.jpg": "truncated"}
    assert Photo.objects.count() == 1


def test_damage_anywhere_is_no_more_than_a_refusal(uploader: User) -> None:
    archive = zipped({"a.jpg": JPEG, "b.jpg": OTHER})
    step = max(1, len(archive) // 60)
    for place in [*range(0, len(archive) - 260, step), *range(len(archive) - 160, len(archive), 3)]:
        damaged = bytearray(archive)
        damaged[place] ^= 0xFF
        with contextlib.suppress(UnreadableArchive):
            accept(uploader, bytes(damaged))


def test_deflated_rubbish_is_refused(uploader: User) -> None:
    compressor = zlib.compressobj(wbits=-15)
    packed = compressor.compress(JPEG) + compressor.flush()
    archive = zipped({"a.jpg": JPEG}).replace(packed, packed[:50] + b"\xff" * (len(packed) - 50))
    assert codes(accept(uploader, archive)) == {"a.jpg": "truncated"}


def test_a_full_disk_is_not_the_photos_fault(uploader: User) -> None:
    batch = intake.open_batch(uploader)
    archive = arrived(zipped({"a.jpg": JPEG, "b.jpg": encoded(noise())}))
    with pytest.raises(OSError, match="large"), full_disk(5000):
        archives.accept(archive, False, uploader, batch)
    archive.discard()
    assert incoming() == []


def test_folders_are_labelled_as_people_answered(reviewer: User) -> None:
    files = {f"{name}/a.jpg": encoded(picture(seed=seed)) for seed, name in enumerate(_ANSWERED)}
    archive = arrived(zipped(files), "photos.zip")
    outcomes = archives.accept(archive, True, reviewer, intake.open_batch(reviewer), _ANSWERED)
    archive.discard()
    labels = {outcome.name: outcome.photo and outcome.photo.label for outcome in outcomes}
    assert {name: label and label.slug for name, label in labels.items()} == {
        "Dogs/a.jpg": "dog",
        "misc/a.jpg": None,
    }


_ANSWERED = {"Dogs": "dog", "misc": "", "junk": None}
