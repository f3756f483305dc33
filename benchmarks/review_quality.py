"""How good the machine's advice to reviewers is, on photos whose folders are the truth.

    python -m benchmarks.review_quality PHOTOS [--record]

PHOTOS holds animals/, vehicles/ (of <label>/) and neither/ (of <anything>/). All goes through the
product's own steps, from the import of a folder on, over an instance of its own and with the real
network. `--record` writes the table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ark-quality-") as home:
        open_instance(home)
        # What needs Django is imported when there is one.
        from benchmarks.quality import measure
        from benchmarks.recording import as_table, record

        rows = measure(options.photos)
    table = as_table(("what", "figure", "required"), rows)
    print(table)
    if options.record:
        record("review quality", "version 1 of the network", table)


def open_instance(home: str) -> None:
    """An empty one, with the network of the default instance if that is there."""
    os.environ.update(ARK_HOME=home, ARK_HTTPS="false", DJANGO_SETTINGS_MODULE="webapp.settings")
    os.environ.pop("DATABASE_URL", None)
    if (ROOT / "models_store" / "1").is_dir():
        os.environ.setdefault("ARK_MODELS_STORE", str(ROOT / "models_store"))
    django.setup()
    from django.core.management import call_command

    logging.disable(logging.WARNING)
    call_command("prepare", verbosity=0)


if __name__ == "__main__":
    main()
