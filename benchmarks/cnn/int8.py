"""Whether a quantised graph would pay on this machine: int8 beside bfloat16 and float32.

    python -m benchmarks.cnn.int8 models_store/1 PHOTOS [--finder models_store/finder]

Needs `nncf` (pip install nncf; Apache License 2.0), which Ark itself does not. The graph of a
version is quantised after training (NNCF, calibrated on --calibrate photos, with each of its two
presets) and compared with the same graph as Ark runs it, on the photos that were not used for that:
how often the label is the same, how alike the embeddings are (median cosine), and how much quicker
it is in batches of 1 and 16. The engines take turns, because machines drift, each in one thread, so
that its processor time means something whatever else the machine does; medians.
A finder agrees in a photo in which it finds the same classes, each with an overlap of 0.5 or more.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino

from benchmarks.corpus import paths
from benchmarks.recording import as_table
from recognition.cnn.finder.detections import Detections, detections
from recognition.cnn.finder.manifest import verify_finder
from recognition.cnn.manifest import GRAPH_CONSTANTS_NAME, GRAPH_NAME, verify
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoding import load_upright_rgb
from recognition.cnn.pixels.preprocessing import Preprocessing, load_pixels, subject_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS, UnreadablePhoto
from recognition.cnn.store.graph import EMBEDDINGS

Pixels = npt.NDArray[np.uint8]
Answers = list[npt.NDArray[np.float32]]
BATCHES = (1, 16)
ROUNDS = 15
PRECISIONS = ("f32", "bf16")
PRESETS = ("mixed", "performance")
AT_LEAST, AT_LEAST_THE_SAME = 1.3, 0.99
WHOLE = Box(0.0, 0.0, 1.0, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("version", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--finder", type=Path)
    parser.add_argument("--calibrate", type=int, default=300)
    parser.add_argument("--most", type=int, default=1200, help="photos altogether")
    options = parser.parse_args()
    files = [file for file in paths(options.photos) if "nasty" not in file.parts]
    random.Random(0).shuffle(files)
    print(f"{_processor()}\n")
    preprocessing = verify(options.version).preprocessing
    pixels = squares(files[: options.most], lambda file: _as_a_network_sees(file, preprocessing))
    compare(options.version, pixels, options.calibrate, same_label)
    if options.finder:
        side = verify_finder(options.finder).side
        pixels = squares(files[: options.most // 2], lambda file: _as_a_finder_sees(file, side))
        compare(options.finder, pixels, options.calibrate, same_subjects)


def squares(files: Sequence[Path], read: Callable[[Path], Pixels]) -> Pixels:
    """Those that can be read, (N, side, side, 3)."""
    found = []
    for file in files:
        try:
            found.append(read(file))
        except (UnreadablePhoto, OSError) as error:
            print(f"left out: {file.name}: {error}")
    return np.stack(found)


def compare(
    folder: Path, pixels: Pixels, calibrate: int, same: Callable[[Answers, Answers, float], float]
) -> None:
    """same: of two engines' answers to all held-out photos, the share that is the same."""
    core = openvino.Core()
    graph = core.read_model(folder / GRAPH_NAME, folder / GRAPH_CONSTANTS_NAME)
    held_out, side = pixels[calibrate:], float(pixels.shape[1])
    engines = {name: _compiled(core, graph, name) for name in PRECISIONS}
    for preset in PRESETS:
        quantised = quantise(graph, pixels[:calibrate], preset)
        engines[f"int8, {preset}"] = _compiled(core, quantised, "bf16")
    answers = {name: _answers(engine, held_out) for name, engine in engines.items()}
    taken = {size: side_by_side(engines, held_out[:size]) for size in BATCHES}
    rows = []
    for name, answer in answers.items():
        each_ms = [taken[size][name] for size in BATCHES]
        faster = [taken[size]["bf16"] / taken[size][name] for size in BATCHES]
        shares = [same(answers[before], answer, side) for before in ("bf16", "f32")]
        alike = _alike(answers["f32"], answer) if len(answer) > EMBEDDINGS else ""
        pays = min(faster) >= AT_LEAST and min(shares) >= AT_LEAST_THE_SAME
        said = [f"{ms:.2f} ms, {ratio:.2f}" for ms, ratio in zip(each_ms, faster, strict=True)]
        said += [f"{share:.1%}" for share in shares]
        rows.append((name, *said, alike, ("yes" if pays else "no") if "int8" in name else ""))
    head = ("engine", *(f"batch {size}, bf16 / it" for size in BATCHES))
    print(f"{folder}: calibrated on {calibrate}, compared on {len(held_out)}\n")
    print(as_table((*head, "as bf16", "as f32", "embeddings", "pays"), rows), end="\n\n")


