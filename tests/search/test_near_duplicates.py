"""Near duplicates are the connected components of all near pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from towhee import pipeline
from towhee.errors import UsageError
from towhee.search import near_duplicates

GALLERY = Path(__file__).parents[2] / "src/towhee/samples/gallery"


def components(is_near: Any) -> list[list[int]]:
    """By following all links from each row in turn."""
    left, groups = set(range(len(is_near))), []
    while left:
        group, waiting = set(), [min(left)]
        while waiting:
            row = waiting.pop()
            if row not in group:
                group.add(row)
                waiting += np.flatnonzero(is_near[row]).tolist()
        left -= group
        groups.append(sorted(group))
    return [group for group in groups if len(group) > 1]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1000), rows=st.integers(1, 120), threshold=st.floats(0.05, 2))
def test_groups_are_the_components_of_brute_force(seed: int, rows: int, threshold: float) -> None:
    data = np.random.default_rng(seed).normal(size=(rows, 3)).astype(np.float32)
    exact = data.astype(np.float64)
    apart = np.linalg.norm(exact[:, None] - exact[None], axis=2)
    assert near_duplicates(data, threshold, "L2") == components(apart <= threshold)


def test_groups_reach_over_tiles() -> None:
    """A chain of 20,000 vectors, each near the next alone, in a random order."""
    order = np.random.default_rng(0).permutation(20_000)
    data = np.stack([order, np.zeros(20_000)], axis=1)
    data = data[data[:, 0] != 7000]
    groups = near_duplicates(data, 1.0, "L2", keys=data[:, 0].astype(int).tolist())
    assert sorted(map(sorted, groups), key=len) == [
        list(range(7000)),
        list(range(7001, 20_000)),
    ]


def test_thousands_of_copies_are_one_group() -> None:
    data = np.tile(np.random.default_rng(1).normal(size=64).astype(np.float32), (20_000, 1))
    data[::2] *= -3
    groups = near_duplicates(data, 0.999999)
    assert [len(group) for group in groups] == [10_000, 10_000]
    assert groups[0][:3] == [0, 2, 4]


def test_distant_vectors_have_no_group() -> None:
    assert near_duplicates(np.eye(5), 0.5) == []
    assert near_duplicates([], 0.5) == []


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"threshold": float("nan")}, "a threshold is a finite number"),
        ({"threshold": -1.0, "metric": "L2"}, "a distance is at least 0"),
        ({"threshold": 0.5, "keys": ["a"]}, "1 keys were given for 3 vectors"),
    ],
)
def test_calls_that_mean_nothing_are_refused(given_: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        near_duplicates(np.eye(3), **given_)


def test_photographs_stand_with_their_copies_and_with_no_others(tmp_path: Path) -> None:
    originals = sorted(GALLERY.glob("*.jpg"))[:20]
    paths = [str(path) for path in originals]
    for path in originals[:8]:
        with PIL.Image.open(path) as picture:
            small = picture.convert("RGB").resize((picture.width // 2, picture.height // 2))
            small.save(tmp_path / f"{path.stem}.small.jpg", quality=60)
            picture.convert("RGB").save(tmp_path / f"{path.stem}.png")
    paths += [str(path) for path in sorted(tmp_path.iterdir())]
    vectors = pipeline("image-embedding")(paths)
    groups = near_duplicates(vectors, 0.9, keys=[Path(path).name for path in paths])
    assert [sorted(group) for group in groups] == [
        sorted([path.name, f"{path.stem}.small.jpg", f"{path.stem}.png"]) for path in originals[:8]
    ]
