"""``Failure`` says which row failed, where, and on what."""

from __future__ import annotations

from towhee import Failure


def test_repr_names_row_operator_and_error() -> None:
    failure = Failure("a.jpg", "image_decode.pil()", "a.jpg", ValueError("damaged"))
    assert repr(failure) == "Failure(row 'a.jpg', image_decode.pil(): damaged)"
