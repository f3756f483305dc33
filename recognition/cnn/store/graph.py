"""A network as a graph of OpenVINO: written once, so that serving never needs torch."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recognition.cnn.manifest import GRAPH_CONSTANTS_NAME, GRAPH_NAME, HasFiles, read_verified

if TYPE_CHECKING:
    from torch import Tensor, nn

EMBEDDINGS = 2  # the place among the graph's outputs


def save_graph(
    model: nn.Module, example: Tensor, path: Path, backbone: tuple[bytes, bytes] | None = None
) -> None:
    """Convert a network and write its graph (path, and a .bin beside it), for any batch size.

    example: pixels that the network takes, uint8 (B, H, W, 3).
    backbone: graph and constants of a version that differs in the head alone, which spares the
        seconds of converting anything else.
    """
    import openvino

    if backbone:
        graph = _with_head(openvino.Core().read_model(*backbone), model.get_submodule("head"))
    else:
        graph = _converted(model, example, openvino.Type.u8)
    openvino.save_model(graph, path, compress_to_fp16=False)


def load_graph(folder: Path, manifest: HasFiles, threads: int = 0) -> Any:
    """A request of the graph in a folder, verified, for one thread at a time.

    It computes in bfloat16 where the processor does, and on so many processors, or on all.
    Raises CorruptCheckpoint.
    """
    import openvino

    core = openvino.Core()
    graph = core.read_model(
        read_verified(folder, manifest, GRAPH_NAME),
        read_verified(folder, manifest, GRAPH_CONSTANTS_NAME),
    )
    return core.compile_model(graph, "CPU", _options(core, threads)).create_infer_request()


def _options(core: Any, threads: int) -> dict[str, Any]:
    has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16 else "f32",
        **({"INFERENCE_NUM_THREADS": threads} if threads else {}),
    }


def _with_head(graph: Any, head: nn.Module) -> Any:
    """A graph whose head is replaced by another."""
    import openvino
    import torch

    embedding = graph.outputs[EMBEDDINGS].get_node().input_value(0)
    size = embedding.get_partial_shape()[1].get_length()
    other = _converted(head, torch.zeros(1, size), openvino.Type.f32)
    other.get_parameters()[0].output(0).replace(embedding)
    results = [*other.get_results(), graph.get_results()[EMBEDDINGS]]
    return openvino.Model(results, graph.get_parameters())


def _converted(module: nn.Module, example: Tensor, kind: Any) -> Any:
    import openvino
    import torch

    shape = openvino.PartialShape([-1, *example.shape[1:]])
    with warnings.catch_warnings(), torch.no_grad():
        # PyTorch will drop this way of tracing some day; until then it is the quick one.
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module, example, strict=False, check_trace=False)
        return openvino.convert_model(traced, example_input=example, input=[(shape, kind)])
