"""FAISS's threshold is lowered while a batch is searched, and put back."""

from __future__ import annotations

import threading

import faiss
import pytest

from towhee.search.matrix_products import FEWEST_QUERIES, matrix_products


def _threshold() -> int:
    return int(faiss.cvar.distance_compute_blas_threshold)


def test_the_threshold_is_as_it_was_behind_a_batch() -> None:
    before = _threshold()
    with matrix_products(FEWEST_QUERIES):
        assert _threshold() == 1
    assert _threshold() == before
    with matrix_products(FEWEST_QUERIES - 1):
        assert _threshold() == before


def test_it_is_put_back_behind_an_error() -> None:
    before = _threshold()
    with pytest.raises(ValueError, match="in between"), matrix_products(100):
        raise ValueError("in between")
    assert _threshold() == before


def test_the_last_of_several_threads_puts_it_back() -> None:
    before = _threshold()
    inside, leave = threading.Event(), threading.Event()

    def search() -> None:
        with matrix_products(100):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=search)
    thread.start()
    assert inside.wait(10)
    with matrix_products(100):
        pass
    assert _threshold() == 1, "the other is still at it"
    leave.set()
    thread.join()
    assert _threshold() == before
