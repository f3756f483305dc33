"""The network that training begins with, and what it must not forget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recognition.cnn.manifest import SUBJECTS, Manifest
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.checkpoint import build_network, load_network
from recognition.cnn.taxonomy import Label
from recognition.cnn.teaching.expansion import nearest_known
from recognition.cnn.teaching.teach import Examples, teach
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.inference import answer
from recognition.cnn.training.job import Job


@dataclass(frozen=True)
class Start:
    """A network with what it is to be called, on the CPU.

    parent_answers: float32 (examples, N): the probabilities that the parent gives its N labels,
        for the unlabelled anchors; zeros in other rows. None if there are none.
    parent_groups: float32 (classes, N): which classes now belong to which of the parent's labels.
    """

    manifest: Manifest
    model: Recogniser
    parent_answers: Tensor | None = None
    parent_groups: Tensor | None = None


def start(job: Job, data: Data, device: torch.device) -> Start:
    """Raises CorruptCheckpoint if the parent is not as it was saved, ValueError for wrong
    network options."""
    return _from_scratch(job) if job.parent is None else _from_parent(job, job.parent, data, device)


def _from_scratch(job: Job) -> Start:
    """One class a label, all equally likely."""
    manifest = Manifest(
        name=job.name,
        network=job.network,
        preprocessing=NETWORKS[job.network].preprocessing,
        temperature=1.0,
        labels=tuple(replace(label, classes=(row,)) for row, label in enumerate(job.labels)),
        fine_names=tuple(label.name_en for label in job.labels),
        class_weights=(1.0,) * len(job.labels),
        network_options=job.network_options,
        view=SUBJECTS,
    )
    torch.manual_seed(job.parameters.seed)
    return Start(manifest, build_network(manifest))


def _from_parent(job: Job, folder: Path, data: Data, device: torch.device) -> Start:
    """The parent with a taught head: where the head fits already, the first steps distort the
    backbone's features less (Kumar et al. 2022, arXiv:2202.10054)."""
    parent, model = load_network(folder)
    labels = _with_classes(job.labels, parent.labels)
    rows = [*data.train, *data.anchors]
    embeddings = answer(model.to(device), data, rows, device).embeddings
    model.cpu()
    train, anchors = np.split(embeddings, [len(data.train)])
    # Teaching ends with a fit to the validation photos too, by which the epochs are to be judged.
    nothing = Examples(train[:0], _truths(data, []))
    examples = Examples(train, _truths(data, data.train))
    taught = teach(parent, model.head, labels, examples, nothing, anchors, job.parameters.seed)
    answers = _parent_answers(model, anchors, data)
    model.head = taught.head
    groups = None
    if data.anchors:
        groups = taught.head.membership @ nearest_known(labels, len(parent.labels))
    manifest = replace(taught.manifest, name=job.name, parent_sha256=job.parent_sha256)
    return Start(manifest, model, answers, groups)


def _with_classes(asked: tuple[Label, ...], known: tuple[Label, ...]) -> tuple[Label, ...]:
    """The labels asked for, the parent's with their classes."""
    if [label.slug for label in asked[: len(known)]] != [label.slug for label in known]:
        raise ValueError("labels: the parent's must come first, in its order")
    return (*known, *asked[len(known) :])


def _truths(data: Data, rows: list[int]) -> npt.NDArray[np.int64]:
    return data.truths[rows].numpy()


@torch.no_grad()
def _parent_answers(
    model: Recogniser, anchors: npt.NDArray[np.float32], data: Data
) -> Tensor | None:
    if not data.anchors:
        return None
    log_probabilities, _ = model.head(torch.from_numpy(anchors))
    answers = torch.zeros(len(data.truths), log_probabilities.shape[1])
    answers[data.anchors] = log_probabilities.exp()
    return answers
