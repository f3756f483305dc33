"""What web processes do with pixels: judging an upload, and drawing what pages show."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from recognition.cnn.pixels import operations
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.photos.imaging import PhotoProperties, inspect, render
from tests.support.files import (
    ENCODERS,
    ORIENTATIONS,
    difference,
    encoded,
    full_disk,
    noise,
    picture,
    rotated,
)
from webapp.home import BASE_DIR

MAX_PIXELS = 100_000_000
SECRET = b"47.3769 N, 8.5417 E"


def properties_of(content: bytes, tmp_path: Path, max_pixels: int = MAX_PIXELS) -> PhotoProperties:
    path = tmp_path / "photo"
    path.write_bytes(content)
    return inspect(path, max_pixels)


def draw(content: bytes, tmp_path: Path, longest_side: int = 320) -> Path:
    source, target = tmp_path / "photo", tmp_path / "drawn.jpg"
    source.write_bytes(content)
    render(source, target, longest_side, MAX_PIXELS)
    return target


@pytest.mark.parametrize(
    ("kind", "format"), [("jpeg", "JPEG"), ("mpo", "MPO"), ("heic", "HEIF"), ("gif", "GIF")]
)
def test_it_names_the_format(kind: str, format: str, tmp_path: Path) -> None:
    assert properties_of(ENCODERS[kind](picture()), tmp_path).format == format


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "HEIF", "AVIF"])
def test_width_and_height_are_upright(format: str, orientation: int, tmp_path: Path) -> None:
    properties = properties_of(rotated(picture(96, 64), orientation, format), tmp_path)
    assert (properties.width, properties.height) == (96, 64)


def test_a_large_jpeg_has_its_own_size_not_that_it_was_shrunk_to(tmp_path: Path) -> None:
    properties = properties_of(rotated(picture(1600, 1200), 6, "JPEG"), tmp_path)
    assert (properties.width, properties.height) == (1600, 1200)


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg", "16-bit png", "heic", "webp"])
def test_it_refuses_the_first_half_of(kind: str, tmp_path: Path) -> None:
    content = ENCODERS[kind](noise())
    with pytest.raises(UnreadablePhoto, match="truncated"):
        properties_of(content[: len(content) // 2], tmp_path)


def test_a_whole_thumbnail_does_not_hide_that_its_heic_is_damaged(tmp_path: Path) -> None:
    heic = encoded(noise(400, 300), "HEIF", thumbnails=[100])
    with pytest.raises(UnreadablePhoto, match="truncated"):
        properties_of(heic[: len(heic) // 2], tmp_path)


def test_a_heavy_photo_is_judged_by_its_structure(tmp_path: Path) -> None:
    content = encoded(Image.new("1", (6000, 5000)), "PNG")
    properties = properties_of(content, tmp_path)
    assert (properties.width, properties.height, properties.is_heavy) == (6000, 5000, True)
    with pytest.raises(UnreadablePhoto, match="truncated"):
        properties_of(content[:-20], tmp_path)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("format", ["PNG", "TIFF", "AVIF"])
def test_a_heavy_photo_has_its_upright_size(
    format: str, orientation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "LIGHT_NS", 100)
    path = tmp_path / "photo"
    path.write_bytes(rotated(picture(96, 64), orientation, format))
    with path.open("rb") as stream:
        answer = operations.run(
            "inspect", stream, {"max_pixels": MAX_PIXELS}, memoryview(b""), True
        )
    assert (answer["width"], answer["height"], answer["is_heavy"]) == (96, 64, True)


def test_a_heavy_photo_leaves_this_process_small(tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.new("RGB", (6000, 5000)).save(path, compress_level=1)  # 90 MB when decoded
    measure = (
        "import resource; from pathlib import Path\n"
        "from recognition.photos.imaging import render\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        f"before = peak(); render(Path({str(path)!r}), Path({str(tmp_path / 'drawn')!r}), 320, "
        f"{MAX_PIXELS}); print(peak() - before)"
    )
    command = [sys.executable, "-c", measure]
    grown_mb = subprocess.run(command, cwd=BASE_DIR, capture_output=True, check=True).stdout
    assert int(grown_mb) < 10


def test_a_web_process_needs_no_decoder_for_it() -> None:
    program = "import recognition.photos.imaging, sys; print('PIL' in sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, cwd=BASE_DIR, capture_output=True, check=True).stdout
    assert loaded.split() == [b"False"]


def test_too_many_pixels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match="too_many_pixels"):
        properties_of(ENCODERS["png"](picture(1000, 500)), tmp_path, max_pixels=499_999)


@pytest.mark.parametrize("kind", ENCODERS)
def test_it_draws(kind: str, tmp_path: Path) -> None:
    with Image.open(draw(ENCODERS[kind](picture(480, 320)), tmp_path)) as rendition:
        assert (rendition.format, rendition.mode, rendition.size) == ("JPEG", "RGB", (320, 213))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_it_draws_upright(orientation: int, tmp_path: Path) -> None:
    content = rotated(picture(320, 200), orientation, "JPEG", quality=95)
    with Image.open(draw(content, tmp_path)) as rendition:
        assert difference(rendition, picture(320, 200)) < 8


def test_it_never_enlarges(tmp_path: Path) -> None:
    with Image.open(draw(ENCODERS["png"](picture(20, 10)), tmp_path)) as rendition:
        assert rendition.size == (20, 10)


def test_a_very_long_jpeg_is_shrunk_while_it_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sides: list[int] = []
    load = operations.load_opened
    monkeypatch.setattr(
        operations, "load_opened", lambda image, side: sides.append(side) or load(image, side)
    )
    content = io.BytesIO(encoded(picture(6400, 100)))
    arguments = {"max_pixels": MAX_PIXELS, "longest_side": 640}
    operations.run("render", content, arguments, memoryview(bytearray(1_000_000)), False)
    assert sides == [10]


def secrets() -> dict[str, bytes]:
    """The same picture with the secret in each place where metadata can hide."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # its description
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 37.0), 29: SECRET.decode()})  # GPS
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
    return {
        "exif": encoded(picture(), exif=exif),
        "xmp": encoded(picture(), xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"),
        "comment": encoded(picture(), comment=SECRET),
        "icc": encoded(picture(), icc_profile=profile),
        "png text": encoded(picture(), "PNG", pnginfo=text),
        "heic": encoded(picture(), "HEIF", exif=exif.tobytes()),
        "webp": encoded(picture(), "WEBP", exif=exif.tobytes(), xmp=SECRET.decode()),
    }


@pytest.mark.parametrize("where", secrets())
def test_what_is_drawn_carries_no_metadata(where: str, tmp_path: Path) -> None:
    content = secrets()[where]
    assert SECRET in content
    rendition = draw(content, tmp_path)
    assert SECRET not in rendition.read_bytes()
    with Image.open(rendition) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_on_a_full_disk_drawing_fails(tmp_path: Path) -> None:
    source = tmp_path / "photo"
    source.write_bytes(encoded(noise(800, 600)))
    with pytest.raises(OSError, match="large"), full_disk(2000):
        render(source, tmp_path / "drawn.jpg", 320, MAX_PIXELS)


def test_a_damaged_photo_draws_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match="truncated"):
        draw(encoded(noise())[:5000], tmp_path)
    assert not (tmp_path / "drawn.jpg").exists()


@pytest.mark.parametrize("tail", [b"", b"\0" * 16, b"camera's own"])
def test_a_jpeg_that_ends_as_it_should_is_not_decoded(
    tail: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JpegImageFile, "load", Mock(side_effect=AssertionError))
    content = io.BytesIO(encoded(picture()) + tail)
    answer = operations.run("inspect", content, {"max_pixels": MAX_PIXELS}, memoryview(b""), False)
    assert answer["format"] == "JPEG"


def test_a_jpeg_whose_end_is_far_from_the_files_end_is_decoded(tmp_path: Path) -> None:
    properties = properties_of(encoded(picture()) + b"a film" * 1000, tmp_path)
    assert (properties.width, properties.height) == picture().size


def test_a_jpeg_cut_anywhere_is_truncated(tmp_path: Path) -> None:
    whole = encoded(picture())
    for length in range(len(whole) // 2, len(whole) - 70, len(whole) // 20):
        with pytest.raises(UnreadablePhoto, match="truncated"):
            properties_of(whole[:length], tmp_path)
