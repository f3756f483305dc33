"""The house in order: what may import what (docs/architecture.md)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from webapp.home import BASE_DIR

# From the bottom: each folder may import what stands before it, never what stands after it.
ORDER = (
    *("models", "core", "files", "people", "notifications", "labels", "cnn", "photos", "versions"),
    *("training", "predictions", "review", "analysis", "explanations"),
    *("storage", "workers", "exchange", "backup"),
    *("staff", "admin", "site", "api"),
)
WITHOUT_TORCH = (
    "recognition/photos/imaging.py",
    *(
        f"recognition/cnn/{name}.py"
        for name in (
            "manifest",
            "taxonomy",
            "limited_process",
            *(
                f"explain/{module}"
                for module in ("classes", "explained", "faithfulness", "placing", "seen")
            ),
            "diagrams/stored",
            "finder/coco",
            "finder/catalogue",
            "finder/detections",
            "finder/manifest",
            "finder/reference",
            "networks/options",
            "networks/summaries",
            *(
                f"pixels/{module}"
                for module in (
                    *("bounds", "boxes", "child", "children", "cropping", "decoded", "decoding"),
                    *("lane", "operations", "pool", "preprocessing", "signatures", "unreadable"),
                )
            ),
            "pixels/exif/fields",
            "pixels/exif/reading",
            "pixels/exif/removing",
            "measures/metrics_schema",
            "walk/proposals",
            "walk/sizes",
            "walk/tiles",
            "store/bundle",
            "store/manifest_schema",
            "store/safetensors_header",
            "store/zip_reader",
        )
    ),
)
ENGINES = {"torch", "torchvision", "timm", "openvino", "safetensors"}
FOR_WORKERS = {"sklearn", "scipy", "imagehash", "optuna", "umap", "numba"}
MAX_LINES = 320
MAX_FUNCTION_LINES = 50
MAX_MODULES = 18
OFTEN = {"__init__", "__main__", "urls", "base"}  # names that may stand in any folder


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
    return {
        (str(path), module)
        for path in files
        for module in imports(path)
        if is_in(module, *forbidden)
    }


def in_a_circle(uses: Mapping[str, set[str]]) -> set[str]:
    """What uses itself, however long the way round, and what is above such a circle."""
    left = dict(uses)
    while bottom := {name for name in left if not left[name] & left.keys() - {name}}:
        left = {name: used for name, used in left.items() if name not in bottom}
    return set(left)


def test_every_folder_has_its_place_in_the_order() -> None:
    folders = {path.parent.name for path in (BASE_DIR / "recognition").glob("*/__init__.py")}
    assert folders - {"migrations", "management", "templatetags"} == set(ORDER)


@pytest.mark.parametrize("folder", ORDER)
def test_a_folder_imports_only_what_stands_before_it(folder: str) -> None:
    later = [*ORDER[ORDER.index(folder) + 1 :], "tasks", "management", "templatetags"]
    assert (
        offences(sources(f"recognition/{folder}"), *(f"recognition.{name}" for name in later))
        == set()
    )


def test_no_folder_within_a_folder_is_part_of_a_circle() -> None:
    """A folder counts as one, together with all that is in it; a file by itself."""
    for package in sorted((BASE_DIR / "recognition").rglob("__init__.py")):
        folder = package.parent.relative_to(BASE_DIR)
        names = {path.stem for path in package.parent.iterdir()} - {"__init__", "__pycache__"}
        if folder == Path("recognition"):  # has an order
            continue
        uses = {name: _used_within(folder, name, names) for name in names}
        assert in_a_circle(uses) == set(), folder


def _used_within(folder: Path, name: str, names: set[str]) -> set[str]:
    prefix = ".".join(folder.parts) + "."
    path = folder / name
    files = sources(str(path)) if (BASE_DIR / path).is_dir() else [path.with_suffix(".py")]
    modules = {module for file in files if (BASE_DIR / file).exists() for module in imports(file)}
    used = {
        module.removeprefix(prefix).split(".")[0] for module in modules if module.startswith(prefix)
    }
    return (used & names) - {name}


def test_no_file_is_part_of_a_circle() -> None:
    files = {".".join(path.with_suffix("").parts): path for path in sources("recognition")}
    uses = {name: set(imports(path)) & files.keys() for name, path in files.items()}
    assert in_a_circle(uses) == set()


def test_the_network_knows_nothing_of_the_application() -> None:
    rest = [f"recognition.{path.stem}" for path in (BASE_DIR / "recognition").iterdir()]
    rest.remove("recognition.cnn")
    forbidden = ("django", "rest_framework", "celery", "redis", "webapp", *rest)
    assert offences(sources("recognition/cnn"), *forbidden) == set()


def test_only_files_knows_where_originals_lie() -> None:
    """They may be in a bucket. What a backup brings is put down before it is shared."""
    may = {"recognition/models/photo.py", "recognition/backup/restoring.py"}
    others = [
        path
        for path in sources("recognition")
        if not path.is_relative_to("recognition/files") and str(path) not in may
    ]
    assert [path for path in others if "original_path" in (BASE_DIR / path).read_text()] == []


def test_only_the_api_knows_its_framework() -> None:
    folders = [f"recognition/{folder}" for folder in ORDER if folder != "api"]
    assert offences(sources(*folders), "rest_framework") == set()


def test_the_project_has_no_domain_logic() -> None:
    files = [path for path in sources("webapp") if path.name != "urls.py"]
    assert offences(files, "recognition.models", "recognition.cnn") == set()


def test_no_folder_has_too_many_modules() -> None:
    files = (path for path in sources("recognition") if "migrations" not in path.parts)
    counts = Counter(path.parent for path in files if path.name != "__init__.py")
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}


def test_no_module_name_occurs_three_times() -> None:
    files = sources("recognition", "webapp", "benchmarks")
    counts = Counter(path.stem for path in files if path.stem not in OFTEN)
    assert {name: count for name, count in counts.items() if count > 2} == {}


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


def test_no_function_is_too_long_to_read() -> None:
    found = {}
    for path in sources("recognition", "webapp", "tests", "benchmarks"):
        for node in ast.walk(ast.parse((BASE_DIR / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES and "migrations" not in path.parts:
                    found[f"{path}:{node.name}"] = lines
    assert found == {}
