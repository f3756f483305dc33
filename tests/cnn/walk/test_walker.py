"""What is shown is what was computed: numbers are computed again by the network itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from recognition.cnn.manifest import Manifest
from recognition.cnn.pixels.preprocessing import load_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.walk.of_catalogue import catalogue_network
from recognition.cnn.walk.walker import Walk, Walker

Pixels = npt.NDArray[np.uint8]


class Walked:
    def __init__(self, manifest: Manifest, model: Recogniser, trained: bool, photo: Path) -> None:
        self.manifest, self.model, self.trained = manifest, model, trained
        self.pixels = load_pixels(photo, manifest.preprocessing, DEFAULT_MAX_PIXELS)
        started = time.perf_counter()
        self.walker = Walker(manifest, model, trained)
        self.walk: Walk = self.walker.walk(self.pixels)
        self.seconds = time.perf_counter() - started

    def stages(self, kind: str) -> list[dict[str, Any]]:
        return [stage for stage in self.walk.fields["stages"] if stage["kind"] == kind]

    @torch.inference_mode()
    def made_by(self, name: str) -> torch.Tensor:
        """What a module makes of the photo: (channels, h, w) or (numbers,)."""
        kept = []
        module = self.model.backbone.get_submodule(name)
        handle = module.register_forward_hook(lambda _m, _g, made: kept.append(made[0].clone()))
        self.model.embed(torch.tensor(self.pixels)[None])
        handle.remove()
        return kept[0]


@pytest.fixture(scope="module")
def large(version: Path, photos: list[Path]) -> Walked:
    manifest, model = load_network(version)
    return Walked(manifest, model, True, photos[3])


@pytest.fixture(scope="module")
def small(photos: list[Path]) -> Walked:
    return Walked(*catalogue_network("three_stage_photo"), photos[3])


def test_a_walk_is_json_with_the_pictures_that_it_names(large: Walked, small: Walked) -> None:
    for walked in (large, small):
        assert json.loads(json.dumps(walked.walk.fields)) == walked.walk.fields
        named = {
            stage[what]["name"]
            for stage in walked.walk.fields["stages"]
            for what in ("maps", "before")
            if what in stage
        }
        assert named | {"input"} == set(walked.walk.pictures)
        assert all(content[8:12] == b"WEBP" for content in walked.walk.pictures.values())


def test_a_walk_takes_less_than_three_seconds(large: Walked) -> None:
    assert large.seconds < 3


def test_a_channel_tells_the_least_the_most_and_where(small: Walked) -> None:
    stage = small.stages("convolution")[1]
    maps = small.made_by(stage["name"])
    for channel in stage["channels"]:
        values = maps[channel["number"]]
        x, y = channel["at"]
        assert channel["most"] == pytest.approx(float(values.max()), rel=1e-3)
        assert channel["least"] == pytest.approx(float(values.min()), rel=1e-3)
        assert values[y, x] == values.max()


def test_the_strongest_channels_come_first(small: Walked) -> None:
    stage = small.stages("activation")[-1]
    maps = small.made_by(stage["name"])
    order = maps.clamp_min(0).mean(dim=(1, 2)).argsort(descending=True)
    first = [channel["number"] for channel in stage["channels"]]
    assert first == order[: len(first)].tolist()


@pytest.mark.parametrize("which", ["large", "small"])
def test_the_sum_written_out_is_the_number_of_the_map(
    which: str, request: pytest.FixtureRequest
) -> None:
    walked: Walked = request.getfixturevalue(which)
    stage = walked.stages("convolution")[0]
    maps = walked.made_by(stage["name"])
    for channel in stage["channels"]:
        written = channel["sum"]
        x, y = channel["at"]
        values, kernel = np.array(written["values"]), np.array(written["kernel"])
        assert written["total"] == pytest.approx(float(maps[channel["number"], y, x]), rel=2e-3)
        added = (values * kernel).sum() + written["bias"]
        assert written["total"] == pytest.approx(added, rel=0.01, abs=0.01)
        if written["norm"]:
            normed = written["total"] * written["norm"]["scale"] + written["norm"]["shift"]
            assert written["result"] == pytest.approx(normed, rel=0.01, abs=0.02)


def test_a_pooled_number_is_the_most_of_its_window(small: Walked) -> None:
    stage = small.stages("max_pooling")[0]
    maps = small.made_by(stage["name"])
    for channel in stage["channels"]:
        x, y = channel["at"]
        window = channel["window"]
        assert np.shape(window["values"]) == (4, 4)
        assert np.max(window["values"]) == window["result"]
        assert window["result"] == pytest.approx(float(maps[channel["number"], y, x]), rel=1e-3)


def test_the_same_channels_are_shown_before_and_after(small: Walked) -> None:
    convolution, activation, pooling = small.walk.fields["stages"][:3]
    numbers = [
        [channel["number"] for channel in stage["channels"]]
        for stage in (convolution, activation, pooling)
    ]
    assert numbers[0] == numbers[1] == numbers[2]
    assert small.walk.pictures["stage-1-before"] == small.walk.pictures["stage-0-maps"]


def test_relu_makes_zeros_of_what_is_below(small: Walked) -> None:
    zeroed = small.stages("activation")[0]["zeroed"]
    before = small.made_by(small.stages("convolution")[0]["name"])
    assert zeroed["below"] == pytest.approx(float((before < 0).float().mean()), abs=1e-3)
    assert zeroed["zeros"] == zeroed["below"]


def test_the_last_layer_and_softmax_are_those_of_the_head(large: Walked) -> None:
    ending = large.walk.fields["ending"]
    with torch.inference_mode():
        said = large.model(torch.tensor(large.pixels)[None])
    for row in ending["last_layer"]:
        logit = float(said.fine_logits[0, row["class"]["number"]])
        assert row["total"] == pytest.approx(logit, abs=0.01)
        terms = sum(term["term"] for term in row["terms"])
        assert terms + row["others"] + row["bias"] == pytest.approx(logit, abs=0.01)
    softmax = ending["softmax"]
    powers = sum(row["power"] for row in softmax["rows"]) + softmax["others"]
    assert powers == pytest.approx(softmax["total"], rel=1e-3)
    for row in softmax["rows"]:
        sharpened = row["logit"] / large.manifest.temperature + np.log(row["weight"])
        assert row["sharpened"] == pytest.approx(sharpened, abs=0.01)
        assert row["probability"] == pytest.approx(row["power"] / softmax["total"], rel=1e-3)


def test_labels_are_the_sums_of_their_classes(large: Walked) -> None:
    with torch.inference_mode():
        said = large.model(torch.tensor(large.pixels)[None])
    probabilities = said.log_probabilities[0].exp()
    slugs = [label.slug for label in large.manifest.labels]
    labels = large.walk.fields["ending"]["labels"]
    assert labels[0]["slug"] == slugs[int(probabilities.argmax())]
    for label in labels:
        expected = float(probabilities[slugs.index(label["slug"])])
        assert label["probability"] == pytest.approx(expected, abs=1e-3)
    few = [label for label in labels if label["class_count"] <= 8]
    for label in few:
        total = sum(each["probability"] for each in label["classes"])
        assert label["probability"] == pytest.approx(total, abs=1e-3)


def test_labels_that_are_not_in_use_leave_theirs_to_the_others(large: Walked) -> None:
    used = [label for label in large.manifest.labels if label.slug in ("cat", "dog", "neither")]
    ending = large.walker.walk(large.pixels, used).fields["ending"]
    assert {label["slug"] for label in ending["labels"]} == {label.slug for label in used}
    assert sum(label["probability"] for label in ending["labels"]) == pytest.approx(1, abs=1e-3)


def test_a_network_without_weights_says_so_and_is_the_same_every_time(small: Walked) -> None:
    assert small.walk.fields["network"]["is_trained"] is False
    _, again, _ = catalogue_network("three_stage_photo")
    states = zip(small.model.state_dict().values(), again.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in states)


def test_weights_that_a_package_ships_are_used() -> None:
    _, _, is_trained = catalogue_network("lite0")
    assert is_trained


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "fpn_resnet18", "convnext_tiny"])
def test_other_shapes_of_network_can_be_walked_through(name: str, photos: list[Path]) -> None:
    walked = Walked(*catalogue_network(name), photos[0])
    fields = walked.walk.fields
    with torch.inference_mode():
        embedding = walked.model.embed(torch.tensor(walked.pixels)[None])[0]
    assert fields["ending"]["embedding_size"] == len(embedding)
    assert fields["network"]["parameters"] == sum(
        weights.numel() for weights in walked.model.parameters()
    )
    last = fields["stages"][-1]["values"][0]
    assert last["value"] == pytest.approx(float(embedding[last["number"]]), rel=1e-3)
    linears = [module for module in walked.model.modules() if isinstance(module, nn.Linear)]
    assert fields["network"]["multiply_adds"] >= linears[-1].weight.numel()
