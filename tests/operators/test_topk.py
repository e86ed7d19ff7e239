"""How many results are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from towhee.errors import UsageError
from towhee.operators.topk import check_topk


def test_a_number_of_results_is_itself() -> None:
    assert check_topk(3) == 3


@pytest.mark.parametrize("wrong", [0, -1, 2.0, "5", True, None], ids=repr)
def test_what_is_no_number_of_results_is_refused(wrong: Any) -> None:
    with pytest.raises(UsageError, match="topk is a whole number of at least 1, not "):
        check_topk(wrong)
