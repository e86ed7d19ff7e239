"""What ``towhee serve`` refuses before anything starts."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--workers", "1:4"], "of --engine ray"),
        (["--workers", "many"], "no MIN:MAX"),
        (["--address", "auto"], "of --engine ray"),
        (["--num-gpus", "1"], "of --engine ray"),
        (["--detach"], "of --engine ray"),
        (["--engine", "ray", "--manage"], "of --engine local"),
        (["--engine", "ray", "--drain", "2"], "of --engine local"),
        (["--engine", "ray", "--workers", "4:2"], "4:2 replicas cannot be"),
        (["--engine", "ray", "--detach"], "needs the address"),
    ],
)
def test_options_that_do_not_go_together(towhee: Any, arguments: list[str], told: str) -> None:
    done = towhee("serve", "image-embedding", *arguments)
    assert done.exit_code in (1, 2)
    assert told in " ".join(done.stderr.split())
