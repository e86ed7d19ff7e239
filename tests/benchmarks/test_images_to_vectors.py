"""The table of images to vectors holds true ratios, of vectors that agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from images_to_vectors import GPU_VARIANTS, PLAIN, arguments, field, shown

PEER_ROWS = {"Ray Data", "Daft native", "fastembed", "fastembed, parallel", "Towhee 1.1.3 pipe"}


@pytest.fixture
def model(figures: Callable[[str], Any]) -> Any:
    """The results of the one network of the smoke run."""
    (only,) = figures("images_to_vectors")["models"]
    return only


@pytest.fixture
def rows(model: Any) -> dict[str, Any]:
    """They, by the contender's name."""
    return {each["name"]: each for each in model["contenders"]}


def test_the_network_is_the_one_that_was_named(model: Any) -> None:
    assert model["name"] == "test_resnet"
    assert not model["random_weights"]


def test_ratios_to_the_plain_loop_are_those_of_the_rates(rows: dict[str, Any]) -> None:
    plain = rows[PLAIN]["images_per_second"]
    ran = [row for row in rows.values() if row["images_per_second"] is not None]
    assert {PLAIN, "towhee", "limit of towhee", "torch DataLoader"} <= {row["name"] for row in ran}
    for row in ran:
        expected = row["images_per_second"] / plain
        assert row["ratio_to_plain"] == pytest.approx(expected, rel=1e-2, abs=2e-3)


def test_ratios_to_the_limit_are_those_of_the_rates(rows: dict[str, Any]) -> None:
    limit = rows["limit of towhee"]["images_per_second"]
    for name in (PLAIN, "towhee", "torch DataLoader"):
        expected = rows[name]["images_per_second"] / limit
        assert rows[name]["ratio_to_limit"] == pytest.approx(expected, rel=1e-2, abs=2e-3)


def test_the_limit_is_the_cores_over_what_an_image_costs(
    rows: dict[str, Any], figures: Callable[[str], Any]
) -> None:
    limit = rows["limit of towhee"]
    cores = figures("images_to_vectors")["machine"]["cores"]
    milliseconds = limit["prepare_core_ms"] + limit["model_core_ms"]
    assert limit["images_per_second"] == pytest.approx(1000 * cores / milliseconds, rel=1e-2)


def test_towhee_gives_the_vectors_of_the_plain_loop(rows: dict[str, Any]) -> None:
    assert rows[PLAIN]["worst_cosine"] == pytest.approx(1)
    assert rows["towhee"]["worst_cosine"] > 0.999
    assert rows["torch DataLoader"]["worst_cosine"] > 0.99999


def test_a_peer_that_is_not_installed_is_listed_as_such(model: Any, rows: dict[str, Any]) -> None:
    absent = [row for row in rows.values() if row["images_per_second"] is None]
    assert {row["name"] for row in absent} == PEER_ROWS
    table = shown(model)
    for row in absent:
        assert "not installed" in row["error"]
        assert f"{row['name']}: {row['error']}" in table


def test_a_variant_stands_for_keyword_arguments() -> None:
    assert arguments("precision=int8,fidelity=0.99") == {"precision": "int8", "fidelity": 0.99}
    assert arguments("") == {}


def test_on_a_gpu_only_those_compete_that_compute_there() -> None:
    competing = field(None, list(GPU_VARIANTS), "cuda")
    towhee = [each for each in competing if each.script in ("towhee_chain.py", "limit.py")]
    assert {each.options["device"] for each in towhee} == {"cuda"}
    others = [each for each in competing if each not in towhee]
    assert {each.script for each in others} == {"timm_loop.py", "torch_loader.py"}
    assert {each.fields["device"] for each in others} == {"cuda"}
