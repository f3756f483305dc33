"""Writes the digits that the laboratory's network learns: `.venv/bin/python bin/lab_digits.py`.

They are a part of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak; UCI Machine
Learning Repository, 1998; CC BY 4.0), as scikit-learn ships it: 8 x 8 pixels of 0 to 16, one
character each.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

from sklearn.datasets import load_digits

TARGET = Path(__file__).parents[1] / "static" / "lab" / "learning" / "digits.json"
SHADES = "0123456789abcdefg"
TRAINING, TEST = 500, 200
SOURCE = "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI, 1998"


def main() -> None:
    images, labels = load_digits(return_X_y=True)
    chosen = random.Random(1).sample(range(len(labels)), TRAINING + TEST)  # noqa: S311 - no secret
    pictures = ["".join(SHADES[int(shade)] for shade in images[at]) for at in chosen]
    content = {
        "source": SOURCE,
        "licence": "CC BY 4.0",
        "training": TRAINING,
        "labels": "".join(str(labels[at]) for at in chosen),
        "pictures": pictures,
    }
    TARGET.write_text(json.dumps(content, indent=0) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
