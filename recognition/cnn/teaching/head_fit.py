"""The fit behind teaching: cross-entropy on labelled photos, L2-SP, and a distillation loss."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from recognition.cnn.head import GroupedHead, log_sum_exp_by_group
from recognition.cnn.taxonomy import NEITHER, Label
from recognition.cnn.teaching.anchors import general_mean, imagine, looks_like
from recognition.cnn.teaching.expansion import descendants, nearest_known

# Directions in which the photos hardly differ teach nothing and cost time.
_MOST_DIRECTIONS = 640
_SMALLEST_SCALE = 1e-3
# A class that no photo looks like is left as it is.
_SMALLEST_POSTERIOR = 1e-3
# New classes have nothing to forget: a share of the strength, and a bias of their own.
_STRENGTH_SHARE_OF_NEW_CLASSES = 0.1
_BIAS_SCALE = 2.0
_SMALLEST_PROBABILITY = 1e-30
# An old answer below this is not worth keeping.
_SURE = 0.5
_MAX_ANCHORS = 500
# Steps that L-BFGS remembers, each in two copies of the change; PyTorch's 100 lead no further.
_HISTORY = 10


class HeadFit:
    """Minimises, over a change of the head's rows,

        mean over the labelled photos of -log P(label or below)
        + lambda * ||change||^2
        + mean over the unlabelled anchors of KL(old answer || new answer).

    Lambda is the L2-SP strength: the penalty is on the distance from the starting point (Li,
    Grandvalet and Davoine 2018, arXiv:1802.01483). The last term is the distillation loss against
    forgetting (Li and Hoiem 2016, arXiv:1606.09282).

    The change acts on embeddings less their mean, so that it cannot make some labels likelier
    in general: an unweighted bias would be paid for by `neither`, of which there is no photo.
    """

    def __init__(
        self,
        head: GroupedHead,
        labels: tuple[Label, ...],
        known: int,
        labelled: Tensor,
        targets: Tensor,
        anchors: Tensor,
    ) -> None:
        """head: with a class for each of `labels`; the first `known` of them are the parent's.

        labelled (N, D), targets (N,) indices into labels, anchors (M, D).
        """
        self.head, self.labels = head, labels
        self.known, self.old_of_new = known, nearest_known(labels, known)
        self.mean = general_mean(labelled, targets, anchors)
        anchors = anchors[~looks_like(anchors, labelled[targets >= known])]
        anchors = anchors[self._is_worth_keeping(anchors, targets)][:_MAX_ANCHORS]
        imagined = imagine(head.fine.weight.detach()[: _old_classes(labels, known)], labelled)
        self.labelled, self.anchors = len(labelled), len(anchors)
        photos = torch.cat([labelled, anchors, imagined])
        self.basis = _basis(photos - self.mean)
        self.below = descendants(labels)[targets]
        new = [label.classes[0] for label in labels[known:]]
        self.new_classes = torch.tensor(new, dtype=torch.int64)
        logits = self._logits(photos)
        self.old_answers = self._old_answers(logits[self.labelled :])
        self._split_classes(logits)
        self.coordinates = (photos - self.mean) @ self.basis

    def _is_worth_keeping(self, anchors: Tensor, targets: Tensor) -> Tensor:
        """Which old answers (M,) are kept: sure ones, of labels nobody taught.

        A label that is taught has labelled photos of its own, and is taught because some of its
        old answers are wrong.
        """
        confidence, answer = self._old_answers(self._logits(anchors)).exp().max(1)
        taught = self.old_of_new[targets].sum(0) > 0
        for index, label in enumerate(self.labels[: self.known]):
            taught[index] &= label.kind != NEITHER
        return (confidence >= _SURE) & ~taught[answer]

    def _old_answers(self, logits: Tensor) -> Tensor:
        """The parent's log-probabilities (N, known labels)."""
        old = _old_classes(self.labels, self.known)
        membership = self.head.membership[:old, : self.known]
        return log_sum_exp_by_group(logits[:, :old], membership).log_softmax(1)

    def _logits(self, photos: Tensor) -> Tensor:
        with torch.no_grad():
            fine: Tensor = self.head.fine(photos)
        return fine / self.head.temperature + self.head.log_class_weights

    def _split_classes(self, logits: Tensor) -> None:
        active = logits.softmax(1).amax(0) > _SMALLEST_POSTERIOR
        active[self.new_classes] = True
        self.active = active.nonzero()[:, 0]
        self.logits = logits[:, active]
        self.membership = self.head.membership[active]
        self.is_new = torch.isin(self.active, self.new_classes)
        self.rest = log_sum_exp_by_group(logits[:, ~active], self.head.membership[~active])

    def solve(
        self,
        strength: float,
        weights: Tensor,
        start: Tensor | None,
        iterations: int,
        on_call: Callable[[], None],
    ) -> Tensor:
        """The best change (active classes, directions + 1), by L-BFGS.

        strength: lambda; weights (N,) of the labelled photos, 0 leaves one out.
        """
        size = (len(self.active), self.basis.shape[1] + 1)
        change = (torch.zeros(size) if start is None else start.clone()).requires_grad_()
        optimiser = torch.optim.LBFGS(
            [change],
            max_iter=iterations,
            tolerance_change=1e-7,
            history_size=_HISTORY,
            line_search_fn="strong_wolfe",
        )

        def closure() -> Tensor:
            on_call()
            optimiser.zero_grad()
            loss = self._loss(change, strength, weights / weights.sum())
            loss.backward()
            return loss

        optimiser.step(closure)
        return change.detach()

    def _loss(self, change: Tensor, strength: float, weights: Tensor) -> Tensor:
        fine = self.logits + self.coordinates @ change[:, :-1].T / self.head.temperature
        fine = fine + _BIAS_SCALE * change[:, -1] * self.is_new
        answers = log_sum_exp_by_group(fine, self.membership, self.rest).log_softmax(1)
        right = (answers[: self.labelled].exp() * self.below).sum(1)
        loss = -(weights * right.clamp_min(_SMALLEST_PROBABILITY).log()).sum()
        of_new = strength * _STRENGTH_SHARE_OF_NEW_CLASSES
        strengths = torch.where(self.is_new, of_new, strength)
        loss = loss + (strengths[:, None] * change.square()).sum()
        if len(self.old_answers):
            new = answers[self.labelled :].exp() @ self.old_of_new
            difference = self.old_answers - new.clamp_min(_SMALLEST_PROBABILITY).log()
            loss = loss + (self.old_answers.exp() * difference).sum(1).mean()  # the distillation
        return loss

    def rows(self, change: Tensor) -> tuple[Tensor, Tensor]:
        """The head's weight (classes, D) and bias (classes,) after a change."""
        weight, bias = self.head.fine.weight.detach().clone(), self.head.fine.bias.detach().clone()
        difference = change[:, :-1] @ self.basis.T
        own_bias = _BIAS_SCALE * change[:, -1] * self.is_new * self.head.temperature
        weight[self.active] += difference
        bias[self.active] += own_bias - difference @ self.mean
        return weight, bias


def _old_classes(labels: tuple[Label, ...], known: int) -> int:
    return sum(len(label.classes) for label in labels[:known])


def _basis(centred: Tensor) -> Tensor:
    """Orthonormal directions (D, directions) in which the photos (N, D) differ most."""
    values, vectors = torch.linalg.eigh(centred.T @ centred)
    kept: Tensor = vectors[:, values > values[-1] * _SMALLEST_SCALE**2]
    return kept[:, -_MOST_DIRECTIONS:]
