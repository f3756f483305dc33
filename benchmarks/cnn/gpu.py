"""What a GPU makes of Ark's networks: decoding, the forward pass, and both overlapped.

    python benchmarks/cnn/gpu.py [PHOTOS] [--device cpu] [--seconds 1.0] [--within 220]

Needs torch, torchvision and Pillow; with timm there are more networks. PHOTOS is a folder of JPEGs;
without it, some of 470 x 400 pixels are made. It ends within --within seconds, or soon afterwards:
what it does not come to by then it names, as it names what fails, and goes on.

Decoding: torchvision's decoder in as many threads as there are processors and, on CUDA, nvJPEG.
Forward: pixels on the device to embeddings, in the forms that the table names. The limits beside it
are what the arithmetic and the memory of this device would allow, by a large matrix product and a
large copy that are measured first: a form's own arithmetic, and everything that each layer reads
and writes (fused layers need less). Overlapped: threads decode, a stream of its own copies, another
one computes; the limit is the slower of decoding and forward alone.
On the CPU nvJPEG, CUDA graphs, torch.compile and streams are left out, and one thread computes:
that the program runs is all that is found out there.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.io import ImageReadMode, decode_jpeg
from torchvision.transforms.v2.functional import resize

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.cnn.gpu_forms import Forward, networks, pixels_of, prepared, say_limits

warnings.filterwarnings("ignore", ".*TorchCodec.*")

SYNTHETIC_PHOTOS = 128
MOST_PHOTOS = 512
BATCHES = {"cuda": (1, 16, 128), "cpu": (1,)}
MATRIX_SIDE = {"cuda": 8192, "cpu": 512}
COPIED_BYTES = {"cuda": 1 << 30, "cpu": 1 << 24}
LEFT_OUT_ON_CPU = "nvJPEG, CUDA graphs, torch.compile, streams, copies to the device"


class Bench:
    def __init__(self, device: str, seconds: float, within_s: float) -> None:
        self.device, self._seconds = device, seconds
        self._ends_s = time.perf_counter() + within_s

    def rate(self, what: str, work: Callable[[], int]) -> float:
        """Photos a second; 0 if it fails or if there is no time left, which is said."""
        if time.perf_counter() > self._ends_s:
            print(f"  {what:44} not tried: no time left", flush=True)
            return 0.0
        try:
            found = self._measured(work)
        except Exception as error:  # the rest is worth knowing all the same
            said = str(error).strip().splitlines() or [""]
            print(f"  {what:44} failed: {type(error).__name__}: {said[0][:100]}", flush=True)
            return 0.0
        print(f"  {what:44} {found:12.1f} photos/s", flush=True)
        return found

    def _measured(self, work: Callable[[], int]) -> float:
        work()  # warms up
        self._wait()
        started = time.perf_counter()
        done = 0
        while time.perf_counter() < min(started + self._seconds, self._ends_s) or not done:
            done += work()
        self._wait()
        return done / (time.perf_counter() - started)

    def _wait(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--seconds", type=float, default=1.0, help="a measurement")
    parser.add_argument("--within", type=float, default=220.0, help="seconds, for everything")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("There is no CUDA device. --device cpu tries whether this program runs.")
    bench = Bench(options.device, options.seconds, options.within)
    print(f"{machine(options.device)}, torch {torch.__version__}")
    if options.device == "cpu":
        torch.set_num_threads(1)
        print(f"On the CPU are left out: {LEFT_OUT_ON_CPU}.")
    with torch.inference_mode(), ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        photos = read_photos(options.photos) if options.photos else synthetic_photos()
        decoding = decode(bench, photos, threads)
        flops, bytes_per_s = limits_of_the_device(bench)
        for name, (network, side) in networks(options.device).items():
            print(f"{name}, {side} pixels")
            network = network.eval().to(options.device)
            say_limits(network, side, bench.device, flops, bytes_per_s)
            model, fastest = forward(bench, network, side)
            overlapped(bench, photos, threads, model, side, min(decoding, fastest))


def machine(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else f"CPU, {os.cpu_count()} cores"


def read_photos(folder: Path) -> list[Tensor]:
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in {".jpg", ".jpeg"}]
    if not paths:
        raise SystemExit(f"There are no JPEGs in {folder}.")
    return [as_tensor(path.read_bytes()) for path in paths[:MOST_PHOTOS]]


def synthetic_photos() -> list[Tensor]:
    """With about as much detail as photographs have (60 KB each)."""
    chance = torch.Generator().manual_seed(0)
    photos = []
    for _ in range(SYNTHETIC_PHOTOS):
        blobs = torch.randint(0, 256, (100, 118, 3), generator=chance, dtype=torch.uint8)
        jpeg = io.BytesIO()
        image = Image.fromarray(blobs.numpy()).resize((470, 400), Image.Resampling.BICUBIC)
        image.save(jpeg, "JPEG", quality=85)
        photos.append(as_tensor(jpeg.getvalue()))
    return photos


def as_tensor(content: bytes) -> Tensor:
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)


def decode(bench: Bench, photos: list[Tensor], threads: ThreadPoolExecutor) -> float:
    """Photos a second by the quicker way."""
    print(f"decoding, {sum(map(len, photos)) / len(photos) / 1000:.0f} KB a photo")

    def on_cpu() -> int:
        return len(list(threads.map(decoded, photos)))

    rates = [bench.rate("the CPU, all processors", on_cpu)]
    if bench.device == "cuda":
        rates.append(bench.rate("nvJPEG", lambda: len(decoded_on_cuda(photos))))
    return max(rates)


def decoded(photo: Tensor) -> Tensor:
    return decode_jpeg(photo, ImageReadMode.RGB)


def decoded_on_cuda(photos: list[Tensor]) -> list[Tensor]:
    return decode_jpeg(photos, ImageReadMode.RGB, device="cuda")


def limits_of_the_device(bench: Bench) -> tuple[float, float]:
    """Operations a second in bfloat16 (on the CPU in float32), and bytes a second."""
    side = MATRIX_SIDE[bench.device]
    kind = torch.bfloat16 if bench.device == "cuda" else torch.float32
    matrix = torch.randn(side, side, device=bench.device).to(kind)
    place = torch.zeros(COPIED_BYTES[bench.device], dtype=torch.uint8, device=bench.device)
    copy = torch.empty_like(place)

    def multiply() -> int:
        torch.matmul(matrix, matrix)
        return 1

    def move() -> int:
        copy.copy_(place)
        return 1

    flops = bench._measured(multiply) * 2 * side**3
    bytes_per_s = bench._measured(move) * 2 * len(place)
    print(f"the device: {flops / 1e12:.2f} TFLOPS, {bytes_per_s / 1e9:.1f} GB/s")
    return flops, bytes_per_s


def forward(bench: Bench, model: nn.Module, side: int) -> tuple[Forward, float]:
    """The product's way, and the photos a second that it does in the largest batch."""
    product, largest = model, 0.0
    for count in BATCHES[bench.device]:
        pixels = pixels_of(count, side, bench.device)
        model.to(memory_format=torch.contiguous_format)
        for name, run in prepared(model, pixels, bench.device):
            found = bench.rate(f"batches of {count}, {name}", partial(_once, run, pixels))
            if "(the product)" in name:
                product, largest = run, found
    return product, largest


