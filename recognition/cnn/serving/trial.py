"""`python -m recognition.cnn.serving.trial MAX_MB TIMEOUT_S FOLDER ENGINE`: does a version answer a
photo as the predictor would have it? Asked before it goes live, in a process of its own
(`limited_process.py`), for a version that cannot answer would stop everything.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from recognition.cnn import limited_process
from recognition.cnn.engines import BrokenEngine
from recognition.cnn.limited_process import Refused
from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.serving.answers import Answer


def try_out(folder: Path, engine: str) -> dict[str, Any]:
    """Raises Refused."""
    from recognition.cnn.serving.classifier import Classifier

    try:
        with Classifier.load(folder, engine, "cpu", warm_up=()) as classifier:
            side = classifier.manifest.preprocessing.crop
            [answer] = classifier.predict([_picture(side)])
    except (CorruptCheckpoint, BrokenEngine, ValueError, LookupError) as error:
        raise Refused("wrong_answers", f"{error}") from error
    if not isinstance(answer, Answer):
        raise Refused("wrong_answers", str(answer))
    return {"label": answer.label, "fine": answer.fine, "confidence": answer.confidence}


def _picture(side: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(reference_pixels(side)[0]).save(file, "PNG")
    return file.getvalue()


def _main(arguments: list[str]) -> dict[str, Any]:
    folder, engine = arguments
    return try_out(Path(folder), engine)


if __name__ == "__main__":
    limited_process.main(_main)
