"""The files of ``deploy/``: they keep to their schemas, and what they run runs."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import kubernetes_validate
import pytest
import yaml
from typer.main import get_command

from towhee.cli.main import app
from towhee.serve.server import Listening

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("[!k]*.yaml"))
KEY = "0123456789abcdef"


def dockerfile() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage of the Dockerfile."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    stages: dict[str, list[tuple[str, str]]] = {}
    for line in re.findall(r"(?m)^[A-Z]+ .*$", text):
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            stages[rest.rpartition(" ")[2]] = [("FROM", rest.partition(" ")[0])]
        elif stages:
            list(stages.values())[-1].append((instruction, rest.strip()))
    return stages


def of_runtime(instruction: str) -> str:
    (found,) = [rest for name, rest in dockerfile()["runtime"] if name == instruction]
    return found


def health_command(port: int) -> list[str]:
    command = json.loads(of_runtime("HEALTHCHECK").partition("CMD ")[2])
    assert command[0] == "python"
    return [sys.executable, *(part.replace(":8000/", f":{port}/") for part in command[1:])]


def manifest(name: str) -> Any:
    return yaml.safe_load((DEPLOY / "kubernetes" / f"{name}.yaml").read_text())


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def commands() -> list[list[str]]:
    """All command lines of towhee in the files."""
    services = compose()["services"]
    (container,) = manifest("deployment")["spec"]["template"]["spec"]["containers"]
    return [
        json.loads(of_runtime("CMD")),
        services["towhee"]["command"],
        services["index"]["command"],
        container["args"],
    ]


@contextlib.contextmanager
def started(command: list[str], folder: Path, **variables: str) -> Iterator[tuple[Any, int]]:
    """The process of a command line on a free port of this machine, when it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    changed = {"0.0.0.0": "127.0.0.1", "8000": str(port)}
    arguments = [changed.get(each, each) for each in command]
    process = subprocess.Popen(
        [sys.executable, "-m", "towhee", *arguments],
        env={**os.environ, **variables},
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"ended with {process.wait(0.1)}")
        yield process, port
    finally:
        process.kill()
        process.wait(60)


@pytest.mark.parametrize("command", commands(), ids=lambda each: " ".join(each[:2]))
def test_command_lines_are_those_of_the_command(command: list[str]) -> None:
    name, *arguments = command
    with get_command(app).make_context("towhee", [name]) as outer:
        made = get_command(app).get_command(outer, name)
        assert made is not None
        made.make_context(name, arguments, parent=outer)


def test_the_image_is_small_has_no_root_and_ends_on_sigterm() -> None:
    stages = dockerfile()
    bases = {name: base for name, ((_, base), *_) in stages.items()}
    assert set(bases.values()) == {"python:${PYTHON}-slim-bookworm", "runtime"}
    assert bases["cpu"] == bases["cuda"] == "runtime"
    assert list(stages)[-1] == "cpu", "the one that is built without --target"
    assert of_runtime("USER") == "10001:10001"
    assert of_runtime("STOPSIGNAL") == "SIGTERM"
    assert json.loads(of_runtime("ENTRYPOINT")) == ["towhee"], "a shell would keep the signal"
    assert all("torch" not in rest for name, rest in stages["install-cpu"] if name == "ARG")
    copied = [rest for stage in stages.values() for name, rest in stage if name == "COPY"]
    sources = [word for rest in copied if "--from" not in rest for word in rest.split()[:-1]]
    assert all((ROOT / source).exists() for source in sources)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert {f"!{source}" for source in sources} <= set(ignored)


def test_the_extras_of_the_image_exist() -> None:
    written = (ROOT / "pyproject.toml").read_text().partition("[project.optional-dependencies]")[2]
    known = re.findall(r"(?m)^([\w-]+) = \[", written.partition("\n\n")[0])
    given = [compose()["x-towhee"]["build"]["args"]["EXTRAS"]]
    for stage in ("install-cpu", "install-cuda"):
        arguments = [rest for name, rest in dockerfile()[stage] if name == "ARG"]
        given += [rest.partition("=")[2] for rest in arguments if rest.startswith("EXTRAS=")]
    assert len(given) == 3
    assert {extra for each in given for extra in each.split(",")} <= set(known)


def test_the_containers_command_serves_is_healthy_and_ends(tmp_path: Path) -> None:
    command = json.loads(of_runtime("CMD"))
    with started(command, tmp_path) as (process, port):
        assert subprocess.run(health_command(port)).returncode == 0
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        dead = subprocess.run(health_command(port), stderr=subprocess.DEVNULL)
        assert dead.returncode != 0


def test_the_pods_command_answers_its_probes_without_a_key(tmp_path: Path) -> None:
    pod = manifest("deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    keys = tmp_path / "keys.txt"
    keys.write_text(f"me:{KEY}\n")
    (variable,) = container["env"]
    (mount,) = [each for each in container["volumeMounts"] if each["name"] == "keys"]
    assert Path(variable["value"]).parent == Path(mount["mountPath"])
    with started(container["args"], tmp_path, **{variable["name"]: str(keys)}) as (process, port):
        address = f"http://127.0.0.1:{port}"
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert httpx.get(f"{address}{container[probe]['httpGet']['path']}").status_code == 200
        assert httpx.get(f"{address}/v1/models").status_code == 401
        headers = {"Authorization": f"Bearer {KEY}"}
        assert httpx.get(f"{address}/v1/models", headers=headers).status_code == 200
        process.send_signal(signal.SIGTERM)
        while httpx.get(f"{address}{container['readinessProbe']['httpGet']['path']}").is_success:
            assert process.poll() is None
        assert process.wait(60) == 0
    assert [each["containerPort"] for each in container["ports"]] == [8000]


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.stem)
def test_manifests_keep_to_the_schemas_of_kubernetes(file: Path) -> None:
    version = kubernetes_validate.latest_version()
    for each in yaml.safe_load_all(file.read_text()):
        kubernetes_validate.validate(each, version, strict=True)


def test_the_manifests_belong_together() -> None:
    listed = manifest("kustomization")["resources"]
    assert sorted(listed) == [file.name for file in MANIFESTS]
    deployment, service = manifest("deployment")["spec"], manifest("service")["spec"]
    labels = deployment["template"]["metadata"]["labels"].items()
    budget = manifest("disruption-budget")["spec"]["selector"]["matchLabels"]
    for selector in (deployment["selector"]["matchLabels"], service["selector"], budget):
        assert selector.items() <= labels
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert {each["name"] for each in container["volumeMounts"]} == {
        each["name"] for each in pod["volumes"]
    }
    user = int(of_runtime("USER").partition(":")[0])
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == user
    drain = float(container["args"][container["args"].index("--drain") + 1])
    probe = container["readinessProbe"]
    assert drain > probe["periodSeconds"] * (probe["failureThreshold"] + 1)
    assert pod["terminationGracePeriodSeconds"] > drain + Listening().grace


def test_what_compose_indexes_is_what_it_serves() -> None:
    services = compose()["services"]
    options = []
    for name in ("towhee", "index"):
        command = services[name]["command"]
        options.append(
            [command[command.index(option) + 1] for option in ("--store", "--collection")]
        )
        assert "/photos:ro" in str(services[name]["volumes"]), "keys are paths, in both alike"
    assert options[0] == options[1]
    assert options[0][0].partition("//")[2].partition(":")[0] in services
    assert services["towhee"]["ports"] == ["127.0.0.1:8000:8000"], "nobody but this machine"
    assert set(compose()["volumes"]) == {"cache", "milvus"}
