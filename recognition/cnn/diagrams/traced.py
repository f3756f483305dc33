"""A forward pass as a list of steps, by torch.fx."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.utils.flop_counter import FlopCounterMode

from recognition.cnn.diagrams.operations import described
from recognition.cnn.diagrams.steps import Scope, Step

# What does nothing to a picture once a network is trained, or only names its axes anew.
_PASSED_OVER = ("Identity", "StochasticDepth", "Permute", "Dropout")
_SIGNS = {"iadd": "add", "imul": "mul"}


def traced(module: nn.Module, example: Tensor, method: str = "forward") -> list[Step]:
    """module, example: on the device "meta", so that nothing is calculated.

    Steps that make no tensor, or do nothing in a trained network, are left out.
    """
    tracer = _Tracer(method)
    graph = tracer.trace(module)
    recorder = _Recorder(fx.GraphModule(module, graph))
    recorder.run(example)
    return list(_steps(module, graph, tracer.scopes, recorder))


class _Tracer(fx.Tracer):
    """Remembers in which call of which block each operation stands."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.traced_func_name = method
        self.scopes: dict[fx.Node, tuple[Scope, ...]] = {}
        self._calls = Counter[str]()
        self._open: list[Scope] = []

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Layers: what has weights of its own or no parts; some have an activation inside."""
        parts = list(m.children())
        return not parts or (bool(_own(m)) and not any(_all(part) for part in parts))

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        with self._within(m):
            return super().call_module(m, forward, args, kwargs)

    @contextmanager
    def _within(self, module: nn.Module) -> Iterator[None]:
        name = self.path_of_module(module)
        if self.is_leaf_module(module, name):
            yield
            return
        self._calls[name] += 1
        self._open.append(Scope(name, self._calls[name], type(module).__name__))
        try:
            yield
        finally:
            self._open.pop()

    def create_node(self, *args: Any, **kwargs: Any) -> fx.Node:
        node = super().create_node(*args, **kwargs)
        self.scopes[node] = tuple(self._open)
        return node


class _Recorder(fx.Interpreter):
    """Runs a graph and keeps what each node makes, and how many multiply-adds that takes."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module, garbage_collect_values=False)
        self.outputs: dict[fx.Node, Any] = {}
        self.multiply_adds: dict[fx.Node, int] = {}

    def run_node(self, n: fx.Node) -> Any:
        with FlopCounterMode(display=False) as counter:
            self.outputs[n] = super().run_node(n)
        self.multiply_adds[n] = counter.get_total_flops() // 2
        return self.outputs[n]


def _steps(
    module: nn.Module,
    graph: fx.Graph,
    scopes: dict[fx.Node, tuple[Scope, ...]],
    recorder: _Recorder,
) -> Iterator[Step]:
    numbers: dict[fx.Node, int] = {}  # of the step whose tensor a node's is
    counted = set[nn.Parameter]()
    for node in graph.nodes:
        output = recorder.outputs[node]
        if node.op in ("output", "get_attr") or not isinstance(output, Tensor):
            continue
        layer = module.get_submodule(node.target) if node.op == "call_module" else None
        inputs = tuple(dict.fromkeys(numbers[n] for n in node.all_input_nodes if n in numbers))
        if type(layer).__name__ in _PASSED_OVER:
            numbers[node] = inputs[0]
            continue
        new = [weights for weights in _weights(module, node, layer) if weights not in counted]
        counted.update(new)
        kind, details = _operation(node, layer)
        numbers[node] = number = len(set(numbers.values()))
        yield Step(
            number=number,
            name=_name(node, scopes[node], kind),
            scopes=scopes[node],
            operation=kind,
            details=details,
            inputs=inputs,
            shape=tuple(output.shape[1:]),
            parameters=sum(weights.numel() for weights in new),
            multiply_adds=recorder.multiply_adds[node],
        )


def _operation(node: fx.Node, layer: nn.Module | None) -> tuple[str, dict[str, Any]]:
    if node.op == "placeholder":
        return "input", {}
    if layer is not None:
        return described(layer)
    called = str(getattr(node.target, "__name__", node.target))
    called = _SIGNS.get(called, called)
    with_weights = any(source.op == "get_attr" for source in node.all_input_nodes)
    if called == "mul" and with_weights:
        return "scale", {}
    return described(called, node.args, node.kwargs)


def _name(node: fx.Node, scopes: tuple[Scope, ...], kind: str) -> str:
    if node.op == "call_module":
        return str(node.target)
    return ".".join(filter(None, (scopes[-1].name if scopes else "", kind)))


def _weights(module: nn.Module, node: fx.Node, layer: nn.Module | None) -> list[nn.Parameter]:
    if layer is not None:
        return _all(layer)
    named = [source.target for source in node.all_input_nodes if source.op == "get_attr"]
    found = [operator.attrgetter(str(name))(module) for name in named]
    return [weights for weights in found if isinstance(weights, nn.Parameter)]


def _own(module: nn.Module) -> list[nn.Parameter]:
    return list(module.parameters(recurse=False))


def _all(module: nn.Module) -> list[nn.Parameter]:
    return list(module.parameters())


def on_meta(build: Callable[[], nn.Module]) -> nn.Module:
    """A network without memory for its weights, as it answers."""
    with torch.device("meta"):
        return build().eval()
