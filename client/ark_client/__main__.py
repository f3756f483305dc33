"""On the command line: `ark-client upload PHOTOS... > results.csv`."""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from pathlib import Path

import requests

from ark_client.client import Ark, files_in
from ark_client.errors import ArkError
from ark_client.results import Photo

HEAD = ("file", "id", "state", "label", "confidence", "error")
# Full-width signs too, which spreadsheets for Chinese and Japanese take for formulas.
_FORMULA = re.compile("[\\s\u200b\ufeff]*[=+\\-@＝＋－＠﹦﹢﹣﹫\t\r\n]")


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 1 if anything was refused."""
    options = _parser().parse_args(arguments)
    if not options.url or not options.token:
        sys.exit("Give --url and --token, or set ARK_URL and ARK_TOKEN.")
    paths = [file for path in options.photos for file in _files(path)]
    table = csv.writer(sys.stdout)
    table.writerow(HEAD)
    refused = 0
    try:
        for path, outcome in Ark(options.url, options.token).upload_many(paths, options.label):
            refused += isinstance(outcome, ArkError)
            table.writerow([_no_formula(str(cell)) for cell in (path, *_cells(outcome))])
    except requests.RequestException as error:
        sys.exit(f"The server cannot be reached: {error}")
    return 1 if refused else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ark-client", description=__doc__)
    upload = parser.add_subparsers(required=True).add_parser(
        "upload", help="upload photos, and write what the network says of each as CSV"
    )
    upload.add_argument("photos", nargs="+", type=Path, help="files or folders")
    upload.add_argument("--label", default="", help="what all of them show (reviewers only)")
    upload.add_argument("--url", default=os.environ.get("ARK_URL"), help="of the server")
    upload.add_argument("--token", default=os.environ.get("ARK_TOKEN"), help="see ARK_TOKEN")
    return parser


def _files(path: Path) -> list[Path]:
    return list(files_in(path)) if path.is_dir() else [path]


def _cells(outcome: Photo | ArkError) -> tuple[object, ...]:
    if isinstance(outcome, ArkError):
        return "", "refused", "", "", outcome.detail
    said = outcome.prediction
    label, confidence = (said.label, f"{said.confidence:.3f}") if said else ("", "")
    return outcome.id, outcome.state, label, confidence, outcome.error or ""


def _no_formula(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would run: photos are called anything."""
    return "'" + cell if _FORMULA.match(cell) else cell


if __name__ == "__main__":
    sys.exit(main())
