"""What comes from elsewhere is tried in a process that may take neither all memory nor all time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openvino
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from recognition.cnn import limited_process
from recognition.cnn.limited_process import Refused
from recognition.cnn.manifest import (
    GRAPH_CONSTANTS_NAME,
    GRAPH_NAME,
    WEIGHTS_NAME,
    verify,
    write_manifest,
)
from recognition.cnn.store.checking import check
from recognition.cnn.store.checkpoint import load_network, save_version

MAX_PIXELS = 100_000_000


def refusal(folder: Path) -> str:
    with pytest.raises(Refused) as refused:
        check(folder, [], MAX_PIXELS)
    return refused.value.code


def test_photos_are_compared_up_to_the_limit_that_is_asked_for(
    network: Path, photos: list[Path]
) -> None:
    width, height = Image.open(photos[0]).size
    assert check(network, photos[:1], width * height)["pictures"] == 2
    assert check(network, photos[:1], width * height - 1)["pictures"] == 1


def test_a_graph_that_is_not_the_weights_is_found(network: Path, tmp_path: Path) -> None:
    """Both files are as their digests say, but they are two networks."""
    manifest, model = load_network(network)
    with torch.no_grad():
        model.head.fine.bias.add_(torch.linspace(-3, 3, 1000))
    save_version(tmp_path / "other", replace(manifest, files={}), model)
    mixed = tmp_path / "mixed"
    shutil.copytree(network, mixed)
    other = verify(tmp_path / "other")
    for name in (GRAPH_NAME, GRAPH_CONSTANTS_NAME):
        shutil.copy(tmp_path / "other" / name, mixed / name)
        manifest.files[name] = other.files[name]
    write_manifest(mixed, manifest)
    verify(mixed)
    assert refusal(mixed) == "wrong_answers"


@pytest.mark.parametrize("output", [1, 2])
def test_a_graph_whose_classes_or_embeddings_differ_is_found(
    output: int, network: Path, altered: Callable[..., Path]
) -> None:
    """The labels' probabilities are those of the weights."""
    folder = altered()
    graph = openvino.Core().read_model(network / GRAPH_NAME)
    result = graph.get_results()[output]
    source = result.input_value(0)
    doubled = openvino.opset8.multiply(source, openvino.opset8.constant(2.0, np.float32))
    result.input(0).replace_source_output(doubled.output(0))
    openvino.save_model(graph, folder / GRAPH_NAME, compress_to_fp16=False)
    assert refusal(altered(source=folder)) == "wrong_answers"


def test_an_answer_that_is_only_stated_is_found(altered: Callable[..., Path]) -> None:
    def swap(fields: dict) -> None:
        fields["reference_log_probabilities"].reverse()

    assert refusal(altered(swap)) == "wrong_answers"


def test_tensors_of_another_shape_are_found_before_they_are_read(
    altered: Callable[..., Path],
) -> None:
    folder = altered()
    tensors = load_file(folder / WEIGHTS_NAME)
    tensors["head.fine.weight"] = torch.zeros(7, 7)
    save_file(tensors, folder / WEIGHTS_NAME)
    assert refusal(altered(source=folder)) == "damaged"


def test_tensors_of_another_type_are_found(altered: Callable[..., Path]) -> None:
    folder = altered()
    tensors = load_file(folder / WEIGHTS_NAME)
    tensors["head.fine.weight"] = tensors["head.fine.weight"].double()
    save_file(tensors, folder / WEIGHTS_NAME)
    assert refusal(altered(source=folder)) == "damaged"


@pytest.mark.parametrize("header", [b"", b"\xff" * 8, (5).to_bytes(8, "little") + b'{"a":'])
def test_weights_without_a_header_are_found(header: bytes, altered: Callable[..., Path]) -> None:
    folder = altered()
    (folder / WEIGHTS_NAME).write_bytes(header)
    assert refusal(altered(source=folder)) == "damaged"


def test_a_network_that_nobody_knows_is_found(altered: Callable[..., Path]) -> None:
    assert refusal(altered(lambda fields: fields.update(network="skynet"))) == "damaged"


def test_what_takes_too_much_memory_is_ended_in_its_own_process(network: Path) -> None:
    with pytest.raises(Refused) as refused:
        limited_process.run(
            "recognition.cnn.store.checking", [str(network), str(MAX_PIXELS)], 120, max_mb=300
        )
    assert refused.value.code == "too_demanding"


def test_what_takes_too_long_is_ended(network: Path) -> None:
    with pytest.raises(Refused) as refused:
        limited_process.run("recognition.cnn.store.checking", [str(network), "1"], 0.2, 4096)
    assert refused.value.code == "too_demanding"


def test_the_process_answers(network: Path, photos: list[Path]) -> None:
    arguments = [str(network), str(MAX_PIXELS), *map(str, photos[:2])]
    answer = limited_process.run("recognition.cnn.store.checking", arguments, 120, 2500)
    assert answer["pictures"] == 3
    assert answer["difference"] < 0.001
