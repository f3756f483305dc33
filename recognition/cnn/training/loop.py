"""The training loop: epochs, steps and checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn

from recognition.cnn.recogniser import Recogniser
from recognition.cnn.training import distributed, process
from recognition.cnn.training.checkpoints import (
    Progress,
    load_checkpoint,
    save_best,
    save_checkpoint,
)
from recognition.cnn.training.data.batches import epoch_batches, loaded, micro_batches
from recognition.cnn.training.data.dataset import Data, Pixels
from recognition.cnn.training.events import emit, emit_progress
from recognition.cnn.training.inference import judge
from recognition.cnn.training.job import CannotTrain, Job
from recognition.cnn.training.loss import Loss
from recognition.cnn.training.optimisation.ema import Ema
from recognition.cnn.training.optimisation.optimiser import (
    freeze,
    learning_rate,
    make_optimiser,
    train_mode,
)
from recognition.cnn.training.start import Start

CHECKPOINT_EVERY_S = 30.0
# Shares of the progress that people see; measuring is the rest.
READING, TRAINING = 0.05, 0.9
_LONGEST_GRADIENT = 5.0


def own_share(rows: list[int]) -> Sequence[int]:
    """What of a batch this process computes; never nothing, for all compute together. What it has
    only for that does not count (`train_step`)."""
    return distributed.share(rows) or rows[:1]


class Forward(nn.Module):
    """Pixels to fine logits: the backbone in bfloat16 if `half`, the head in float32."""

    def __init__(self, model: Recogniser, half: bool) -> None:
        super().__init__()
        self.model = model
        self._half = half

    def forward(self, pixels: Tensor) -> Tensor:
        with torch.autocast(pixels.device.type, torch.bfloat16, enabled=self._half):
            embeddings = self.model.embed(pixels)
        fine_logits: Tensor = self.model.head.fine(embeddings.float())
        return fine_logits


class Training:
    """One attempt to train a network; `train` is the loop.

    micro_batch_size: photos that go through the network at once.
    """

    def __init__(
        self, job: Job, data: Data, start: Start, micro_batch_size: int, device: torch.device
    ) -> None:
        self.job, self.parameters = job, job.parameters
        self.data, self.device, self.micro_batch_size = data, device, micro_batch_size
        self.half = process.computes_in_half(device)
        self.model = start.model.to(device).to(memory_format=torch.channels_last)
        freeze(self.model, self.parameters.trainable)
        self.forward = distributed.wrap(Forward(self.model, self.half))
        self.ema = Ema(self.model, self.parameters.ema_decay)
        self.optimiser = make_optimiser(self.model, self.parameters)
        self.loss = Loss(start, data, self.parameters).to(device)
        self.steps_an_epoch = len(self.batches(epoch=0))
        self.progress = Progress()

    def train(self) -> None:
        """Train until the last epoch, until patience runs out, or until somebody asks to finish.
        Then the best epoch's weights are in the run's folder."""
        self.progress = load_checkpoint(self.job.folder, self.model, self.ema, self.optimiser)
        if self.progress.epoch or self.progress.step:
            emit("note", code="resumed", epoch=self.progress.epoch + 1)
        while self.progress.epoch < self.parameters.epochs:
            if self.is_stale() or not self.train_epoch():
                return
            self.judge_epoch()
            self.save()

    def train_epoch(self) -> bool:
        """All its steps, starting from the last checkpoint; False if it must finish now."""
        train_mode(self.model, moving_statistics=self.job.mode == "from_scratch")
        saved_s = time.monotonic()
        batches = self.batches(self.progress.epoch)[self.progress.step :]
        parts = [micro_batches(own_share(rows), self.micro_batch_size) for rows in batches]
        pixels = loaded(list(chain(*parts)), self.augmented, self.data.pool)
        for batch, parts_of_batch in zip(batches, parts, strict=True):
            if distributed.agree(self.job.must_finish, self.device):
                return False
            self.train_step(len(batch), parts_of_batch, pixels)
            if time.monotonic() - saved_s > CHECKPOINT_EVERY_S:
                self.save()
                saved_s = time.monotonic()
        return True

    def train_step(
        self, size: int, parts: list[list[int]], pixels: Iterator[tuple[list[int], Pixels]]
    ) -> None:
        """Forward, backward, update: one batch, in micro-batches.

        size: of the whole batch, over all processes; parts: rows of each micro-batch; pixels: what
        the network sees of each.
        """
        started_s = time.perf_counter()
        progress = self.progress
        step = progress.epoch * self.steps_an_epoch + progress.step
        self.seed_step(step)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.parameters, step, self.steps_an_epoch)
        self.optimiser.zero_grad()
        loss_sum = 0.0
        for number, part in enumerate(parts):
            seen, part_pixels = next(pixels)
            with self.no_sync(number < len(parts) - 1):
                mean = self.mean_loss(part_pixels, torch.tensor(seen, device=self.device))
                # Gradients are averaged over processes, and each has only its share of the batch.
                weight = len(part) if distributed.rank() < size else 0
                (mean * weight * distributed.world_size() / size).backward()
            loss_sum += float(mean.detach()) * weight
        progress.loss_sum += distributed.total([loss_sum], self.device)[0]
        progress.seen += size
        nn.utils.clip_grad_norm_(self.model.parameters(), _LONGEST_GRADIENT)
        self.optimiser.step()
        self.ema.update(self.model, step)
        progress.step += 1
        progress.seconds += time.perf_counter() - started_s
        self.emit_progress(step + 1)

    def mean_loss(self, pixels: Pixels, rows: Tensor) -> Tensor:
        on_device = torch.from_numpy(pixels).to(self.device)
        mean: Tensor
        if not self.parameters.mixup:
            mean = self.loss(self.forward(on_device), rows)
            return mean
        # Mixup (Zhang et al. 2018, arXiv:1710.09412): each photo with that at the same place from
        # the end of the batch.
        strength = self.parameters.mixup
        share = float(torch.distributions.Beta(strength, strength).sample())
        floats = on_device.float()
        fine_logits = self.forward(share * floats + (1 - share) * floats.flip(0))
        mean = share * self.loss(fine_logits, rows)
        mean = mean + (1 - share) * self.loss(fine_logits, rows.flip(0))
        return mean

    def judge_epoch(self) -> None:
        """Measure the averaged network on the validation split, and keep it if it is the best."""
        progress, started_s = self.progress, time.perf_counter()
        train_loss = progress.loss_sum / max(progress.seen, 1)
        if not math.isfinite(train_loss):
            raise CannotTrain("diverged", "the loss is no number: try a smaller learning rate")
        progress.epoch, progress.step = progress.epoch + 1, 0
        progress.loss_sum, progress.seen = 0.0, 0
        distributed.take_statistics(self.ema.model)
        judged = judge(self.ema.model, self.data, self.loss.objective, self.device, self.half)
        progress.seconds += time.perf_counter() - started_s
        progress.stale += 1
        if judged.is_better_than(progress.best_accuracy, progress.best_loss):
            progress.best_epoch, progress.stale = progress.epoch, 0
            progress.best_accuracy, progress.best_loss = judged.accuracy, judged.loss
            if distributed.is_first():
                save_best(self.job.folder, progress, self.ema)
        emit(
            "epoch",
            number=progress.epoch,
            train_loss=train_loss,
            validation_loss=judged.loss,
            validation_accuracy=judged.accuracy,
            learning_rate=self.optimiser.param_groups[0]["lr"],
            seconds=round(progress.seconds, 3),
        )

    def is_stale(self) -> bool:
        """Whether there was no better epoch for as many as `patience` says."""
        patience, progress = self.parameters.patience, self.progress
        if not 0 < patience <= progress.stale:
            return False
        emit("note", code="stopped_early", epoch=progress.epoch, best_epoch=progress.best_epoch)
        return True

    def batches(self, epoch: int) -> list[list[int]]:
        data, parameters = self.data, self.parameters
        return epoch_batches(
            data.train, data.anchors, parameters.batch_size, parameters.seed, epoch
        )

    def augmented(self, row: int) -> Pixels:
        return self.data.augmented(row, self.parameters, self.progress.epoch)

    def seed_step(self, step: int) -> None:
        """For randomness inside a network (dropout), different on each of several GPUs."""
        entropy = (self.parameters.seed, step, distributed.rank())
        torch.manual_seed(int(np.random.SeedSequence(entropy).generate_state(1)[0]))

    def no_sync(self, wanted: bool) -> AbstractContextManager[None]:
        """Do not average gradients yet: more of the batch is to come."""
        if wanted and isinstance(self.forward, nn.parallel.DistributedDataParallel):
            return self.forward.no_sync()
        return nullcontext()

    def save(self) -> None:
        if distributed.is_first():
            save_checkpoint(self.job.folder, self.progress, self.model, self.ema, self.optimiser)

    def emit_progress(self, steps: int) -> None:
        total = self.parameters.epochs * self.steps_an_epoch
        seconds_left = self.progress.seconds / steps * (total - steps)
        emit_progress(READING + (TRAINING - READING) * steps / total, round(seconds_left, 1))
