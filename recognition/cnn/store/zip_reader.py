"""The one way in which ZIP files of strangers are read: nothing they say is trusted. Torch-free.

Names are never used as paths here; whoever makes files of entries names them himself. What may be
wrong with an archive is a BadArchive, with one entry a BadEntry; nothing else is ever raised over
what the file contains. A bomb gains nothing: no entry is read beyond what its directory says, what
that says is bounded by whoever reads, and entries do not share bytes.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from recognition.cnn.store import zip_names

CHUNK_BYTES = 256 * 1024
_PACKED_CHUNK_BYTES = 16 * 1024
_DIRECTORY_BYTES_A_FILE = 256
_LONGEST_NAME = 1024  # characters
_SHOWN_OF_A_NAME = 255
_LOCAL_HEADER = struct.Struct("<4s22x2H")
# bzip2 and LZMA come with working memory whose size a stranger chooses.
_ENCRYPTED, _PATCH = 0x1, 0x20  # flags
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class BadArchive(ValueError):
    """The archive as a whole is refused. code: "not_an_archive" or "request_too_large"."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


class BadEntry(ValueError):
    """One entry is refused. code: "encrypted", "unsupported_compression", "truncated", "bad_name"
    or "not_an_image" (it is no file)."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(f"{name}: {code}" if name else code)
        self.code = code


class ZipReader:
    """The entries of an archive, each read by itself.

    stream: stays open as long as this is used; whoever opened it closes it.
    Raises BadArchive.
    """

    def __init__(self, stream: io.BufferedReader, max_entries: int) -> None:
        self._limit_bytes = max_entries * _DIRECTORY_BYTES_A_FILE + CHUNK_BYTES
        try:
            # zipfile reads the whole directory at once, and then makes an object of each entry.
            limited = _LimitedReader(stream, self._limit_bytes)
            file = zipfile.ZipFile(limited)
            names = dict(zip(file.infolist(), zip_names.texts(limited.names), strict=True))
        except BadArchive:
            raise
        except Exception as error:  # whatever zipfile fails with, it is about these bytes
            raise BadArchive("not_an_archive", f"{error}") from error
        self._stream = stream
        self._badly_named = {entry for entry, name in names.items() if _is_bad(name)}
        for entry, name in names.items():
            is_bad = entry in self._badly_named
            entry.filename = name.replace("\0", "")[-_SHOWN_OF_A_NAME:] if is_bad else name
        self.entries = [entry for entry in names if not _is_folder(entry)]
        if len(self.entries) > max_entries:
            raise BadArchive("request_too_large")
        if _share_bytes(list(names)):
            raise BadArchive("not_an_archive", "its entries overlap")

    def check(self, entry: zipfile.ZipInfo) -> None:
        """Raises BadEntry if it is packed in a way that is not read here, is no file, or is called
        nothing that a file can be called."""
        if entry in self._badly_named:
            raise BadEntry("bad_name", entry.filename)
        if entry.flag_bits & _ENCRYPTED:
            raise BadEntry("encrypted", entry.filename)
        if entry.compress_type not in _METHODS or entry.flag_bits & _PATCH:
            raise BadEntry("unsupported_compression", entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):  # a link, a device
            raise BadEntry("not_an_image", entry.filename)

    @contextmanager
    def open(self, entry: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        """To be read inside, at most `entry.file_size` bytes. Raises BadEntry, also for damage that
        is found while it is read."""
        self.check(entry)
        with _explained(entry.filename):
            packed = zipfile.ZipExtFile(self._content(entry), "r", entry)
        with packed:
            yield io.BufferedReader(_Explained(packed, entry.filename), CHUNK_BYTES)

    def head(self, entry: zipfile.ZipInfo, size: int) -> bytes:
        """The first bytes of an entry. Raises BadEntry."""
        with self.open(entry) as stream:
            return stream.read(size)

    def chunks(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """All of an entry, piece by piece. Raises BadEntry."""
        with self.open(entry) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    def _content(self, entry: zipfile.ZipInfo) -> IO[bytes]:
        """The packed bytes. `zipfile` would hold the name before them against that in the
        directory, after reading it in another way."""
        self._stream.seek(entry.header_offset)
        header = self._stream.read(_LOCAL_HEADER.size)
        mark, name_size, extra_size = _LOCAL_HEADER.unpack(header)
        if mark != b"PK\3\4":
            raise zipfile.BadZipFile
        start = entry.header_offset + len(header) + name_size + extra_size
        return io.BufferedReader(_Part(self._stream, start), _PACKED_CHUNK_BYTES)


class _LimitedReader:
    """A file that refuses to be read in one piece larger than a directory may be, and shows the
    directory as `zipfile` can read it. names: what it is called in there."""

    def __init__(self, stream: io.BufferedReader, limit_bytes: int) -> None:
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable
        self._read, self._limit_bytes = stream.read, limit_bytes
        self.names: list[zip_names.StoredName] = []

    def read(self, size: int = -1) -> bytes:
        limit = self._limit_bytes
        content = self._read(limit + 1 if size < 0 else min(size, limit + 1))
        if len(content) > limit:
            raise BadArchive("request_too_large")
        if content.startswith(zip_names.ENTRY_MARK):
            content, self.names = zip_names.read_directory(content)
        return content

    def close(self) -> None:
        """Whoever opened the file closes it."""


class _Part(io.RawIOBase):
    """The file from some place on. Several may be read in turns."""

    def __init__(self, stream: io.BufferedReader, place: int) -> None:
        self._stream, self._place = stream, place

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._stream.seek(self._place)
        size = self._stream.readinto(buffer)
        self._place += size
        return size


class _Explained(io.RawIOBase):
    """An entry whose every failure is a BadEntry."""

    def __init__(self, packed: zipfile.ZipExtFile, name: str) -> None:
        self._packed, self._name = packed, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _explained(self._name):
            content = self._packed.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except BadArchive as error:
        raise BadEntry("truncated", name) from error
    except Exception as error:  # zipfile and zlib raise half a dozen kinds over damaged bytes
        raise BadEntry("truncated", name) from error


def _is_bad(name: str) -> bool:
    return not name or "\0" in name or len(name) > _LONGEST_NAME


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    """Some archives made on Windows have its separators."""
    return entry.filename.endswith("/") or (entry.filename.endswith("\\") and not entry.file_size)


def _share_bytes(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether entries lie upon one another, so that a small file unpacks to many large ones (David
    Fifield, "A better zip bomb", WOOT 2019)."""
    ends = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < ends:
            return True
        ends = entry.header_offset + _LOCAL_HEADER.size + entry.compress_size
    return False
