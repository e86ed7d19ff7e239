"""A training whose machine is lost, in a cluster that is simulated in a network of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from own_network import told_in_own_network
from tiny_models import tiny_checkpoint

pytest.importorskip("ray", reason="Ray is not installed")

_STORY = Path(__file__).with_name("story_of_a_lost_machine.py")


@pytest.fixture(scope="module")
def story(clusters_asked_for: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened: everything binds the loopback interface of a new network."""
    folder = tmp_path_factory.mktemp("story")
    checkpoint = tiny_checkpoint(folder / "test_resnet")
    return told_in_own_network(
        _STORY,
        checkpoint,
        folder / "out",
        RAY_worker_niceness="0",
        PYTHONPATH=str(Path(__file__).parents[2]),
    )


def test_it_is_trained_on_two_machines_one_after_the_other_and_not_on_the_callers(
    story: dict[str, Any],
) -> None:
    assert (story["machines"], story["callers"]) == (2, 0)
    assert len(story["said"]) == 1


def test_no_epoch_is_lost_or_repeated_and_the_model_arrives(story: dict[str, Any]) -> None:
    assert story["epochs"] == list(range(1, 7))
    assert story["is_here"]
