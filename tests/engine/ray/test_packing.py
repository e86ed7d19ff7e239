"""What is packed comes out as it was, and what cannot be is named."""

from __future__ import annotations

import logging
import threading

import numpy as np
import pytest

from towhee.engine.chunk import LEFT_OPEN, MISSING, Chunk
from towhee.engine.ray.records import noted, tell
from towhee.errors import OperatorError, UsageError
from towhee.types import Entity, Failure, Image

pytest.importorskip("ray", reason="Ray is not installed")

from towhee.engine.ray.packing import Packed, packed, unpacked, with_error
from towhee.engine.ray.portable import RemoteError, joined_error


def sent(chunk: Chunk) -> Chunk:
    return unpacked(packed(Packed(chunk, 0))).chunk


def test_values_keep_their_types() -> None:
    values = [1, 2.5, "a", b"b", None, (1, 2), [3], {"k": 4}, Entity(a=1), {1, 2}, 2**70]
    given = sent(Chunk({"x": values}, range(len(values))))
    assert [(type(value), value) for value in given.columns["x"]] == [
        (type(value), value) for value in values
    ]


def test_arrays_keep_every_bit_and_images_their_mode() -> None:
    vector = np.array([0.1, np.nan, -0.0], np.float32)
    image = Image(np.zeros((2, 2, 3), np.uint8), "BGR")
    given = sent(Chunk({"v": [vector], "i": [image]}, ["key"]))
    assert given.columns["v"][0].tobytes() == vector.tobytes()
    assert given.columns["v"][0].dtype == np.float32
    assert given.columns["i"][0].mode == "BGR"


def test_a_place_without_a_value_stays_one() -> None:
    given = sent(Chunk({"x": [MISSING, LEFT_OPEN]}, [0, 1]))
    assert given.columns["x"][0] is MISSING
    assert given.columns["x"][1] is LEFT_OPEN


def test_a_failed_row_is_known_by_the_same_failure_in_its_column() -> None:
    failure = Failure("a.jpg", "decode", "a.jpg", ValueError("no image"))
    given = sent(Chunk({"x": [failure]}, ["a.jpg"], {0: failure}))
    assert given.columns["x"][0] is given.failures[0]
    assert str(given.failures[0].error) == "no image"


class Locked(Exception):
    """An error that holds what no pickle takes."""

    def __init__(self) -> None:
        super().__init__("it is locked")
        self.lock = threading.Lock()


def test_an_error_that_cannot_be_sent_still_says_what_it_said() -> None:
    failure = Failure(3, "open", 3, Locked())
    given = sent(Chunk({"x": [1, failure]}, [2, 3], {1: failure}))
    assert given.columns["x"][1] is given.failures[1]
    assert isinstance(given.failures[1].error, RemoteError)
    assert str(given.failures[1].error) == "Locked: it is locked"


def test_a_value_that_cannot_be_sent_is_named_with_its_row() -> None:
    with pytest.raises(UsageError, match=r"row 'b': <unlocked .* in column 'x' cannot be sent"):
        packed(Packed(Chunk({"x": [1, threading.Lock()]}, ["a", "b"]), 0))


def test_an_error_keeps_its_cause_and_tells_where_it_was_raised() -> None:
    def fail() -> None:
        raise ValueError("no image")

    try:
        fail()
    except ValueError as cause:
        error = OperatorError("row 1", key=1, operator="open", value="1")
        error.__cause__ = cause
    given = unpacked(packed(with_error(Packed(Chunk({}, ()), 0), error)))
    raised = joined_error(given.error)
    assert isinstance(raised, OperatorError)
    assert (raised.key, raised.operator) == (1, "open")
    assert isinstance(raised.__cause__, ValueError)
    assert "in fail" in str(raised.__cause__.__cause__)


def test_what_a_worker_logs_is_logged_by_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("towhee.engine.rows")
    with noted(logging.WARNING) as records:
        logger.info("nobody asked")
        logger.warning("skipped row %r: %s", 3, Locked())
    assert not caplog.records
    tell(records)
    assert [record.getMessage() for record in caplog.records] == ["skipped row 3: it is locked"]
    assert caplog.records[0].name == "towhee.engine.rows"
