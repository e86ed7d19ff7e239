"""``towhee deploy ray``: what it writes keeps to its schemas, and the engine fits into it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner, Result

from towhee.cli.deploying.checks import memory_bytes
from towhee.cli.main import app
from towhee.plan.cluster import Cluster

ROOT = Path(__file__).parents[2]
KUBERAY = json.loads((Path(__file__).parent / "kuberay_schema.json").read_text())
EMBED = ["--claim", "photos", "--embed", "/data/my photos", "--output", "/data/photos.parquet"]
CASES = {
    "as it is": [],
    "fixed": ["--workers", "3", "--ray-version", "2.61.1"],
    "from none": ["--workers", "0:2", "--cpus", "16", "--memory", "64Gi", "--head-cpus", "4"],
    "gpus": ["--gpus", "2", "--cpus", "12", "--memory", "48Gi", "--image", "r.example:5000/a/b:c"],
    "files": ["--claim", "my.photos-1", "--mount", "/mnt/photos"],
    "embed": [*EMBED, "--workers", "2:6"],
    "job": ["--job", "python -c 'print(\"{{ a: b }}\")' # $HOME", "--workers", "1", "--gpus", "1"],
    "a word of yaml": ["--name", "on", "--head-memory", "1.5G"],
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["deploy", "ray", *arguments])


def written(folder: Path, *arguments: str) -> dict[str, Any]:
    """The objects of plain manifests, by their kinds."""
    done = run("-o", str(folder), *arguments)
    assert done.exit_code == 0, done.output
    found = [yaml.safe_load(file.read_text()) for file in folder.glob("*.yaml")]
    return {each["kind"]: each for each in found}


def cluster(objects: dict[str, Any]) -> Any:
    """The cluster that stays, or that of the job."""
    assert ("RayCluster" in objects) != ("RayJob" in objects)
    if "RayJob" in objects:
        return objects["RayJob"]["spec"]["rayClusterSpec"]
    return objects["RayCluster"]["spec"]


def templates(objects: dict[str, Any]) -> list[Any]:
    """The templates of the pods: of the head, of the workers."""
    spec = cluster(objects)
    return [each["template"] for each in (spec["headGroupSpec"], *spec["workerGroupSpecs"])]


@pytest.fixture(params=CASES, ids=list(CASES))
def arguments(request: pytest.FixtureRequest) -> list[str]:
    return CASES[request.param]


@pytest.fixture
def objects(tmp_path: Path, arguments: list[str]) -> dict[str, Any]:
    return written(tmp_path / "plain", *arguments)


def test_clusters_and_jobs_keep_to_what_kuberay_documents(objects: dict[str, Any]) -> None:
    found = objects.get("RayCluster") or objects["RayJob"]
    kind = 1 if found["kind"] == "RayJob" else 0
    schema = {**KUBERAY["oneOf"][kind], "definitions": KUBERAY["definitions"]}
    jsonschema.Draft7Validator(schema).validate(found)
    jsonschema.Draft7Validator(KUBERAY).validate(found)


def test_pods_and_policies_keep_to_the_schemas_of_kubernetes(objects: dict[str, Any]) -> None:
    version = kubernetes_validate.latest_version()
    kubernetes_validate.validate(objects["NetworkPolicy"], version, strict=True)
    for template in templates(objects):
        metadata = {**template["metadata"], "name": "pod"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
        kubernetes_validate.validate(pod, version, strict=True)
    options = cluster(objects).get("autoscalerOptions")
    if options is not None:
        container = {"name": "autoscaler", "image": "a"}
        container |= {key: options[key] for key in ("resources", "securityContext")}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}}
        pod |= {"spec": {"containers": [container]}}
        kubernetes_validate.validate(pod, version, strict=True)


def test_a_chart_renders_to_the_manifests(
    tmp_path: Path, arguments: list[str], objects: dict[str, Any]
) -> None:
    helm = pytest.importorskip("helm_python", reason="Helm comes with helm-python-sdk")
    assert run("-o", str(tmp_path / "chart"), "--helm", *arguments).exit_code == 0
    (name,) = {each["metadata"]["name"] for each in objects.values() if "metadata" in each}
    with helm.Chart.load(tmp_path / "chart") as chart:
        rendered = chart.render(name=name, namespace="elsewhere").values()
    found = [each for text in rendered for each in yaml.safe_load_all(text) if each]
    assert {each["kind"]: each for each in found} == {
        kind: each for kind, each in objects.items() if kind != "Kustomization"
    }


def test_a_chart_has_no_fault_that_helm_finds(tmp_path: Path, arguments: list[str]) -> None:
    helm = pytest.importorskip("helm_python", reason="Helm comes with helm-python-sdk")
    assert run("-o", str(tmp_path / "towhee-ray"), "--helm", *arguments).exit_code == 0
    found = helm.lint(tmp_path / "towhee-ray", strict=True)
    faults = [each["error"] for each in found["messages"] if each["severity"] > 1]
    assert faults == found["errors"] == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"workers": {"cpus": 0}}, "cpus"),
        ({"workers": {"memory": "4 GB"}}, "memory"),
        ({"workers": {"gpu": 1}}, "gpu"),
        ({"image": "Towhee"}, "image"),
        ({"files": {"mount": "data"}}, "mount"),
        ({"workers": {"min": 5}}, "workers.min is 5 and workers.max 4"),
        ({"workers": {"gpus": 2}}, "takes a processor"),
    ],
)
def test_a_chart_refuses_values_that_cannot_be(
    tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    helm = pytest.importorskip("helm_python", reason="Helm comes with helm-python-sdk")
    assert run("-o", str(tmp_path / "chart"), "--helm").exit_code == 0
    with (
        helm.Chart.load(tmp_path / "chart") as chart,
        pytest.raises((helm.HelmValuesError, helm.HelmRenderError), match=said),
    ):
        chart.render(values, name="birds")


def test_the_values_of_a_chart_keep_to_its_schema(tmp_path: Path, arguments: list[str]) -> None:
    assert run("-o", str(tmp_path), "--helm", *arguments).exit_code == 0
    schema = json.loads((tmp_path / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    values = yaml.safe_load((tmp_path / "values.yaml").read_text())
    jsonschema.Draft7Validator(schema).validate(values)
    chart = yaml.safe_load((tmp_path / "Chart.yaml").read_text())
    assert chart["apiVersion"] == "v2"


def test_the_workers_of_the_engine_fit_into_the_pods(objects: dict[str, Any]) -> None:
    spec = cluster(objects)
    assert spec["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    (workers,) = spec["workerGroupSpecs"]
    (container,) = workers["template"]["spec"]["containers"]
    limits, started = container["resources"]["limits"], workers["rayStartParams"]
    assert container["resources"]["requests"] == limits, "what Ray counts on is there"
    assert started["num-cpus"] == limits["cpu"]
    assert started.get("num-gpus") == limits.get("nvidia.com/gpu")
    pods, asked = workers["maxReplicas"], Cluster()
    gpus, cpus = int(started.get("num-gpus", 0)), int(started["num-cpus"])
    (said,) = [each for each in container["env"] if each["name"] == "TOWHEE_RAY_WORKERS"]
    assert int(said["value"]) * asked.num_cpus == (pods * gpus or pods * cpus)
    assert gpus < cpus, "there is a processor for what decodes"
    assert memory_bytes(limits["memory"]) >= cpus * 2**29


def test_only_a_cluster_whose_size_changes_may_ask_kubernetes_for_pods(
    objects: dict[str, Any],
) -> None:
    spec = cluster(objects)
    (workers,) = spec["workerGroupSpecs"]
    scales = workers["minReplicas"] < workers["maxReplicas"]
    assert spec.get("enableInTreeAutoscaling", False) is scales
    head, worker = templates(objects)
    assert ("automountServiceAccountToken" in head["spec"]) is not scales
    assert worker["spec"]["automountServiceAccountToken"] is False


def test_pods_run_without_rights_and_are_asked_for_their_health(objects: dict[str, Any]) -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    (user,) = re.findall(r"(?m)^USER (\d+):\d+$", text)
    for template in templates(objects):
        pod = template["spec"]
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == int(user)
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        environment = {each["name"]: each["value"] for each in container["env"]}
        assert environment["RAY_worker_niceness"] == "0"
        assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
        ports = {each["name"] for each in container.get("ports", ())}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            port = container[probe]["httpGet"]["port"]
            assert port in ports or port == 52365
        assert {each["name"] for each in container["volumeMounts"]} == {
            each["name"] for each in pod["volumes"]
        }


def test_nobody_but_the_pods_and_the_operator_reaches_ray(objects: dict[str, Any]) -> None:
    policy = objects["NetworkPolicy"]["spec"]
    selected = policy["podSelector"]["matchLabels"]
    for template in templates(objects):
        assert selected.items() <= template["metadata"]["labels"].items()
    ours, operators = policy["ingress"]
    assert ours == {"from": [{"podSelector": {"matchLabels": selected}}]}
    assert [each["port"] for each in operators["ports"]] == [8265]
    assert len(operators["from"]) == 1, "two entries would let all namespaces in"


def test_the_parameters_are_options_of_ray_start(objects: dict[str, Any]) -> None:
    scripts = pytest.importorskip("ray.scripts.scripts", reason="it is of the extra ray")
    options = {option for parameter in scripts.start.params for option in parameter.opts}
    spec = cluster(objects)
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        assert {f"--{name}" for name in group["rayStartParams"]} <= options


def test_the_job_is_a_command_of_towhee(tmp_path: Path) -> None:
    job = written(tmp_path / "job", *EMBED, "--cpus", "3")["RayJob"]["spec"]
    program, name, *rest = shlex.split(job["entrypoint"].replace("$TOWHEE_RAY_WORKERS", "12"))
    assert (program, name) == ("towhee", "embed")
    with get_command(app).make_context("towhee", [name]) as outer:
        made = get_command(app).get_command(outer, name)
        assert made is not None
        given = made.make_context(name, rest, parent=outer).params
    assert given["paths"] == ["/data/my photos"]
    assert given["output"] == Path("/data/photos.parquet")
    assert (given["engine"], given["address"], given["workers"]) == ("ray", "auto", 12)
    assert job["shutdownAfterJobFinishes"] is True


def test_kustomize_lists_the_files_and_all_bear_the_namespace(tmp_path: Path) -> None:
    objects = written(tmp_path / "here", "--namespace", "ml", "--name", "birds")
    listed = objects.pop("Kustomization")["resources"]
    found = {file.name for file in (tmp_path / "here").glob("*.yaml")}
    assert set(listed) == found - {"kustomization.yaml"}
    assert {each["metadata"]["namespace"] for each in objects.values()} == {"ml"}
    assert {each["metadata"]["name"] for each in objects.values()} == {"birds"}


def test_the_next_command_is_said(tmp_path: Path) -> None:
    plain = run("-o", str(tmp_path / "a"), "--namespace", "ml", "--json")
    assert json.loads(plain.stdout)["then"] == f"kubectl apply -k {tmp_path / 'a'}"
    chart = run("-o", str(tmp_path / "b"), "--namespace", "ml", "--helm", "--name", "birds")
    assert f"helm install birds {tmp_path / 'b'} --namespace ml" in chart.stdout


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = run("-o", str(tmp_path))
    assert done.exit_code == 1
    assert "is not empty" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--name", "Birds"], "no name for a cluster"),
        (["--name", "1st"], "a letter in front"),
        (["--name", "b" * 48], "47 characters"),
        (["--namespace", "my_team"], "no namespace"),
        (["--image", "Towhee:ray"], "no image"),
        (["--image", "towhee ray"], "no image"),
        (["--memory", "4GB"], "4Gi, perhaps"),
        (["--memory", "lots"], "no amount of memory"),
        (["--memory", "512Mi"], "1Gi is the least"),
        (["--cpus", "16"], "at least 8Gi"),
        (["--head-memory", "4gb"], "4Gi, perhaps"),
        (["--workers", "4:1"], "4:1 pods cannot be"),
        (["--workers", "0"], "0:0 pods cannot be"),
        (["--workers", "many"], "no MIN:MAX"),
        (["--gpus", "2"], "at least 3 processors"),
        (["--ray-version", "latest"], "no version of Ray"),
        (["--ray-version", "2.9.0"], "needs Ray 2.60 or later"),
        (["--claim", "Photos"], "no PersistentVolumeClaim"),
        (["--mount", "data"], "an absolute path"),
        (["--mount", "/data/"], "is written '/data'"),
        (["--mount", "/tmp/data"], "/tmp is used by the pods"),
        (["--embed", "/data/a"], "--embed needs --output"),
        (["--embed", "/data/a", "--output", "/data/a.parquet"], "--claim"),
        ([*EMBED, "--embed", "/photos"], "do not see '/photos'"),
        ([*EMBED, "--embed", "/data/../etc"], "do not see '/data/../etc'"),
        ([*EMBED, "--output", "/data/a.txt"], "ends in none of"),
        ([*EMBED, "--output", "https://example.org/a.npy"], "do not see"),
        ([*EMBED, "--gpus", "1"], "set_engine"),
        ([*EMBED, "--job", "ls"], "there is a --job already"),
        (["--output", "/data/a.parquet"], "it is of --embed"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, wrong: list[str], said: str
) -> None:
    done = run("-o", str(tmp_path / "new"), *wrong)
    assert done.exit_code in (1, 2)
    assert said in " ".join(re.sub("[│╭╮╰╯─]", " ", done.stderr).split())
    assert not (tmp_path / "new").exists()
