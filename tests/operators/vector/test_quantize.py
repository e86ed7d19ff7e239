"""``vector_quantize`` stores vectors in fewer bytes, and ``vector_dequantize`` reads them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError

SMALL = arrays(np.float32, st.integers(1, 40), elements=st.floats(-1000, 1000, width=32))
Floats = npt.NDArray[np.float32]


def there_and_back(vector: Floats, kind: str, **options: Any) -> Floats:
    back: Floats = ops.vector_dequantize()(ops.vector_quantize(kind, **options)(vector))
    return back


@given(vector=SMALL)
def test_float16_is_off_by_a_2048th_of_each_number(vector: Floats) -> None:
    back = there_and_back(vector, "float16")
    assert back.dtype == np.float32
    assert np.all(np.abs(back - vector) <= np.abs(vector) * 2.0**-11 + 2.0**-25)


@given(vector=SMALL)
def test_int8_is_off_by_half_a_step(vector: Floats) -> None:
    codes = ops.vector_quantize("int8")(vector)
    back = ops.vector_dequantize()(codes)
    assert codes.dtype == np.int8
    assert np.all(np.abs(back - vector) <= codes.scale * (0.5 + 1e-4))


@given(vector=SMALL)
def test_a_given_scale_is_kept_and_what_is_beyond_it_is_the_last_code(vector: Floats) -> None:
    codes = ops.vector_quantize("int8", scale=2.0)(vector)
    inside = np.abs(vector) <= 254
    assert codes.scale == 2
    assert np.all(np.abs(np.asarray(codes)[inside] * 2.0 - vector[inside]) <= 1)
    assert np.array_equal(np.asarray(codes)[~inside], np.sign(vector[~inside]) * 127)


@given(vector=SMALL)
def test_binary_keeps_the_signs_and_the_dimension(vector: Floats) -> None:
    codes = ops.vector_quantize("binary")(vector)
    back = ops.vector_dequantize()(codes)
    assert codes.nbytes == -(-vector.size // 8)
    assert back.size == vector.size
    assert np.array_equal(back > 0, vector > 0)
    assert np.linalg.norm(back) == pytest.approx(1, abs=1e-6)


def test_codes_from_a_store_are_read_with_what_they_do_not_know() -> None:
    vector = np.array([1.0, -2.0, 0.5], np.float32)
    plain = np.asarray(ops.vector_quantize("int8", scale=0.25)(vector))
    assert ops.vector_dequantize(scale=0.25)(plain).tolist() == vector.tolist()
    bits = np.asarray(ops.vector_quantize("binary")(vector))
    assert np.sign(ops.vector_dequantize(dimension=3)(bits)).tolist() == [1, -1, 1]
    assert ops.vector_dequantize()(vector.astype(np.float16)).tolist() == vector.tolist()


def test_codes_stay_themselves_when_they_are_sent_to_another_process() -> None:
    codes = ops.vector_quantize("int8")([1.0, -0.5])
    sent = pickle.loads(pickle.dumps(codes))
    assert (sent.kind, sent.scale, sent.dimension) == (codes.kind, codes.scale, codes.dimension)
    assert np.array_equal(sent, codes)


def test_codes_of_a_collection_are_one_array() -> None:
    made = DataCollection([[1.0, -1.0], [0.5, 1.0]]).vector_quantize("int8").to_numpy()
    assert made.dtype == np.int8
    assert made.tolist() == [[127, -127], [64, 127]]


def test_a_vector_of_zeros_stays_one() -> None:
    assert there_and_back(np.zeros(3, np.float32), "int8").tolist() == [0, 0, 0]


@pytest.fixture(scope="module")
def photographs(shared_data: Path) -> Floats:
    """Vectors of 300 photographs, of a class each."""
    paths = sorted((shared_data / "imagenet-sample").glob("*.JPEG"))[:300]
    vectors = DataCollection(paths).image_decode.cv2(min_side=128).image_embedding.embedded()
    return vectors.to_numpy()


def nearest(likeness: npt.NDArray[Any], count: int = 10) -> npt.NDArray[np.int64]:
    """The places of the likest rows of each, itself left out."""
    order: npt.NDArray[np.int64] = np.argsort(-likeness, axis=1, kind="stable")
    return np.array([row[row != place][:count] for place, row in enumerate(order)])


def recall(found: npt.NDArray[np.int64], true: npt.NDArray[np.int64]) -> float:
    return float(np.mean([np.isin(t, f).mean() for f, t in zip(found, true, strict=True)]))


@pytest.mark.parametrize(("kind", "least"), [("float16", 0.998), ("int8", 0.98)])
def test_the_nearest_photographs_stay_the_nearest(
    photographs: Floats, kind: str, least: float
) -> None:
    back = DataCollection(list(photographs)).vector_quantize(kind).vector_dequantize().to_numpy()
    true = nearest(photographs @ photographs.T)
    assert recall(nearest(back @ back.T), true) >= least


def test_codes_with_one_scale_are_ranked_by_their_dot_product(photographs: Floats) -> None:
    scale = float(np.abs(photographs).max()) / 127
    codes = ops.vector_quantize("int8", scale=scale).batch(list(photographs))
    whole = np.array(codes).astype(np.int32)
    assert recall(nearest(whole @ whole.T), nearest(photographs @ photographs.T)) >= 0.97


def test_bits_that_differ_choose_candidates(photographs: Floats) -> None:
    codes = np.array(ops.vector_quantize("binary").batch(list(photographs)))
    bits = np.unpackbits(codes, axis=1)
    differing = (bits[:, None] != bits[None]).sum(axis=2)
    true = nearest(photographs @ photographs.T)
    assert recall(nearest(-differing, count=75), true) >= 0.7
    assert recall(nearest(-differing), true) >= 0.3


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "int4"},
        {"kind": "float16", "scale": 1.0},
        {"scale": 0},
        {"scale": -1.0},
        {"scale": np.nan},
        {"scale": "wide"},
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ops.vector_quantize(**arguments)


def test_numbers_too_large_for_float16_are_refused() -> None:
    with pytest.raises(DataError, match="70000, which is too large for float16"):
        ops.vector_quantize("float16")([7e4])


@pytest.mark.parametrize("value", [np.ones(3), [1, 2], "codes", None, np.ones((2, 2), np.float16)])
def test_what_holds_no_codes_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="codes"):
        ops.vector_dequantize()(value)


def test_int8_codes_without_a_scale_say_what_to_pass() -> None:
    with pytest.raises(DataError, match=r"does not know its scale; pass scale="):
        ops.vector_dequantize()(np.ones(3, np.int8))


def test_a_dimension_that_the_bits_cannot_have_is_refused() -> None:
    with pytest.raises(DataError, match="1 codes of binary are not those of 9 numbers"):
        ops.vector_dequantize(dimension=9)(np.zeros(1, np.uint8))