def _once(run: Forward, pixels: Tensor) -> int:
    run(pixels)
    return len(pixels)


Decode = Callable[[Sequence[Tensor]], list[Tensor]]


def overlapped(
    bench: Bench,
    photos: list[Tensor],
    threads: ThreadPoolExecutor,
    run: Forward,
    side: int,
    limit: float,
) -> None:
    """Bytes in memory to embeddings, in the product's way."""
    count = BATCHES[bench.device][-1]
    batches = [photos[start : start + count] for start in range(0, len(photos), count)]
    full = [(batch * count)[:count] for batch in batches]  # whatever there is of photos
    ways: dict[str, Decode] = {"the CPU decodes": lambda batch: [decoded(one) for one in batch]}
    if bench.device == "cuda":
        ways["nvJPEG decodes"] = lambda batch: decoded_on_cuda(list(batch))
    for name, way in ways.items():
        each = partial(squares, way, side, bench.device)
        bench.rate(f"overlapped, {name}", partial(_all_overlapped, each, full, threads, run))
    print(f"  {'limit: the slower of decoding and forward':44} {limit:12.1f} photos/s", flush=True)


def squares(decode_them: Decode, side: int, device: str, batch: Sequence[Tensor]) -> Tensor:
    """Pixels on the device. In a thread, which copies and resizes in a stream of its own."""
    with torch.inference_mode():
        if device == "cpu":
            return _squeezed(decode_them(batch), side)
        with torch.cuda.stream(torch.cuda.Stream()):
            there = [one.pin_memory() if one.is_cpu else one for one in decode_them(batch)]
            pixels = _squeezed([one.to(device, non_blocking=True) for one in there], side)
            torch.cuda.current_stream().synchronize()
            return pixels


def _squeezed(images: Sequence[Tensor], side: int) -> Tensor:
    """(3, H, W) each -> (B, side, side, 3)."""
    resized = [resize(image, [side, side], antialias=True) for image in images]
    return torch.stack(resized).permute(0, 2, 3, 1).contiguous()


def _all_overlapped(
    prepare: Callable[[Sequence[Tensor]], Tensor],
    batches: Sequence[Sequence[Tensor]],
    threads: ThreadPoolExecutor,
    run: Forward,
) -> int:
    coming: deque[Future[Tensor]] = deque()
    left, done = deque(batches), 0
    while left or coming:
        while left and len(coming) <= (os.cpu_count() or 1):
            coming.append(threads.submit(prepare, left.popleft()))
        pixels = coming.popleft().result()
        if pixels.is_cuda:
            pixels.record_stream(torch.cuda.current_stream())
        run(pixels)
        done += len(pixels)
    return done


if __name__ == "__main__":
    main()
