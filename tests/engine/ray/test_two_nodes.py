"""A cluster of two nodes, simulated in a network of its own, of which one is lost in mid-job."""

from __future__ import annotations

from pathlib import Path

import pytest

from own_network import told_in_own_network

pytest.importorskip("ray", reason="Ray is not installed")

ROWS = 2000
_STORY = Path(__file__).with_name("story_of_two_nodes.py")


@pytest.fixture(scope="module")
def story(clusters_asked_for: None) -> dict[str, object]:
    """What happened on the cluster: everything binds the loopback interface of a new network."""
    return told_in_own_network(_STORY, ROWS)


def test_both_nodes_take_part(story: dict[str, object]) -> None:
    assert story["nodes_before"] == 2


def test_the_job_ends_on_the_node_that_is_left(story: dict[str, object]) -> None:
    assert story["nodes_in_the_end"] == 1


def test_each_row_comes_once_and_in_order(story: dict[str, object]) -> None:
    assert story["rows"] == list(range(ROWS))
