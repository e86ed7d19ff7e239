"""Services on a Ray cluster: the whole application there, or the batches of one that is here."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import httpx
import numpy as np
import psutil
import pytest

import towhee
from live_server import data_uri, running
from serve_command import Command, command
from towhee import Pipeline, pipeline
from towhee.errors import UsageError
from towhee.plan.cluster import Cluster
from towhee.serve.forming import BatchRules
from towhee.serve.ray_serving.replicas import Replicas
from towhee.serve.served import served

ray_serve = pytest.importorskip("ray.serve", reason="Ray Serve is not installed")

EMBED = "/v1/pipelines/image-embedding"
KEY = "a-key-of-the-tests-for-ray"


def vectors_of(address: str, contents: list[bytes], **headers: str) -> np.ndarray:
    sent = {"inputs": [*map(data_uri, contents)]}
    answer = httpx.post(f"{address}{EMBED}", json=sent, headers=headers, timeout=120)
    assert answer.status_code == 200, answer.text
    return np.array([each["result"] for each in answer.json()["results"]], np.float32)


@pytest.fixture(scope="module")
def on_ray(clusters_asked_for: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """``towhee serve --engine ray`` with two replicas."""
    folder = tmp_path_factory.mktemp("ray")
    keys = folder / "keys"
    keys.write_text(f"tests:{KEY}\n")
    asked = ["image-embedding", "--engine", "ray", "--workers", "2", "--api-key-file", str(keys)]
    with command(folder, *asked) as found:
        yield found


def test_a_cluster_serves_the_vectors_of_the_library(
    on_ray: Command, embed: Pipeline, photographs: list[Path]
) -> None:
    contents = [path.read_bytes() for path in photographs]
    found = vectors_of(on_ray.address, contents, Authorization=f"Bearer {KEY}")
    assert np.abs(found - embed(contents)).max() < 1e-6


def test_keys_and_limits_hold_there_too(on_ray: Command, photographs: list[Path]) -> None:
    body = photographs[0].read_bytes()
    url = f"{on_ray.address}{EMBED}"
    assert httpx.post(url, content=body).status_code == 401
    assert httpx.post(url, content=body, headers={"Authorization": "Bearer x"}).status_code == 401
    with httpx.Client(headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as client:
        sent = {"inputs": [data_uri(body), data_uri(b"no picture"), "/etc/passwd"]}
        found = client.post(url, json=sent).json()["results"]
        assert [*map(list, found)] == [["result"], ["error"], ["error"]]
        assert client.post(url, content=b"x" * (17 * 2**20)).status_code == 413
        assert client.get(f"{on_ray.address}/").status_code == 200
        assert "towhee_requests" in client.get(f"{on_ray.address}/metrics").text


def test_a_replica_that_is_killed_is_replaced(
    on_ray: Command, embed: Pipeline, photographs: list[Path]
) -> None:
    body = photographs[0].read_bytes()
    first, other = replicas_of(on_ray)
    first.kill()
    with httpx.Client(headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as client:

        def answered() -> bool:
            sent = {"Content-Type": "image/jpeg"}
            return client.post(f"{on_ray.address}{EMBED}", content=body, headers=sent).is_success

        wait_for(answered)
        wait_for(lambda: len(replicas_of(on_ray)) == 2)
        assert other.is_running()
        assert all(answered() for _ in range(20))


def test_sigterm_ends_it_and_all_that_it_started(
    clusters_asked_for: None, tmp_path: Path, photographs: list[Path]
) -> None:
    with command(tmp_path, "image-embedding", "--engine", "ray") as found:
        started = psutil.Process(found.process.pid).children(recursive=True)
        assert found.ends(signal.SIGTERM) == 0
        _, alive = psutil.wait_procs(started, timeout=30)
    assert not alive


def test_what_cannot_be_loaded_there_is_said(clusters_asked_for: None, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "config.json").write_text('{"architecture": "mobilenetv2_100"}')
    (weights / "model.safetensors").write_text("cut short")
    name, chosen = "image-embedding-mobilenetv2_100", f"checkpoint={weights}"
    told = r"'towhee' cannot be started on the cluster: .*model.safetensors' is damaged"
    with (
        pytest.raises(AssertionError, match=told),
        command(tmp_path, name, "--engine", "ray", "--set", chosen),
    ):
        pass


def test_batches_of_a_server_here_run_there(
    cluster: ModuleType, embed: Pipeline, photographs: list[Path]
) -> None:
    contents = [path.read_bytes() for path in photographs]
    there = pipeline("image-embedding").set_engine("ray")
    with running(there.serve()) as address:
        assert len(applications()) == 1
        assert np.abs(vectors_of(address, contents) - embed(contents)).max() < 1e-6
        sent = {"inputs": [data_uri(contents[0]), data_uri(b"no picture")]}
        _, bad = httpx.post(f"{address}{EMBED}", json=sent, timeout=60).json()["results"]
        assert "image" in bad["error"]["message"]
    assert not applications()


def test_a_batch_whose_replica_is_killed_goes_to_another(
    cluster: ModuleType, sent_by_value: None, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"

    def dies_at_first(value: int) -> int:
        if not seen.exists():
            seen.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * value

    with towhee.api() as api:
        chain = api.map(dies_at_first).set_engine("ray")
    made = served(chain, "twice")
    made.preload()
    try:
        assert made.runner.run([1, 2, 3]) == [2, 4, 6]
    finally:
        made.runner.close()


def test_replicas_come_and_go_with_the_load() -> None:
    options = Replicas(1, 8, Cluster(num_cpus=2, num_gpus=0.5)).options(BatchRules(32), 30)
    assert options["autoscaling_config"] == {
        "min_replicas": 1,
        "max_replicas": 8,
        "target_ongoing_requests": 32,
    }
    assert options["ray_actor_options"] == {"num_cpus": 2, "num_gpus": 0.5}
    assert Replicas(2, 2, Cluster()).options(BatchRules(), 30)["num_replicas"] == 2


@pytest.mark.parametrize(("least", "most"), [(2, 1), (0, 0), (-1, 1)])
def test_numbers_of_replicas_that_cannot_be(least: int, most: int) -> None:
    with pytest.raises(UsageError, match="replicas cannot be"):
        Replicas(least, most, Cluster())


def test_more_than_this_machine_has_is_refused(cluster: ModuleType) -> None:
    there = pipeline("image-embedding").set_engine("ray", num_cpus=64)
    with pytest.raises(UsageError, match="do not fit on this machine, which has 2"):
        there.serve()


def replicas_of(found: Command) -> list[psutil.Process]:
    """The processes of its replicas."""
    children = psutil.Process(found.process.pid).children(recursive=True)
    return [each for each in children if "ServeReplica" in title_of(each)]


def title_of(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return " ".join(process.cmdline())
    return ""


def applications() -> list[str]:
    """The names of those that Ray Serve has."""
    return [*ray_serve.status().applications]


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.1)  # between two looks at processes of Ray
