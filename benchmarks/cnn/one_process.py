"""How many photos a second one process recognises, alone on the machine.

    python benchmarks/cnn/one_process.py [PHOTOS] [--version FOLDER] [--device cuda] [--json]

PHOTOS is a folder of photos, searched to its depths; without it, synthetic ones of 470 x 400
pixels are made. Without --version a network is built in a temporary folder, with ImageNet's
weights where they are installed or with --random-weights. Needs torch, torchvision, timm, Pillow
and safetensors; OpenVINO and the pretrained weights are used where they are installed.

Each engine is measured three ways: decoding alone (bytes in memory to pixels), the forward pass
alone (pixels in memory to answers), and both overlapped as the product does it.
"""

from __future__ import annotations

import argparse
import io
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recognition.cnn.manifest import Manifest, read_manifest
from recognition.cnn.pixels.preprocessing import load_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS
from recognition.cnn.serving.classifier import BATCH_SIZE, Classifier, decode_threads
from recognition.cnn.serving.engine import load_engine

MAX_PHOTOS = 1024
SYNTHETIC_PHOTOS = 256
LONE_PHOTOS = 50
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def main() -> None:
    options = parse_options()
    photos = read_photos(options.photos) if options.photos else synthetic_photos()
    with tempfile.TemporaryDirectory() as folder:
        version = options.version or build_version(Path(folder) / "1", options.random_weights)
        figures = measure(version, photos, options)
    if options.json:
        print(json.dumps(figures))
    else:
        print_table(figures)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("--version", type=Path)
    parser.add_argument("--random-weights", action="store_true")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)
    parser.add_argument("--seconds", type=float, default=5.0, help="at least, a measurement")
    parser.add_argument(
        "--no-eager", action="store_true", help="leave out plain PyTorch on the CPU"
    )
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def read_photos(folder: Path) -> list[bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise SystemExit(f"no photos below {folder}")
    step = max(1, len(paths) // MAX_PHOTOS)
    return [path.read_bytes() for path in paths[::step]]


def synthetic_photos() -> list[bytes]:
    """JPEGs of 470 x 400 pixels with about as much detail as photographs have (60 KB each)."""
    random = np.random.RandomState(0)
    photos = []
    for _ in range(SYNTHETIC_PHOTOS):
        blobs = Image.fromarray(random.randint(0, 256, (100, 118, 3)).astype(np.uint8))
        jpeg = io.BytesIO()
        blobs.resize((470, 400), Image.Resampling.BICUBIC).save(jpeg, "JPEG", quality=85)
        photos.append(jpeg.getvalue())
    return photos


def build_version(folder: Path, random_weights: bool) -> Path:
    from recognition.cnn import taxonomy
    from recognition.cnn.networks.catalogue import NETWORKS
    from recognition.cnn.store import checkpoint

    if not random_weights:
        checkpoint.build_pretrained(folder, "lite0")
        return folder
    manifest = Manifest(
        name="random weights",
        network="lite0",
        preprocessing=NETWORKS["lite0"].preprocessing,
        temperature=1.0,
        labels=taxonomy.labels(),
        fine_names=taxonomy.fine_names(),
        class_weights=taxonomy.class_weights(),
    )
    checkpoint.save_version(folder, manifest, checkpoint.build_network(manifest))
    return folder


def measure(
    version: Path, photos: list[bytes], options: argparse.Namespace
) -> dict[str, dict[str, float | str] | str | int]:
    manifest = read_manifest(version)
    seconds, batch_size = options.seconds, options.batch_size
    figures: dict[str, dict[str, float | str] | str | int] = {
        "machine": platform.processor() or platform.machine(),
        "decode_threads": decode_threads(),
        "batch_size": batch_size,
        "photos": len(photos),
    }
    decoding = decode_alone(photos, manifest, seconds)
    wanted = {"product": (options.engine, options.device)}
    if not options.no_eager:
        wanted["eager"] = ("torch", "cpu")
    for name, (engine, device) in wanted.items():
        figures[name] = {
            "decode": decoding,
            **measure_engine(version, photos, engine, device, batch_size, seconds),
        }
    return figures


def measure_engine(
    version: Path, photos: list[bytes], engine: str, device: str, batch_size: int, seconds: float
) -> dict[str, float | str]:
    """Photos a second forward alone and overlapped; the median of a lone photo in milliseconds."""
    started = time.perf_counter()
    manifest, loaded = load_engine(version, engine, device)
    load_s = time.perf_counter() - started
    side = manifest.preprocessing.crop
    pixels = np.random.RandomState(0).randint(0, 256, (batch_size, side, side, 3)).astype(np.uint8)
    with Classifier(manifest, loaded) as classifier:
        return {
            "engine": classifier.engine_name,
            "load_s": load_s,
            "forward": rate(lambda: len(loaded(pixels).embeddings), seconds),
            "overlapped": overlapped(classifier, photos, batch_size, seconds),
            "lone_ms": lone_ms(classifier, photos[0]),
        }


def decode_alone(photos: list[bytes], manifest: Manifest, seconds: float) -> float:
    with ThreadPoolExecutor(decode_threads()) as threads:

        def decode(photo: bytes) -> tuple[int, ...]:
            return load_pixels(photo, manifest.preprocessing, DEFAULT_MAX_PIXELS).shape

        def decode_all() -> int:
            return len(list(threads.map(decode, photos)))

        return rate(decode_all, seconds)


def overlapped(
    classifier: Classifier, photos: list[bytes], batch_size: int, seconds: float
) -> float:
    ends = time.perf_counter() + seconds

    def batches() -> Iterator[list[bytes]]:
        while time.perf_counter() < ends:
            for start in range(0, len(photos), batch_size):
                yield photos[start : start + batch_size]

    started = time.perf_counter()
    count = sum(len(answers) for answers in classifier.stream(batches()))
    return count / (time.perf_counter() - started)


def lone_ms(classifier: Classifier, photo: bytes) -> float:
    times = []
    for _ in range(LONE_PHOTOS):
        started = time.perf_counter()
        classifier.predict([photo])
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


def rate(work: Callable[[], int], seconds: float) -> float:
    """Items a second; one round to warm up, then as many as fill the time."""
    work()
    started = time.perf_counter()
    done = 0
    while time.perf_counter() < started + seconds:
        done += work()
    return done / (time.perf_counter() - started)


def print_table(figures: dict[str, dict[str, float | str] | str | int]) -> None:
    print(
        f"{figures['photos']} photos, batches of {figures['batch_size']}, "
        f"{figures['decode_threads']} decode threads, {figures['machine']}\n"
    )
    columns = ("decode", "forward", "overlapped", "lone_ms", "load_s")
    units = ("photos/s", "photos/s", "photos/s", "ms", "s")
    print(f"{'':22}" + "".join(f"{column:>12}" for column in columns))
    print(f"{'':22}" + "".join(f"{unit:>12}" for unit in units))
    for name in ("product", "eager"):
        row = figures.get(name)
        if isinstance(row, dict):
            cells = "".join(f"{row[column]:12.1f}" for column in columns)
            print(f"{name + ' (' + str(row['engine']) + ')':22}{cells}")


if __name__ == "__main__":
    main()
