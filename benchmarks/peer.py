"""The peer that Ark is measured against: LitServe with the same network on OpenVINO.

It decodes and predicts, and stores nothing. It runs in an environment of its own:
`.venv-peer/bin/python -m benchmarks.peer FOLDER PORT [tuned]`. As it comes, it decodes with Pillow
as everybody does and predicts one request after the other, LitServe's default. Tuned, it has every
advantage that Ark has: Ark's decoding, and batches.
"""

import sys
from pathlib import Path
from typing import Any

import litserve
import numpy as np
import openvino
from fastapi import Request  # LitServe reads this annotation: no strings
from PIL import Image

from recognition.cnn.manifest import read_manifest
from recognition.cnn.pixels.preprocessing import load_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS


class PhotoApi(litserve.LitAPI):
    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(**options)
        self.folder = folder

    def setup(self, device: str) -> None:
        self.manifest = read_manifest(self.folder)
        core = openvino.Core()
        has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        precision = "bf16" if has_bfloat16 else "f32"
        self.network = core.compile_model(
            core.read_model(self.folder / "openvino.xml"),
            "CPU",
            {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision},
        )

    def decode_request(self, request: Request) -> np.ndarray:
        recipe = self.manifest.preprocessing
        image = Image.open(request["image"].file).convert("RGB")
        scale = recipe.resize / min(image.size)
        width, height = (round(side * scale) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BICUBIC)
        left, top = (width - recipe.crop) // 2, (height - recipe.crop) // 2
        return np.asarray(image.crop((left, top, left + recipe.crop, top + recipe.crop)))

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        return self.network(pixels[None])[0][0]

    def encode_response(self, output: np.ndarray) -> dict[str, Any]:
        best = np.argsort(output)[::-1][:5]
        labels = self.manifest.labels
        return {
            "top": [{"label": labels[i].slug, "confidence": float(np.exp(output[i]))} for i in best]
        }


class TunedPhotoApi(PhotoApi):
    def decode_request(self, request: Request) -> np.ndarray:
        image = request["image"].file.read()
        return load_pixels(image, self.manifest.preprocessing, DEFAULT_MAX_PIXELS)

    def batch(self, inputs: list[np.ndarray]) -> np.ndarray:
        return np.stack(inputs)

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        return self.network(pixels)[0]

    def unbatch(self, output: np.ndarray) -> list[np.ndarray]:
        return list(output)


if __name__ == "__main__":
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    if "tuned" in sys.argv[3:]:
        # What arrives within 2 ms: the fastest of the settings tried for many clients.
        api: PhotoApi = TunedPhotoApi(folder, max_batch_size=16, batch_timeout=0.002)
    else:
        api = PhotoApi(folder)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=port, generate_client_file=False, log_level="warning")
