"""Options say how a plan runs, and refuse what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from towhee.errors import UsageError
from towhee.plan import Options


@pytest.mark.parametrize("name", ["num_worker", "batch_size", "memory_limit"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True])
def test_a_number_that_is_no_count_is_refused(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"{name} is a whole number of at least 1, not {value!r}"):
        Options(**{name: value})


def test_an_unknown_way_with_errors_is_refused_with_the_choices() -> None:
    with pytest.raises(UsageError, match='"raise", "skip" or "keep", not \'ignore\''):
        Options(on_error="ignore")  # type: ignore[arg-type]


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UsageError, match="no engine 'spark'"):
        Options(engine="spark")  # type: ignore[arg-type]


def test_an_unknown_option_is_answered_with_the_closest() -> None:
    with pytest.raises(UsageError, match="'batchsize'; did you mean 'batch_size'"):
        Options().with_(batchsize=8)


def test_changed_options_leave_the_others_as_they_were() -> None:
    options = Options(batch_size=4).with_(num_worker=2)
    assert (options.batch_size, options.num_worker, options.on_error) == (4, 2, "raise")
