"""Pieces of work grow until they are worth handing out, and no further."""

from __future__ import annotations

from towhee.engine.ray.pace import Pace

MIB = 2**20


def pace(total: int | None = None, batch_size: int | None = None) -> Pace:
    return Pace(workers=2, byte_limit=80 * MIB, total=total, batch_size=batch_size)


def test_the_first_piece_is_one_row_so_that_it_is_there_soon() -> None:
    assert pace().rows() == 1


def test_a_piece_is_four_times_one_that_was_quick() -> None:
    sizes = pace()
    sizes.note_time(rows=1, seconds=1e-4)
    sizes.note_time(rows=1, seconds=1e-4)
    assert sizes.rows() == 4
    sizes.note_time(rows=4, seconds=4e-4)
    assert sizes.rows() == 16


def test_pieces_take_a_second_and_more_when_there_was_much_work() -> None:
    sizes = pace()
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.01 * sizes.rows())
    assert sizes.rows() == 100
    for _ in range(1000):
        sizes.note_time(sizes.rows(), 0.01 * sizes.rows())
    assert sizes.rows() == 200, "two seconds, and no more"


def test_pieces_get_smaller_when_rows_take_longer() -> None:
    sizes = pace()
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.01 * sizes.rows())
    sizes.note_time(100, 20.0)
    assert sizes.rows() == 5


def test_a_known_number_of_rows_is_shared_out_among_the_workers() -> None:
    sizes = pace(total=80)
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.0)
    assert sizes.rows() == 80 // sizes.pieces


def test_pieces_get_smaller_towards_the_end_of_a_known_number() -> None:
    sizes = Pace(workers=2, byte_limit=80 * MIB, total=1600, batch_size=None, usual=16)
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.001 * sizes.rows())
    assert sizes.rows() == 192, "an eighth of them, in whole batches"
    sizes.note_given(1200)
    assert sizes.rows() == 48
    sizes.note_given(390)
    assert sizes.rows() == 16, "no less than what suits the model"


def test_pieces_under_way_stay_within_the_memory() -> None:
    sizes = pace()
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.0)
    sizes.note_size(1, MIB)
    assert sizes.rows() * sizes.pieces <= 80


def test_a_piece_that_is_heavy_between_two_steps_fits_its_worker() -> None:
    sizes = pace()
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.0)
    sizes.note_weight(4, 4 * MIB)
    assert sizes.rows() == 40


def test_slow_rows_of_a_model_still_fill_a_batch() -> None:
    sizes = Pace(workers=2, byte_limit=80 * MIB, total=None, batch_size=None, usual=16)
    for _ in range(10):
        sizes.note_time(sizes.rows(), 1.0 * sizes.rows())
    assert sizes.rows() == 16


def test_pieces_hold_whole_batches_of_the_size_asked_for() -> None:
    sizes = pace(total=100, batch_size=8)
    assert sizes.rows() == 8
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.0)
    assert sizes.rows() % 8 == 0


def test_pieces_of_a_model_hold_whole_batches_of_the_usual_size() -> None:
    sizes = Pace(workers=2, byte_limit=80 * MIB, total=None, batch_size=None, usual=16)
    for _ in range(10):
        sizes.note_time(sizes.rows(), 0.01 * sizes.rows())
    assert sizes.rows() == 96, "of the 100 that take a second"
