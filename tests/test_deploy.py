"""deploy/: what starts Ark elsewhere starts the same as the Procfile, and names what there is."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from recognition.core import heartbeats, jobs
from recognition.models import Job, ModelVersion
from webapp.home import BASE_DIR

DEPLOY = BASE_DIR / "deploy"
KUSTOMIZE = DEPLOY / "kustomize"
SYSTEMD = DEPLOY / "systemd"
OVERLAYS = ("cpu", "cuda")
CONTAINERFILE = BASE_DIR / "Containerfile"
FILES = sorted(
    [CONTAINERFILE, *(path for path in DEPLOY.rglob("*") if path.is_file() and path.name != ".env")]
)
_SETTING = re.compile(r"\b(?:ARK_[A-Z0-9_]+|(?:[A-Z0-9]+_)+URL)\b")
_METRIC = re.compile(r"\bark_[a-z_]+\b")


class Command(NamedTuple):
    """nice: as the shell's `nice -n`."""

    arguments: list[str]
    environment: dict[str, str]
    nice: int


def command(words: list[str]) -> Command:
    """`nice -n N env A=B program ...`, in which the first two may be missing."""
    words, nice, environment = list(words), 0, {}
    if words[0] == "nice":
        nice, words = int(words[2]), words[3:]
    if words[0] == "env":
        words = words[1:]
        while "=" in words[0]:
            name, value = words.pop(0).split("=", 1)
            environment[name] = value
    return Command(words, environment, nice)


def procfile() -> dict[str, Command]:
    lines = re.findall(r"^(\w+): bin/keep-running (.+)$", (BASE_DIR / "Procfile").read_text(), re.M)
    return {name: command(shlex.split(words)) for name, words in lines}


def documents(path: Path) -> list[Any]:
    return [found for found in yaml.safe_load_all(path.read_text()) if found is not None]


def compose() -> dict[str, Any]:
    return documents(DEPLOY / "compose.yaml")[0]["services"]


def objects(kind: str) -> dict[str, Any]:
    """Of the base, by name."""
    found = [
        document
        for name in documents(KUSTOMIZE / "base" / "kustomization.yaml")[0]["resources"]
        for document in documents(KUSTOMIZE / "base" / name)
    ]
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def containers(workload: dict[str, Any]) -> list[dict[str, Any]]:
    pod = workload["spec"]["template"]["spec"]
    return [*pod["containers"], *pod.get("initContainers", [])]


def unit(path: Path) -> dict[str, Any]:
    """The service's lines, and what all units have; a name that comes several times is joined."""
    lines: dict[str, list[str]] = {}
    for file in (SYSTEMD / "ark-.service.d" / "common.conf", path):
        service = file.read_text().split("[Service]\n")[1].split("\n[Install]")[0]
        for name, value in re.findall(r"^(\w+)=(.*)$", service, re.M):
            lines.setdefault(name, []).append(value)
    return {name: " ".join(values) for name, values in lines.items()}


def of_systemd(name: str) -> Command:
    service = unit(SYSTEMD / f"ark-{name}.service")
    program, *rest = shlex.split(service["ExecStart"].replace("%%", "%"))
    environment = dict(each.split("=", 1) for each in shlex.split(service["Environment"]))
    return Command([Path(program).name, *rest], environment, int(service.get("Nice", 0)))


def test_everything_is_yaml_or_json() -> None:
    for path in FILES:
        if path.suffix in (".yaml", ".yml"):
            assert documents(path), path
        elif path.suffix == ".json":
            json.loads(path.read_text())


@pytest.mark.parametrize("name", sorted(procfile().keys() - {"redis"}))
def test_every_process_is_started_as_the_procfile_does(name: str) -> None:
    wanted = procfile()[name]
    assert command(compose()[name]["command"]) == wanted
    deployment = objects("Deployment")[f"ark-{name}"]
    assert command(containers(deployment)[0]["args"]) == wanted
    there = of_systemd(name)
    assert (there.arguments, there.nice) == (wanted.arguments, wanted.nice)
    assert wanted.environment.items() <= there.environment.items()


def test_redis_is_the_procfiles_or_a_server_of_its_own() -> None:
    assert of_systemd("redis").arguments == procfile()["redis"].arguments
    assert "valkey" in compose()


def test_nothing_else_is_started() -> None:
    names = {f"ark-{name}" for name in procfile()}
    assert objects("Deployment").keys() == names - {"ark-redis"}
    assert {path.stem for path in SYSTEMD.glob("ark-*.service")} == names | {"ark-prepare"}
    ours = {name for name, each in compose().items() if each["image"].startswith("ark:")}
    assert ours == procfile().keys() - {"redis"} | {"prepare", "bucket"}


def test_what_the_image_runs_by_itself_is_the_web_process() -> None:
    last = re.findall(r"^CMD (.+)$", CONTAINERFILE.read_text(), re.M)[-1]
    assert command(json.loads(last)) == procfile()["web"]


