"""The table of scaling holds true ratios, and the same vectors on any number of cores."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Any

import pytest
from scaling import doublings


def test_cores_double_as_far_as_there_are_so_many() -> None:
    assert doublings([3]) == [[3]]
    assert doublings([0, 1, 2, 3, 4, 5]) == [[0], [0, 1], [0, 1, 2, 3]]


def test_each_doubling_is_compared_with_the_one_before(figures: Callable[[str], Any]) -> None:
    (model,) = figures("scaling")["models"]
    runs = model["runs"]
    assert [run["cores"] for run in runs] == [
        len(some) for some in doublings(sorted(os.sched_getaffinity(0)))
    ]
    for before, run in itertools.pairwise(runs):
        ratio = run["images_per_second"] / before["images_per_second"]
        assert run["ratio_to_half"] == pytest.approx(ratio, rel=1e-2)


def test_vectors_do_not_depend_on_the_number_of_cores(figures: Callable[[str], Any]) -> None:
    (model,) = figures("scaling")["models"]
    assert all(run["worst_cosine"] > 0.999 for run in model["runs"])
