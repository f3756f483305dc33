"""The tables, one file each."""

from recognition.models.api_token import ApiToken
from recognition.models.audit import AuditEvent
from recognition.models.comparison import ComparedPhoto, Comparison
from recognition.models.decision import REVIEWED_VIA, Blind, BulkDecision, Decision, Via
from recognition.models.invitation import Invitation, Role
from recognition.models.job import Job
from recognition.models.label import Kind, Label
from recognition.models.model_version import LiveChange, ModelVersion, View
from recognition.models.outgoing.event import Delivery, OutgoingEvent
from recognition.models.outgoing.receiver import Receiver
from recognition.models.photo import Batch, Photo, Split, split_of
from recognition.models.prediction import ConfidenceBand, Prediction, Review, State, Weight
from recognition.models.profile import Profile
from recognition.models.review import (
    GroupDecision,
    HashRevision,
    LeftOut,
    PhotoNote,
    Promise,
    Question,
    Report,
    ReviewLease,
    Suspect,
)
from recognition.models.subject import Annotation, Subject, Suggestion
from recognition.models.training import (
    DataSet,
    Experiment,
    Mode,
    RunState,
    Stage,
    TrainingEpoch,
    TrainingExample,
    TrainingPolicy,
    TrainingRun,
)
from recognition.models.trash import TrashedPhoto

__all__ = [
    "REVIEWED_VIA",
    "Annotation",
    "ApiToken",
    "AuditEvent",
    "Batch",
    "Blind",
    "BulkDecision",
    "ComparedPhoto",
    "Comparison",
    "ConfidenceBand",
    "DataSet",
    "Decision",
    "Delivery",
    "Experiment",
    "GroupDecision",
    "HashRevision",
    "Invitation",
    "Job",
    "Kind",
    "Label",
    "LeftOut",
    "LiveChange",
    "Mode",
    "ModelVersion",
    "OutgoingEvent",
    "Photo",
    "PhotoNote",
    "Prediction",
    "Profile",
    "Promise",
    "Question",
    "Receiver",
    "Report",
    "Review",
    "ReviewLease",
    "Role",
    "RunState",
    "Split",
    "Stage",
    "State",
    "Subject",
    "Suggestion",
    "Suspect",
    "TrainingEpoch",
    "TrainingExample",
    "TrainingPolicy",
    "TrainingRun",
    "TrashedPhoto",
    "Via",
    "View",
    "Weight",
    "split_of",
]