def test_prepare_is_run_before() -> None:
    prepare = ["python", "manage.py", "prepare"]
    assert compose()["prepare"]["command"] == prepare
    assert containers(objects("Job")["ark-prepare"])[0]["args"] == prepare
    assert unit(SYSTEMD / "ark-prepare.service")["ExecStart"].endswith(" ".join(prepare))


def test_every_setting_is_documented() -> None:
    documented = set(_SETTING.findall((BASE_DIR / "docs" / "operations.md").read_text()))
    for path in [*FILES, BASE_DIR / "bin" / "deploy_secrets.py"]:
        assert set(_SETTING.findall(path.read_text())) - documented == set(), path


def _images() -> Iterator[str]:
    for file in DEPLOY.glob("compose*.yaml"):
        yield from (each["image"] for each in documents(file)[0]["services"].values())
    for kind in ("Deployment", "Job"):
        for workload in objects(kind).values():
            yield from (each["image"] for each in containers(workload))
    for overlay in OVERLAYS:
        for each in documents(KUSTOMIZE / "overlays" / overlay / "kustomization.yaml")[0]["images"]:
            yield f"{each['newName']}:{each['newTag']}"
    yield from re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", CONTAINERFILE.read_text(), re.M)


def test_no_image_floats() -> None:
    images = set(_images())
    assert len(images) > 6
    assert {image for image in images if not re.search(r":v?\d+(\.\d+)+(-\w+)*$", image)} == set()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_names_each_image_of_the_base(overlay: str) -> None:
    named = documents(KUSTOMIZE / "overlays" / overlay / "kustomization.yaml")[0]["images"]
    workloads = [*objects("Deployment").values(), *objects("Job").values()]
    used = {each["image"].split(":")[0] for every in workloads for each in containers(every)}
    assert {each["name"] for each in named} == used


def test_every_metric_is_exported(client: Client, version: ModelVersion) -> None:
    heartbeats.beat("somewhere:1")
    jobs.note_done(Job.Kind.STORAGE_CHECK, timezone.now(), {}, {"found": {}})
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    exported = set(re.findall(r"^(?:# TYPE )?(ark_\w+)", text, re.M))
    named = {
        path: set(_METRIC.findall(path.read_text()))
        for path in (
            *(DEPLOY / "prometheus").iterdir(),
            DEPLOY / "grafana" / "ark.json",
            KUSTOMIZE / "base" / "autoscaling.yaml",
        )
    }
    assert {path: names - exported for path, names in named.items() if names - exported} == {}
    assert len(set.union(*named.values())) > 15


def test_the_image_holds_what_ark_reads() -> None:
    let_in = {
        line[1:]
        for line in (BASE_DIR / ".containerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert {each for each in let_in if not (BASE_DIR / each).exists()} == set()
    assert {"docs/glossary.md", "locale", "recognition", "static", "templates", "webapp"} <= let_in
    assert not {each for each in let_in if each.startswith((".", "var", "deploy"))}
    assert (BASE_DIR / ".dockerignore").resolve() == BASE_DIR / ".containerignore"


def test_no_secret_is_committed() -> None:
    ignored = (BASE_DIR / ".gitignore").read_text().splitlines()
    assert {"deploy/.env", "deploy/kustomize/overlays/*/secrets.env"} <= set(ignored)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    shutil.copytree(SYSTEMD, tmp_path / "units")
    for path in (tmp_path / "units").rglob("ark*"):
        if path.is_file():
            path.write_text(path.read_text().replace("/opt/ark", str(BASE_DIR)))
    units = sorted(map(str, (tmp_path / "units").glob("ark-*.service")))
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units, str(tmp_path / "units" / "ark.target")],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path / 'units'}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ark" not in answer.stderr.replace(str(BASE_DIR), ""), answer.stderr
    assert answer.returncode == 0, answer.stderr


@pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl, which has kustomize in it")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kustomize_puts_the_overlays_together(overlay: str, tmp_path: Path) -> None:
    shutil.copytree(KUSTOMIZE, tmp_path / "kustomize")
    place = tmp_path / "kustomize" / "overlays" / overlay
    (place / "secrets.env").write_text("SECRET_KEY=none\n")
    answer = subprocess.run(
        ["kubectl", "kustomize", str(place)],
        env={**os.environ, "KUBECONFIG": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    built = [each for each in yaml.safe_load_all(answer.stdout) if each]
    workloads = [each for each in built if each["kind"] in ("Deployment", "Job")]
    assert len(workloads) == len(procfile())  # without redis, with prepare
    for workload in workloads:
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        for each in [*pod["containers"], *pod.get("initContainers", [])]:
            assert each["securityContext"]["readOnlyRootFilesystem"], each["name"]
            assert each["image"].startswith("registry.example.com/ark:")
