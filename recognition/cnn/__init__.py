"""The pure room: PyTorch, OpenVINO, Pillow and NumPy; knows no Django."""

import sys

# OpenVINO would report each import and conversion to its makers, unless it finds no reporter.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
