"""A bad row gives one error that names it, or one Failure, and no other row is lost."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import towhee
from towhee import DataCollection, Failure, pipeline
from towhee.errors import (
    MissingFileError,
    OperatorError,
    UnknownNameError,
    UsageError,
)


def picture(path: Path, seed: int) -> Path:
    """A readable photograph-like file."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    PIL.Image.fromarray(noise).resize((80, 60), PIL.Image.Resampling.BICUBIC).save(path)
    return path


def huge_png(path: Path) -> None:
    """A few bytes that claim to be 60,000 by 60,000 pixels."""

    def part(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", data) + part(b"IEND", b"")
    )


def bad_value(kind: str, folder: Path) -> Any:
    """A value that cannot be embedded."""
    path = folder / f"{kind}.jpg"
    if kind == "unreadable":
        path.write_bytes(bytes(range(256)) * 4)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "truncated":
        whole = picture(folder / "whole.jpg", 99).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "renamed text":
        path.write_text("This is no picture at all, it is a letter.")
    elif kind == "huge":
        huge_png(path)
    elif kind == "zero-size":
        return np.empty((0, 10, 3), np.uint8)
    elif kind == "a number":
        return 57
    elif kind == "private address":
        return "http://127.0.0.1:9/picture.jpg"
    elif kind == "other scheme":
        return "ftp://example.org/picture.jpg"
    return str(path)


KINDS = {
    "unreadable": "unreadable.jpg",
    "empty": "empty.jpg",
    "truncated": "truncated.jpg",
    "renamed text": "renamed text.jpg",
    "huge": "60000",
    "missing": "missing.jpg",
    "zero-size": "0",
    "a number": "int is no image",
    "private address": "127.0.0.1",
    "other scheme": "ftp",
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_bad_image_among_good_ones(kind: str, tmp_path: Path) -> None:
    good = [str(picture(tmp_path / f"{seed}.png", seed)) for seed in range(6)]
    bad = bad_value(kind, tmp_path)
    mixed = [*good[:3], bad, *good[3:]]
    expected = pipeline("image-embedding")(good)

    kept = pipeline("image-embedding", on_error="keep")(mixed)
    failures = [result for result in kept if isinstance(result, Failure)]
    assert len(kept) == 7
    assert [isinstance(result, Failure) for result in kept] == [i == 3 for i in range(7)]
    assert failures[0].operator.startswith("image_decode.pil")
    assert KINDS[kind] in str(failures[0].error)
    assert failures[0].key in (bad, 3) if isinstance(bad, (str, int)) else failures[0].key == 3
    vectors = np.stack([result for result in kept if not isinstance(result, Failure)])
    assert np.abs(vectors - expected).max() < 1e-5

    skipped = pipeline("image-embedding", on_error="skip")(mixed)
    assert np.abs(skipped - expected).max() < 1e-5

    with pytest.raises(OperatorError) as raised:
        pipeline("image-embedding")(mixed)
    message = str(raised.value)
    assert "image_decode.pil" in message
    assert KINDS[kind] in message
    assert 'set on_error="skip" or "keep"' in message
    assert raised.value.__cause__ is not None


def test_a_function_that_raises_at_row_57_names_row_operator_and_value() -> None:
    def reciprocal(x: int) -> float:
        return 1 / (57 - x)

    reciprocals = iter(DataCollection.range(100).map(reciprocal))
    assert [next(reciprocals) for _ in range(57)] == [1 / (57 - x) for x in range(57)]
    with pytest.raises(OperatorError, match=r"^row 57: map\(reciprocal\) raised ZeroDivisionError"):
        next(reciprocals)
    kept = DataCollection.range(100).config(on_error="keep").map(reciprocal).to_list()
    assert [i for i, value in enumerate(kept) if isinstance(value, Failure)] == [57]
    assert len(DataCollection.range(100).config(on_error="skip").map(reciprocal).to_list()) == 99


def test_a_glob_without_a_match_names_its_patterns() -> None:
    with pytest.raises(FileNotFoundError, match=r"no file matches '/no/such/\*\.jpg'") as raised:
        DataCollection.from_glob("/no/such/*.jpg")
    assert isinstance(raised.value, MissingFileError)


def test_wrong_names_fail_when_the_chain_is_written() -> None:
    images = towhee.dc["path"](["a.jpg"])
    with pytest.raises(AttributeError, match=r"did you mean 'image_embedding"):
        images.image_embeding  # noqa: B018
    with pytest.raises(UnknownNameError, match=r"'colour'.*'mode'"):
        images.image_decode.cv2(colour="RGB")  # type: ignore[call-arg]
    with pytest.raises(UnknownNameError, match=r"'modes'; did you mean 'mode'"):
        images.image_decode.cv2(modes="RGB")  # type: ignore[call-arg]
    with pytest.raises(UnknownNameError, match=r"no column is called 'pth'; did you mean 'path'"):
        images.image_decode.cv2["pth", "image"]()
    with pytest.raises(UsageError, match="mode"):
        images.image_decode.cv2["path", "image"](mode="HSV")
    with pytest.raises(UnknownNameError, match="did you mean 'image-embedding'"):
        pipeline("image-embeding")
    with pytest.raises(UnknownNameError, match="'normalise'; did you mean 'normalize'"):
        pipeline("image-embedding", normalise=False)
