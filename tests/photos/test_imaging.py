"""What web processes do with pixels: judging an upload, and drawing what pages show."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from recognition.cnn.pixels.decoding import UnreadablePhoto
from recognition.photos import imaging
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


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands of the processes that were started."""
    commands: list[list[str]] = []
    run = subprocess.run

    def noted(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", noted)
    return commands


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


def test_a_small_photo_needs_no_process(children: list[list[str]], tmp_path: Path) -> None:
    properties_of(ENCODERS["png"](picture()), tmp_path)
    assert not children


def test_a_large_jpeg_needs_no_process(children: list[list[str]], tmp_path: Path) -> None:
    properties_of(encoded(picture(3000, 2000)), tmp_path)
    assert not children


def test_a_heavy_photo_is_judged_alike_in_a_process_of_its_own(
    children: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = ENCODERS["png"](picture())
    here = properties_of(content, tmp_path)
    monkeypatch.setattr(imaging, "MAX_PIXELS_HERE", 100)
    assert properties_of(content, tmp_path) == here
    assert len(children) == 1


def test_a_heavy_photo_is_refused_with_the_reason_that_its_process_found(
    children: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(imaging, "MAX_PIXELS_HERE", 100)
    with pytest.raises(UnreadablePhoto, match="truncated"):
        properties_of(ENCODERS["png"](noise())[:20_000], tmp_path)
    assert len(children) == 1


def test_a_process_that_dies_is_the_photos_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(imaging, "MAX_PIXELS_HERE", 100)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnreadablePhoto, match="truncated"):
        properties_of(ENCODERS["png"](picture()), tmp_path)


def test_a_heavy_photo_leaves_this_process_small(tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.new("RGB", (6000, 5000)).save(path, compress_level=1)  # 90 MB when decoded
    measure = (
        "import resource; from pathlib import Path\n"
        "from recognition.photos.imaging import inspect\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        f"before = peak(); inspect(Path({str(path)!r}), {MAX_PIXELS}); print(peak() - before)"
    )
    command = [sys.executable, "-c", measure]
    grown_mb = subprocess.run(command, cwd=BASE_DIR, capture_output=True, check=True).stdout
    assert int(grown_mb) < 30


def test_too_many_pixels_start_no_process(children: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match="too_many_pixels"):
        properties_of(ENCODERS["png"](picture(1000, 500)), tmp_path, max_pixels=499_999)
    assert not children


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


def test_a_heavy_photo_is_drawn_in_a_process_of_its_own(
    children: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(imaging, "MAX_PIXELS_HERE", 100)
    with Image.open(draw(ENCODERS["png"](picture(640, 400)), tmp_path)) as rendition:
        assert rendition.size == (320, 200)
    assert len(children) == 1


def test_a_very_long_jpeg_is_shrunk_while_it_is_draw(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sides: list[int] = []
    load = imaging.load_upright_rgb
    monkeypatch.setattr(
        imaging,
        "load_upright_rgb",
        lambda *a: sides.append(a[1]) or load(*a),
    )
    draw(encoded(picture(6400, 100)), tmp_path, 640)
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
    tail: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JpegImageFile, "load", Mock(side_effect=AssertionError))
    assert properties_of(encoded(picture()) + tail, tmp_path).format == "JPEG"


def test_a_jpeg_whose_end_is_far_from_the_files_end_is_decoded(tmp_path: Path) -> None:
    properties = properties_of(encoded(picture()) + b"a film" * 1000, tmp_path)
    assert (properties.width, properties.height) == picture().size


def test_a_jpeg_cut_anywhere_is_truncated(tmp_path: Path) -> None:
    whole = encoded(picture())
    for length in range(len(whole) // 2, len(whole) - 70, len(whole) // 20):
        with pytest.raises(UnreadablePhoto, match="truncated"):
            properties_of(whole[:length], tmp_path)
