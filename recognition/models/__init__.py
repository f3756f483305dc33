"""The tables, one file each."""

from recognition.models.decision import REVIEWED_VIA, BulkDecision, Decision, Via
from recognition.models.label import Kind, Label
from recognition.models.model_version import LiveChange, ModelVersion
from recognition.models.photo import Batch, Photo, Split, split_of
from recognition.models.prediction import ConfidenceBand, Prediction, Review, State
from recognition.models.review import Promise, Report, ReviewLease, Suspect
from recognition.models.training import TrainingExample, TrainingRun

__all__ = [
    "REVIEWED_VIA",
    "Batch",
    "BulkDecision",
    "ConfidenceBand",
    "Decision",
    "Kind",
    "Label",
    "LiveChange",
    "ModelVersion",
    "Photo",
    "Prediction",
    "Promise",
    "Report",
    "Review",
    "ReviewLease",
    "Split",
    "State",
    "Suspect",
    "TrainingExample",
    "TrainingRun",
    "Via",
    "split_of",
]
