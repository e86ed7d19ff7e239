"""What is asked of a cluster, and what is refused before anything is asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from towhee import dataset, ops
from towhee.errors import UsageError
from towhee.trainer.ray_training.placement import (
    Placement,
    Workers,
    check_room,
    config_there,
    placement_of,
    processors_of_each,
    room,
    workers_of_search,
    workers_of_training,
)
from towhee.trainer.training_config import TrainingConfig


def cluster_of(*nodes: dict[str, float], address: str = "10.0.0.1:6379") -> Any:
    """What Ray tells of a cluster with such machines, and one that is gone."""
    gone = {"Alive": False, "Resources": {"CPU": 1000.0}}
    total = {"CPU": sum(node.get("CPU", 0) for node in nodes)}
    return SimpleNamespace(
        nodes=lambda: [{"Alive": True, "Resources": node} for node in nodes] + [gone],
        cluster_resources=lambda: total,
        get_runtime_context=lambda: SimpleNamespace(gcs_address=address),
    )


@pytest.mark.parametrize(
    ("nodes", "count", "gpus", "each"),
    [
        ([8], 1, 0, 8),
        ([8], 2, 0, 4),
        ([8, 4], 2, 0, 4),
        ([8, 4], 3, 0, 4),
        ([8, 0], 3, 0, 2),
        ([2], 5, 0, 1),
        ([], 1, 0, 1),
        ([0.5], 1, 0, 1),
    ],
)
def test_workers_share_the_processors_of_the_machines_that_hold_them(
    nodes: list[float], count: int, gpus: float, each: float
) -> None:
    machines = [{"CPU": float(cpus)} for cpus in nodes]
    assert processors_of_each(machines, count, gpus) == each


def test_a_machine_without_a_gpu_holds_no_worker_that_has_one() -> None:
    machines = [{"CPU": 64.0}, {"CPU": 16.0, "GPU": 2.0}]
    assert processors_of_each(machines, 2, 1) == 8
    assert room(machines, Workers(1, 1, 0.5, None)) == 4
    assert room(machines, Workers(1, 1, 0, 10**9)) == 0, "no machine says that it has memory"


def test_a_training_has_the_workers_that_the_call_or_the_config_says() -> None:
    ray = cluster_of({"CPU": 8.0})
    assert workers_of_training(Placement(), TrainingConfig(), ray) == Workers(1, 8, 0, None)
    four = workers_of_training(Placement(num_worker=4), TrainingConfig(), ray)
    assert four == workers_of_training(Placement(), TrainingConfig(devices=4), ray)
    assert four == Workers(4, 2, 0, None)
    stated = Placement(num_worker=2, num_cpus=3, num_gpus=0.5, memory=10**9)
    made = workers_of_training(stated, TrainingConfig(), ray)
    assert made.resources() == {"CPU": 3, "GPU": 0.5, "memory": 10**9}
    assert str(made) == "2 of 3 CPU, 0.5 GPU, 1e+09 memory each"
    with pytest.raises(UsageError, match="leave one out"):
        workers_of_training(Placement(num_worker=2), TrainingConfig(devices=3), ray)
    with pytest.raises(UsageError, match=r"devices=2, or num_worker"):
        workers_of_training(Placement(), TrainingConfig(devices=[0, 1]), ray)


def test_trials_run_at_once_as_the_cluster_has_room() -> None:
    ray = cluster_of({"CPU": 8.0}, {"CPU": 3.0})
    assert workers_of_search(Placement(), ray) == Workers(11, 1, 0, None)
    assert workers_of_search(Placement(num_cpus=2), ray) == Workers(5, 2, 0, None)
    assert workers_of_search(Placement(num_worker=3), ray) == Workers(3, 3, 0, None)


def test_a_machine_alone_refuses_what_it_never_has_and_a_cluster_may_grow(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wanted = Workers(4, 1, 0, None)
    check_room(wanted, cluster_of({"CPU": 4.0}, address="127.0.0.1:6379"))
    with pytest.raises(UsageError, match=r"this machine has 2 CPU, 0 GPU, and 4 of 1 CPU each"):
        check_room(wanted, cluster_of({"CPU": 2.0}, address="127.0.0.1:6379"))
    assert not caplog.records
    check_room(wanted, cluster_of({"CPU": 2.0}))
    assert "waits until it has grown" in caplog.text


def test_the_device_is_one_that_workers_are_given() -> None:
    without, with_one = Workers(1, 1, 0, None), Workers(1, 1, 1, None)
    assert config_there(TrainingConfig(device_str="cuda"), with_one).device_str == "cuda"
    with pytest.raises(UsageError, match="say num_gpus=1"):
        config_there(TrainingConfig(device_str="cuda"), without)
    with pytest.raises(UsageError, match="is of one machine"):
        config_there(TrainingConfig(device_str="cuda:1"), with_one)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"engine": "spark"}, 'choose "local" or "ray"'),
        ({"num_worker": 2}, 'are of engine "ray"'),
        ({"address": "auto"}, 'are of engine "ray"'),
        ({"engine": "ray", "num_worker": 0}, "num_worker is a whole number"),
        ({"engine": "ray", "num_cpus": 0}, "num_cpus is a number"),
        ({"engine": "ray", "num_gpus": -1}, "num_gpus is a number"),
        ({"engine": "ray", "memory": 0}, "memory is a number"),
        ({"engine": "ray", "address": "ray://head:10001"}, "is of Ray Client"),
    ],
)
def test_what_cannot_be_is_refused_by_train_and_tune(given: dict[str, Any], said: str) -> None:
    op = ops.image_embedding.embedded()
    for learn in (op.train, op.tune):
        with pytest.raises(UsageError, match=said):
            learn(train_dataset=dataset("train", size=8), **given)


def test_without_a_word_it_is_this_process() -> None:
    assert placement_of("local", Placement()) is None
    assert placement_of("ray", Placement()) == Placement()
