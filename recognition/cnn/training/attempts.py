"""A run from its first photo to its version, with as many attempts as memory asks for."""

from __future__ import annotations

import gc
from pathlib import Path

import torch

from recognition.cnn.manifest import read_manifest
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.training import distributed, process
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.events import emit, emit_progress
from recognition.cnn.training.finish import finish
from recognition.cnn.training.job import Job, read_job
from recognition.cnn.training.loop import READING, Training
from recognition.cnn.training.memory import is_out_of_memory
from recognition.cnn.training.micro_batches import MicroBatches
from recognition.cnn.training.start import start


def run(folder: Path) -> None:
    """Do what FOLDER/job.json asks for, or the rest of it.

    Raises CannotTrain, or whatever went wrong.
    """
    job = read_job(folder)
    if job.result.exists():
        return
    device = process.choose_device(job.device)
    distributed.become_torchrun(folder, job.processes or process.gpus(device))
    process.set_up(device, job.threads)
    distributed.join(device, job.longest_wait_s)
    emit("stage", stage="reading")
    data = Data(
        job.examples,
        _preprocessing(job),
        lambda done: emit_progress(done * READING),
        job.max_pixels,
    )
    micro_batches = MicroBatches(folder, job.parameters.batch_size)
    while not _attempt(job, data, micro_batches, device):
        gc.collect()
        torch.cuda.empty_cache()
    distributed.leave()


def _attempt(job: Job, data: Data, micro_batches: MicroBatches, device: torch.device) -> bool:
    """False if memory ran out and smaller micro-batches are worth a try."""
    try:
        begun = start(job, data, device)
        emit("stage", stage="training")
        training = Training(job, data, begun, micro_batches.size, device)
        training.train()
        if distributed.is_first():
            finish(job, data, begun, training.progress, device)
    except Exception as error:
        if not is_out_of_memory(error) or not micro_batches.halve():
            raise
        emit("note", code="out_of_memory", batch_size=micro_batches.size)
        if distributed.world_size() > 1:  # the others wait for this one
            raise distributed.StartAgain from error
        return False
    return True


def _preprocessing(job: Job) -> Preprocessing:
    if job.parent is not None:
        return read_manifest(job.parent).preprocessing
    return NETWORKS[job.network].preprocessing
