"""Versions that answer a little differently, made live in a running instance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import requests
import torch

from recognition.cnn.store.checkpoint import load_network, save_version
from tests.support.instance import Api, Instance


def add_nudged(instance: Instance, count: int) -> None:
    """Versions 2, 3 and so on, which are not live."""
    candidates = [instance.home / f"candidate-{number}" for number in range(2, count + 2)]
    for seed, candidate in enumerate(candidates):
        _nudged(instance.models_store / "1", candidate, seed)
    _add(instance, candidates)


def _nudged(network: Path, folder: Path, seed: int) -> None:
    manifest, model = load_network(network)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter += 0.001 * torch.randn_like(parameter)
    named = replace(manifest, name=f"Nudged {seed}", parent_sha256=manifest.sha256)
    save_version(folder, named, model)


def _add(instance: Instance, candidates: list[Path]) -> None:
    instance.manage(
        "shell",
        "-c",
        "from pathlib import Path\n"
        "from recognition.versions import registry\n"
        f"for folder in {list(map(str, candidates))!r}:\n"
        "    registry.add_candidate(Path(folder), registry.live_version())",
    )


def make_live_unchecked(instance: Instance, number: int) -> None:
    instance.manage(
        "shell",
        "-c",
        "from recognition.models import ModelVersion\n"
        "ModelVersion.objects.update(live=False)\n"
        f"ModelVersion.objects.filter(number={number}).update(live=True)",
    )


def promote(trainer: Api, number: int) -> requests.Response:
    return trainer.session.post(f"{trainer.base}/models/{number}/promote/", timeout=60)
