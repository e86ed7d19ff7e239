"""A path of the user's own is one, and never the working folder by accident."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from towhee.errors import UsageError
from towhee.models.checkpoint_path import checkpoint_path


def test_a_path_is_taken_with_the_home_written_out() -> None:
    assert checkpoint_path("~/weights") == Path.home() / "weights"


@pytest.mark.parametrize("wrong", ["", 0, b"weights", ["weights"]])
def test_what_is_no_path_is_refused(wrong: Any) -> None:
    with pytest.raises(UsageError, match="checkpoint is the path of a file or a folder"):
        checkpoint_path(wrong)