def _alike(before: Answers, after: Answers) -> str:
    one, two = before[EMBEDDINGS], after[EMBEDDINGS]
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return f"{np.median((one * two).sum(axis=1) / lengths):.4f}"


def quantise(graph: Any, calibration: Pixels, preset: str) -> Any:
    try:
        import nncf
    except ImportError as error:
        raise SystemExit("nncf is not installed: pip install nncf") from error
    samples = nncf.Dataset([photo[None] for photo in calibration])
    return nncf.quantize(
        graph, samples, preset=nncf.QuantizationPreset(preset), subset_size=len(calibration)
    )


def _compiled(core: Any, graph: Any, precision: str) -> Any:
    options = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": 1,
    }
    return core.compile_model(graph, "CPU", options).create_infer_request()


def _answers(engine: Any, pixels: Pixels) -> Answers:
    """Each output for all photos."""
    found: dict[int, list[npt.NDArray[np.float32]]] = defaultdict(list)
    for first in range(0, len(pixels), 16):
        results = engine.infer({0: pixels[first : first + 16]}, share_inputs=True)
        for place in range(len(results)):
            found[place].append(results[place].copy())
    return [np.concatenate(parts) for parts in found.values()]


def same_label(before: Answers, after: Answers, _side: float) -> float:
    return float((before[0].argmax(axis=1) == after[0].argmax(axis=1)).mean())


def same_subjects(before: Answers, after: Answers, side: float) -> float:
    def found(answer: Answers) -> list[Detections]:
        return [detections(scores, boxes / side) for scores, boxes in zip(*answer, strict=True)]

    pairs = zip(found(before), found(after), strict=True)
    return statistics.fmean(_finds_the_same(first, second) for first, second in pairs)


def _finds_the_same(before: Detections, after: Detections) -> bool:
    """Of what is likely enough to matter."""
    left = [row for row in range(len(after.scores)) if after.scores[row] >= 0.3]
    for row in range(len(before.scores)):
        if before.scores[row] < 0.3:
            continue
        partner = next((other for other in left if _is_same(before, row, after, other)), None)
        if partner is None:
            return False
        left.remove(partner)
    return not left


def _is_same(before: Detections, row: int, after: Detections, other: int) -> bool:
    one, two = before.boxes[row], after.boxes[other]
    sides = np.clip(np.minimum(one[2:], two[2:]) - np.maximum(one[:2], two[:2]), 0, None)
    areas = (one[2:] - one[:2]).prod() + (two[2:] - two[:2]).prod()
    overlap = sides.prod() / max(areas - sides.prod(), 1e-12)
    return bool(before.classes[row] == after.classes[other] and overlap >= 0.5)


def side_by_side(engines: dict[str, Any], batch: Pixels) -> dict[str, float]:
    """Median milliseconds of processor time a photo."""
    taken_ms: dict[str, list[float]] = defaultdict(list)
    times = max(1, 32 // len(batch))
    for number in range(ROUNDS + 1):
        for name, engine in engines.items():
            started_s = time.process_time()
            for _ in range(times):
                engine.infer({0: batch}, share_inputs=True)
            if number:  # the first round warms up
                taken_s = time.process_time() - started_s
                taken_ms[name].append(1000 * taken_s / times / len(batch))
    return {name: statistics.median(rounds) for name, rounds in taken_ms.items()}


def _as_a_network_sees(file: Path, preprocessing: Preprocessing) -> Pixels:
    return load_pixels(file, preprocessing, DEFAULT_MAX_PIXELS)


def _as_a_finder_sees(file: Path, side: int) -> Pixels:
    image = load_upright_rgb(file, side, DEFAULT_MAX_PIXELS)
    square = Preprocessing(side, side, "bilinear", 0.0, 1.0)
    return subject_pixels(image, WHOLE, square)


def _processor() -> str:
    """Its name, and which instructions for int8 and bfloat16 it has."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    said = dict(line.split(":", 1) for line in lines if ":" in line)
    said = {name.strip(): value.strip() for name, value in said.items()}
    wanted = {"avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"}
    has = sorted(wanted & set(said.get("flags", "").split()))
    return f"{said.get('model name', '?')}, {os.cpu_count()} cores: {', '.join(has) or 'neither'}"


if __name__ == "__main__":
    main()
