"""`python -m recognition.cnn.diagrams`: write how each network is built, for pages."""

from __future__ import annotations

from recognition.cnn.diagrams.stored import FOLDER
from recognition.cnn.diagrams.writing import all_diagrams, as_text

FOLDER.mkdir(exist_ok=True)
for name, fields in all_diagrams():
    (FOLDER / f"{name}.json").write_text(as_text(fields), encoding="utf-8")
