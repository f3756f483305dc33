"""The bill of materials is valid, and names every pin."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from webapp.home import BASE_DIR

_PIN = re.compile(r"^([a-zA-Z0-9._-]+)(?:\[[^]]*\])?==([^ ;#\\]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sbom") / "sbom.json"
    program = Path(sys.executable).parent / "cyclonedx-py"
    asked = ["requirements", "requirements.lock", "--pyproject", "pyproject.toml"]
    written = ["--output-reproducible", "--of", "JSON", "--output-file", str(path)]
    subprocess.run([program, *asked, *written], cwd=BASE_DIR, check=True, capture_output=True)
    return path


def test_it_is_valid(bill: Path) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.read_text()) is None


def test_it_names_every_pin(bill: Path) -> None:
    components = json.loads(bill.read_text())["components"]
    named = {(part["name"].lower(), part["version"]) for part in components}
    lock = (BASE_DIR / "requirements.lock").read_text()
    pins = {(name.lower(), version) for name, version in _PIN.findall(lock)}
    assert len(pins) > 50
    assert pins <= named
    assert json.loads(bill.read_text())["metadata"]["component"]["name"] == "ark"
