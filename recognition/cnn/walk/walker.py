"""A photo's walk through one network: what each stage makes of it, as JSON and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from recognition.cnn.manifest import Manifest
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.taxonomy import Label
from recognition.cnn.walk import tiles
from recognition.cnn.walk.channels import Traced
from recognition.cnn.walk.ending import ending_of
from recognition.cnn.walk.plan import Step, steps_of
from recognition.cnn.walk.planned import stage_fields
from recognition.cnn.walk.showing import Shown, places_of_interest, show
from recognition.cnn.walk.stages import Stage, stages_of
from recognition.cnn.walk.tracing import Seen, watch


class Walk(NamedTuple):
    """fields: for json.dumps. pictures: WebP files, by their names in `fields`."""

    fields: dict[str, Any]
    pictures: dict[str, bytes]


class Plan(NamedTuple):
    steps: list[Step]
    stages: list[Stage]


class Walker:
    """Walks through one network, in one thread at a time."""

    def __init__(self, manifest: Manifest, model: Recogniser, is_trained: bool = True) -> None:
        """model: in evaluation mode, on the CPU. is_trained: or its weights are random."""
        self.manifest = manifest
        self._model = model
        self._is_trained = is_trained
        self._plan = plan_of(manifest)

    @torch.inference_mode()
    def walk(self, pixels: npt.NDArray[np.uint8], labels: Sequence[Label] | None = None) -> Walk:
        """pixels: (crop, crop, 3), RGB, as the network sees a photo. labels: those in use; the
        version's own if not given."""
        images = self._model.normalised(torch.tensor(pixels)[None])
        traced, embedding = self._traced(images)
        pictures = {"input": tiles.webp(self._seen(pixels), pixels.shape[0] <= tiles.SMALL)}
        stages = []
        shown: Shown | None = None
        for number, stage in enumerate(self._plan.stages):
            shown = show(stage, traced, shown, images[0])
            fields = {**stage_fields(stage, self._plan.steps), **shown.fields}
            for what, sprite in shown.sprites.items():
                fields[what] = sprite.to_fields(f"stage-{number}-{what}")
                pictures[f"stage-{number}-{what}"] = sprite.content
            stages.append(fields)
        known = self.manifest.labels if labels is None else labels
        ending = ending_of(self._model, self.manifest, embedding, known)
        return Walk({"network": self._network(), "stages": stages, "ending": ending}, pictures)

    def _seen(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """In grey, if the network sees no colours."""
        if not self.manifest.preprocessing.greyscale:
            return pixels
        return np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))

    def _traced(self, images: Tensor) -> tuple[dict[int, Traced], Tensor]:
        """What went through the steps that something is shown of, by their places in the plan; and
        the embedding."""
        steps, stages = self._plan
        wanted = {place for stage in stages for place in places_of_interest(stage, steps)}
        traced: dict[int, Traced] = {}
        place = -1

        def note(seen: Seen) -> None:
            nonlocal place
            if seen.skipped:
                return
            place += 1
            if place in wanted:
                # A copy: the next step may write over it.
                made = seen.made[0].clone()
                traced[place] = Traced(steps[place], seen.module, seen.given[0][0], made)

        embedding = watch(self._model.backbone, images, note)[0]
        return traced, embedding

    def _network(self) -> dict[str, Any]:
        network = NETWORKS[self.manifest.network]
        seen = self.manifest.preprocessing
        steps = self._plan.steps
        head = self._model.head.fine
        return {
            "name": network.name,
            "title": network.title,
            "year": network.year,
            "is_trained": self._is_trained,
            "side": seen.crop,
            "colours": network.channels,
            "mean": np.atleast_1d(seen.mean).tolist(),
            "std": np.atleast_1d(seen.std).tolist(),
            "parameters": sum(step.parameters for step in steps)
            + sum(weights.numel() for weights in head.parameters()),
            "multiply_adds": sum(step.operation.multiply_adds for step in steps)
            + head.weight.numel(),
        }


def plan_of(manifest: Manifest) -> Plan:
    """From shapes alone, on the meta device: neither memory nor arithmetic."""
    network = NETWORKS[manifest.network]
    with torch.device("meta"):
        backbone = network.build(manifest.network_options).eval()
        steps = steps_of(backbone, network.example(manifest.preprocessing.crop))
        return Plan(steps, stages_of(backbone, steps))
