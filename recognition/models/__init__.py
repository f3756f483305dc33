"""The tables, one file each."""

from recognition.models.label import Kind, Label
from recognition.models.model_version import LiveChange, ModelVersion
from recognition.models.photo import Batch, Photo
from recognition.models.prediction import ConfidenceBand, Prediction, State

__all__ = [
    "Batch",
    "ConfidenceBand",
    "Kind",
    "Label",
    "LiveChange",
    "ModelVersion",
    "Photo",
    "Prediction",
    "State",
]
