"""The benchmark of GPUs runs without one, as far as it can, and says what it leaves out."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.cnn import gpu_forms
from tests.support import drills
from webapp.home import BASE_DIR


@drills.only_long
def test_it_runs_on_a_cpu_in_a_process_without_django() -> None:
    program = """
import runpy, sys
sys.modules["django"] = None
sys.argv = ["gpu.py", "--device", "cpu", "--seconds", "0"]
runpy.run_path("benchmarks/cnn/gpu.py", run_name="__main__")
"""
    said = subprocess.check_output([sys.executable, "-c", program], cwd=BASE_DIR, text=True)
    assert "left out: nvJPEG, CUDA graphs" in said
    assert "failed" not in said
    for name in ("EfficientNet-Lite0", "NanoDet-g"):
        one = said[said.index(name) :]
        assert "limit by arithmetic" in one
        assert "bfloat16, channels last (the product)" in one
        assert "overlapped, the CPU decodes" in one


def test_without_timm_there_are_networks_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "recognition.cnn.networks.catalogue", None)
    assert len(gpu_forms.networks("cpu")) == 2
    assert "Without" in capsys.readouterr().out


def test_what_there_is_no_time_for_is_named() -> None:
    command = [sys.executable, "benchmarks/cnn/gpu.py", "--device", "cpu", "--within", "0"]
    said = subprocess.check_output(command, cwd=BASE_DIR, text=True)
    assert "not tried: no time left" in said
