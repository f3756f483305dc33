"""Arrows point one way: doors -> steps -> models and cnn (docs/architecture.md)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.home import BASE_DIR

DOORS = ("api", "views", "admin", "tasks", "management", "templatetags")
NOT_STEPS = (*DOORS, "models", "migrations", "cnn", "__init__", "__pycache__", "apps")
# Every other file and folder that stands in recognition/ itself.
STEPS = {path.stem for path in (BASE_DIR / "recognition").iterdir()} - set(NOT_STEPS)
WITHOUT_TORCH = (
    "recognition/imaging.py",
    *(
        f"recognition/cnn/{name}.py"
        for name in (
            "decoding",
            "manifest",
            "network_facts",
            "options",
            "preprocessing",
            "taxonomy",
        )
    ),
)
ENGINES = {"torch", "torchvision", "timm", "openvino", "safetensors"}
FOR_WORKERS = {"sklearn", "scipy", "imagehash", "optuna"}
MAX_LINES = 400


def sources(*folders: str) -> list[Path]:
    """All Python files below these folders or with these names, relative to the checkout."""
    files: list[Path] = []
    for folder in folders:
        path = BASE_DIR / folder
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [path.relative_to(BASE_DIR) for path in files]


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere, also inside functions, but not for types only."""
    tree = ast.parse((BASE_DIR / path).read_text(encoding="utf-8"))
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, without what stands under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _run(child)


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    package = path.parts[: -node.level] if node.level else ()
    return ".".join((*package, node.module or "")).strip(".")


def is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def offences(files: list[Path], *forbidden: str) -> set[tuple[str, str]]:
    return {(str(path), it) for path in files for it in imports(path) if is_in(it, *forbidden)}


def test_the_network_knows_nothing_of_the_application() -> None:
    rest = [f"recognition.{path.stem}" for path in (BASE_DIR / "recognition").iterdir()]
    rest.remove("recognition.cnn")
    forbidden = ("django", "rest_framework", "celery", "redis", "webapp", *rest)
    assert offences(sources("recognition/cnn"), *forbidden) == set()


def test_models_know_neither_steps_nor_doors() -> None:
    forbidden = [f"recognition.{name}" for name in (*STEPS, *DOORS)]
    assert offences(sources("recognition/models"), *forbidden) == set()


def test_steps_know_no_doors() -> None:
    paths = [path for path in (BASE_DIR / "recognition").iterdir() if path.stem in STEPS]
    files = sources(*(f"recognition/{path.name}" for path in paths))
    assert {"intake", "prediction", "registry", "review", "analyst"} <= STEPS
    forbidden = ("rest_framework", *(f"recognition.{name}" for name in DOORS))
    assert offences(files, *forbidden) == set()


def test_no_circle_of_steps() -> None:
    """A folder counts as one step: what it uses may not use it, however long the way round."""
    uses = {step: _steps_used_by(step) for step in STEPS}
    while bottom := {step for step in uses if not uses[step] & uses.keys()}:
        uses = {step: used for step, used in uses.items() if step not in bottom}
    assert uses == {}


def _steps_used_by(step: str) -> set[str]:
    path = f"recognition/{step}"
    files = sources(path if (BASE_DIR / path).is_dir() else f"{path}.py")
    modules = {module for file in files for module in imports(file)}
    return {it for it in STEPS - {step} if any(is_in(m, f"recognition.{it}") for m in modules)}


def test_the_project_has_no_domain_logic() -> None:
    files = [path for path in sources("webapp") if path.name != "urls.py"]
    assert offences(files, "recognition.models", "recognition.cnn") == set()


@pytest.mark.parametrize("file", WITHOUT_TORCH)
def test_web_processes_can_use(file: str) -> None:
    assert offences([Path(file)], *ENGINES) == set()


def test_a_web_process_never_loads_a_network_library() -> None:
    """With every address, every admin page and the API's schema loaded."""
    program = """
import sys
import webapp.wsgi
from django.contrib import admin
from django.urls import get_resolver

def walk(patterns):
    for pattern in patterns:
        walk(getattr(pattern, "url_patterns", []))

admin.autodiscover()
walk(get_resolver().url_patterns)
from drf_spectacular.generators import SchemaGenerator
SchemaGenerator().get_schema(public=True)
import recognition.tasks
print(*{name.split(".")[0] for name in sys.modules})
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "recognition" in loaded
    assert not (ENGINES | FOR_WORKERS) & loaded


def test_nothing_is_ever_unpickled() -> None:
    files = sources("recognition", "webapp")
    assert offences(files, "pickle", "cPickle", "dill", "joblib", "shelve", "marshal") == set()
    assert [path for path in files if "pickle" in (BASE_DIR / path).read_text()] == []


def test_no_file_is_too_long_to_read() -> None:
    files = sources("recognition", "webapp", "tests", "benchmarks")
    lines = {path: len((BASE_DIR / path).read_text().splitlines()) for path in files}
    too_long = {
        path: count
        for path, count in lines.items()
        if count > MAX_LINES and "migrations" not in path.parts
    }
    assert too_long == {}
