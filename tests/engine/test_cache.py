"""A run with a cache gives what a run without one gives, and computes only what is new."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import PIL.Image
import pytest

from towhee import DataCollection, Failure, Image, dc, register
from towhee.cache import stamp as stamps
from towhee.cache.database import FILE_NAME
from towhee.cache.store import ResultCache
from towhee.engine.operators import forget_models
from towhee.errors import OperatorError
from towhee.hub.registry import unregister
from towhee.operators.base import ModelOperator, Operator

LIMIT = 10**8


class CountedModel(ModelOperator[Any, Any]):
    """A model over images that tells what reached it."""

    prepared: ClassVar[int] = 0
    batches: ClassVar[list[int]] = []
    weights: ClassVar[str | None] = "first"

    def __init__(self, *, width: int = 4, fails_on: int = -1) -> None:
        self._width, self._fails_on = width, fails_on

    def fingerprint(self) -> str | None:
        return self.weights

    def prepare(self, value: Any) -> Any:
        type(self).prepared += 1
        return float(np.asarray(value, np.float64).sum())

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        self.batches.append(len(prepared))
        if self._fails_on in prepared:
            raise ValueError("this one does not agree with the model")
        angles = np.outer(prepared, np.arange(1, self._width + 1))
        return np.sin(angles).astype(np.float32)


class CountedDecode(Operator[Any, Any]):
    """The reference decoder, which counts."""

    placement = "threads"
    reads_files = True
    decoded: ClassVar[list[str]] = []

    def __init__(self) -> None:
        from towhee.operators.image_decode.pil import PilImageDecode

        self._decode = PilImageDecode()

    def content(self, value: Any) -> Any:
        return self._decode.content(value)

    def batch(self, values: Sequence[Any]) -> Sequence[Any]:
        self.decoded.extend(str(getattr(value, "name", value)) for value in values)
        return self._decode.batch(values)


class ToTuple(ModelOperator[Any, Any]):
    """A model of two results."""

    def prepare(self, value: Any) -> Any:
        return value

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        return [(np.float32(np.sum(value)), {"size": int(np.size(value))}) for value in prepared]


class Unkeepable(ToTuple):
    """A model whose results cannot be written down."""

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        return [{1, 2} for _ in prepared]


@pytest.fixture(autouse=True)
def operators(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    named = {
        "cached_decode": CountedDecode,
        "cached_model": CountedModel,
        "cached_pair": ToTuple,
        "cached_set": Unkeepable,
    }
    for name, operator in named.items():
        register(name)(operator)
    monkeypatch.setattr(CountedModel, "prepared", 0)
    monkeypatch.setattr(CountedModel, "batches", [])
    monkeypatch.setattr(CountedDecode, "decoded", [])
    yield
    forget_models()
    for name in named:
        unregister(name)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once, so that no test has to wait for that."""
    monkeypatch.setattr(stamps, "_GRANULE", -1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def picture(path: Path, seed: int) -> str:
    pixels = np.random.default_rng(seed).integers(0, 256, (9, 7, 3)).astype(np.uint8)
    PIL.Image.fromarray(pixels).save(path)
    return str(path)


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    (tmp_path / "pictures").mkdir()
    return [picture(tmp_path / "pictures" / f"{seed:03}.png", seed) for seed in range(40)]


def chain(values: Any, **arguments: Any) -> Any:
    return DataCollection(values).cached_decode().cached_model(**arguments)


def forwarded() -> int:
    """How many rows have reached the model since this was asked last."""
    rows = sum(CountedModel.batches)
    CountedModel.batches.clear()
    return rows


def same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether vectors are the same to the last bit."""
    return len(one) == len(other) and all(
        a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True)
    )


# -- what is found -----------------------------------------------------------------------------


def test_vectors_are_the_same_to_the_last_bit(pictures: list[str], folder: Path) -> None:
    plain = chain(pictures).to_list()
    first = chain(pictures).cache(folder).to_list()
    again = chain(pictures).cache(folder).to_list()
    assert same(plain, first)
    assert same(plain, again)


def test_the_vectors_of_real_photographs_by_the_embedded_model_are_the_same(
    shared_data: Path, folder: Path
) -> None:
    photographs = sorted(map(str, (shared_data / "imagenet-sample").iterdir()))[:60]
    embed = DataCollection(photographs).image_decode.pil().image_embedding.embedded()
    first = embed.cache(folder).config(batch_size=1).to_list()
    again = embed.cache(folder).to_list()
    assert same(embed.config(batch_size=1).to_list(), first)
    assert same(first, again)


def test_only_new_files_reach_decoder_and_model(pictures: list[str], folder: Path) -> None:
    chain(pictures[:30]).cache(folder).to_list()
    assert (forwarded(), CountedModel.prepared, len(CountedDecode.decoded)) == (30, 30, 30)
    chain(pictures).cache(folder).to_list()
    assert (forwarded(), CountedModel.prepared) == (10, 40)
    assert sorted(CountedDecode.decoded[30:]) == pictures[30:]


def test_where_all_is_found_the_model_is_not_called(pictures: list[str], folder: Path) -> None:
    chain(pictures).cache(folder).to_list()
    CountedModel.batches.clear()
    chain(pictures).cache(folder).to_list()
    assert CountedModel.batches == []


def test_rows_keep_their_order_and_their_keys(pictures: list[str], folder: Path) -> None:
    chain(pictures[::3]).cache(folder).to_list()
    mixed = dc["path"](pictures).cached_decode["path", "image"]().cached_model["image", "vec"]()
    cached = mixed.select["path", "vec"]().cache(folder).unstream()
    plain = mixed.select["path", "vec"]().unstream()
    assert forwarded() >= 26
    assert cached.keys() == plain.keys()
    assert [row.path for row in cached] == pictures
    assert same([row.vec for row in cached], [row.vec for row in plain])


def test_a_copy_under_another_name_is_found(pictures: list[str], folder: Path) -> None:
    chain(pictures).cache(folder).to_list()
    forwarded()
    copy = Path(pictures[3]).with_name("copy.png")
    copy.write_bytes(Path(pictures[3]).read_bytes())
    chain([str(copy)]).cache(folder).to_list()
    assert forwarded() == 0


def test_one_picture_is_found_as_path_bytes_file_and_address(
    pictures: list[str], folder: Path
) -> None:
    path = Path(pictures[0])
    chain([str(path)]).cache(folder).to_list()
    forwarded()
    chain([path, path.read_bytes(), bytearray(path.read_bytes())]).cache(folder).to_list()
    chain([io.BytesIO(path.read_bytes())]).cache(folder).to_list()
    assert forwarded() == 0


def test_an_address_is_fetched_and_known_by_what_it_gives(
    pictures: list[str], folder: Path
) -> None:
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            asked.append(self.path)

    home = str(Path(pictures[0]).parent)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=home))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/{Path(pictures[5]).name}"
        local = DataCollection([url]).image_decode.pil(allow_hosts=["127.0.0.1"]).cached_model()
        first = local.cache(folder).to_list()
        assert (forwarded(), len(asked)) == (1, 1), "what was read for the key is decoded"
        assert same(local.cache(folder).to_list(), first)
        assert (forwarded(), len(asked)) == (0, 2)
        os.replace(pictures[6], pictures[5])
        changed = local.cache(folder).to_list()
        assert forwarded() == 1
        assert not same(changed, first)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_arrays_and_images_are_known_by_their_pixels(folder: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3)).astype(np.uint8)
    values = [pixels, Image(pixels, "RGB"), Image(pixels, "BGR"), PIL.Image.fromarray(pixels)]
    embed = DataCollection(values).image_embedding.embedded()
    plain = embed.config(batch_size=1).to_list()
    first = embed.cache(folder).config(batch_size=1).to_list()
    found = embed.cache(folder).to_list()
    assert same(plain, first)
    assert same(plain, found)
    assert not same(plain[1:2], plain[2:3])
    cache = ResultCache(folder, limit=LIMIT)
    assert cache.info().results == 3, "the PIL image is the image of its pixels"
    cache.close()


def test_a_result_of_several_columns_is_kept_whole(folder: Path) -> None:
    rows = dc["x"]([np.arange(n) for n in range(5)]).cached_pair["x", ("total", "about")]()
    plain = [dict(row) for row in rows.select["total", "about"]()]
    first = [dict(row) for row in rows.select["total", "about"]().cache(folder)]
    again = [dict(row) for row in rows.select["total", "about"]().cache(folder)]
    assert plain == first == again
    assert [type(row["total"]) for row in again] == [np.float32] * 5


def test_two_models_on_one_picture_are_kept_apart(pictures: list[str], folder: Path) -> None:
    frame = dc["path"](pictures).cached_decode["path", "image"]()
    both = frame.cached_model["image", "a"]().cached_model["image", "b"](width=2)
    both = both.select["path", "a", "b"]()
    plain = both.to_list()
    frame.cached_model["image", "a"]().select["a"]().cache(folder).to_list()
    forwarded()
    CountedDecode.decoded.clear()
    for new in (40, 0):
        found = both.cache(folder).to_list()
        assert (forwarded(), len(CountedDecode.decoded)) == (new, new)
        assert same([row.a for row in found], [row.a for row in plain])
        assert same([row.b for row in found], [row.b for row in plain])
        CountedDecode.decoded.clear()


def test_a_picture_that_is_asked_for_is_decoded_though_its_vector_is_found(
    pictures: list[str], folder: Path
) -> None:
    frame = dc["path"](pictures).cached_decode["path", "image"]().cached_model["image", "vec"]()
    frame.cache(folder).to_list()
    forwarded()
    found = frame.cache(folder).to_list()
    assert forwarded() == 0
    assert all((a.image == b.image).all() for a, b in zip(found, frame.to_list(), strict=True))


def test_models_behind_one_another_are_both_found(pictures: list[str], folder: Path) -> None:
    two = chain(pictures).cached_model(width=3)
    plain = two.to_list()
    for expected in (80, 0):
        forwarded()
        assert same(two.cache(folder).to_list(), plain)
        assert forwarded() == expected


def test_a_plain_function_in_front_of_the_model_is_called_and_its_result_is_the_key(
    pictures: list[str], folder: Path
) -> None:
    def brighter(by: int) -> Any:
        calls: list[int] = []

        def change(image: Any) -> Any:
            calls.append(1)
            return image // 2 + by

        plan = DataCollection(pictures).cached_decode().map(change).cached_model()
        return plan.cache(folder), calls

    for by, new in [(0, 40), (0, 0), (9, 40), (0, 0)]:
        plan, calls = brighter(by)
        plan.to_list()
        assert (forwarded(), len(calls)) == (new, 40)


def test_a_pipeline_that_is_read_as_a_stream_uses_the_cache(
    pictures: list[str], folder: Path
) -> None:
    first = list(chain(iter(pictures)).cache(folder))
    forwarded()
    assert same(list(chain(iter(pictures)).cache(folder)), first)
    assert forwarded() == 0


def test_safe_elements_are_found_too(pictures: list[str], folder: Path) -> None:
    for expected in (40, 0):
        safe = DataCollection(pictures).exception_safe().cached_decode().cached_model()
        options = safe.cache(folder).to_list()
        assert forwarded() == expected
        assert same([option.get() for option in options], chain(pictures).to_list())
        forwarded()


# -- what is not found -------------------------------------------------------------------------


def test_changed_bytes_under_the_same_path_are_seen(pictures: list[str], folder: Path) -> None:
    first = chain(pictures).cache(folder).to_list()
    picture(Path(pictures[7]), 1000)
    forwarded()
    second = chain(pictures).cache(folder).to_list()
    assert forwarded() == 1
    assert same(first[:7] + first[8:], second[:7] + second[8:])
    assert same(second, chain(pictures).to_list())


def test_bytes_changed_behind_the_old_size_and_time_are_seen(
    pictures: list[str], folder: Path, settled: None
) -> None:
    one = Path(pictures[0])
    os.utime(one, ns=(10**18, 10**18))
    bmp = io.BytesIO()
    PIL.Image.new("RGB", (9, 9), "red").save(bmp, "BMP")
    one.write_bytes(bmp.getvalue())
    seen = one.stat()
    before = chain([one]).cache(folder).to_list()
    forwarded()
    chain([one]).cache(folder).to_list()
    assert forwarded() == 0
    changed = io.BytesIO()
    PIL.Image.new("RGB", (9, 9), "white").save(changed, "BMP")
    while one.stat().st_ctime_ns == seen.st_ctime_ns:
        one.write_bytes(changed.getvalue())
        os.utime(one, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert (one.stat().st_size, one.stat().st_mtime_ns) == (seen.st_size, seen.st_mtime_ns)
    after = chain([one]).cache(folder).to_list()
    assert forwarded() == 1
    assert not same(before, after)


def test_a_file_whose_stamp_is_known_is_not_read(
    pictures: list[str], folder: Path, settled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = chain(pictures).cache(folder).to_list()

    def refuse(self: Any, value: Any) -> Any:
        raise AssertionError(f"{value} was read")

    monkeypatch.setattr(CountedDecode, "content", refuse)
    assert same(chain(pictures).cache(folder).to_list(), first)


def test_a_known_file_that_another_model_needs_is_read_once(
    pictures: list[str], folder: Path, settled: None
) -> None:
    chain(pictures).cache(folder).to_list()
    other = chain(pictures, width=9)
    plain = other.to_list()
    assert same(other.cache(folder).to_list(), plain)


def test_another_argument_is_another_result(pictures: list[str], folder: Path) -> None:
    chain(pictures).cache(folder).to_list()
    forwarded()
    assert [len(vector) for vector in chain(pictures, width=5).cache(folder)] == [5] * 40
    assert forwarded() == 40


def test_other_weights_give_other_results(
    pictures: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain(pictures).cache(folder).to_list()
    forwarded()
    monkeypatch.setattr(CountedModel, "weights", "second")
    chain(pictures).cache(folder).to_list()
    assert forwarded() == 40


def test_a_model_that_is_new_every_time_is_not_cached(
    pictures: list[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(CountedModel, "weights", None)
    for _ in range(2):
        chain(pictures).cache(folder).to_list()
        assert forwarded() == 40
    assert "results of cached_model() are not cached: they are new every time" in caplog.text


def test_another_way_of_decoding_or_preprocessing_is_another_result(
    pictures: list[str], folder: Path
) -> None:
    files = DataCollection(pictures)
    ways = [
        files.image_decode.pil().cached_model(),
        files.image_decode.pil("L").cached_model(),
        files.image_decode.pil().image_resize(5).cached_model(),
        files.image_decode.pil().image_resize(6).cached_model(),
        files.image_decode.pil().image_resize(5, interpolation="nearest").cached_model(),
    ]
    for way in ways:
        way.cache(folder).to_list()
        assert forwarded() == 40
    for way in ways:
        assert same(way.cache(folder).to_list(), way.to_list())
        assert forwarded() == 40, "of the run without the cache"


def test_other_versions_of_what_makes_the_pixels_give_other_results(
    pictures: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain(pictures).cache(folder).to_list()
    forwarded()
    monkeypatch.setattr("towhee.engine.cache.keys._versions", lambda: {"pillow": "99"})
    chain(pictures).cache(folder).to_list()
    assert forwarded() == 40


def test_results_that_cannot_be_written_down_are_computed_each_time_and_it_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        found = DataCollection([np.arange(3), np.arange(4)]).cached_set().cache(folder).to_list()
        assert found == [{1, 2}, {1, 2}]
    assert caplog.text.count("a set cannot be given back exactly") == 2


def test_values_without_a_content_are_computed_each_time(folder: Path) -> None:
    for _ in range(2):
        made = DataCollection([[1, 2], [3]]).cached_model().cache(folder).to_list()
        assert len(made) == 2
        assert forwarded() == 2


# -- failing rows ------------------------------------------------------------------------------


@pytest.fixture
def broken(pictures: list[str]) -> list[str]:
    """The pictures, one of which is cut off, one no picture, and one absent."""
    whole = Path(pictures[5]).read_bytes()
    Path(pictures[5]).write_bytes(whole[: len(whole) // 2])
    Path(pictures[20]).write_text("no picture")
    Path(pictures[33]).unlink()
    return pictures


Run = Callable[[Any], Any]


def test_keep_gives_the_same_failures(broken: list[str], folder: Path) -> None:
    def told(rows: Any) -> list[Any]:
        return [
            (row.key, row.operator, row.value, type(row.error), str(row.error))
            if isinstance(row, Failure)
            else row.tobytes()
            for row in rows
        ]

    plain = told(chain(broken).config(on_error="keep").to_list())
    assert sum(type(row) is tuple for row in plain) == 3
    for _ in range(2):
        assert told(chain(broken).config(on_error="keep").cache(folder).to_list()) == plain
    CountedDecode.decoded.clear()
    assert told(chain(broken).cache(folder).config(on_error="keep").to_list()) == plain
    assert len(CountedDecode.decoded) == 2, "those that can be read, and are no pictures"


def test_skip_leaves_the_same_rows_out(broken: list[str], folder: Path) -> None:
    plain = chain(broken).config(on_error="skip").to_list()
    assert len(plain) == 37
    for expected in (37, 37, 0):
        assert forwarded() == expected
        assert same(chain(broken).config(on_error="skip").cache(folder).to_list(), plain)


@pytest.mark.parametrize("batch_size", [1, 8])
def test_raise_delivers_the_rows_in_front_and_raises_the_same(
    broken: list[str], folder: Path, batch_size: int
) -> None:
    def run(cached: bool) -> tuple[list[Any], str]:
        rows = chain(broken).config(batch_size=batch_size)
        delivered: list[Any] = []
        with pytest.raises(OperatorError) as caught:
            delivered.extend(iter(rows.cache(folder) if cached else rows))
        return delivered, str(caught.value)

    plain, said = run(cached=False)
    assert len(plain) == 5
    for _ in range(2):
        found, again = run(cached=True)
        assert same(found, plain)
        assert again == said


def test_a_row_that_the_model_refuses_is_never_kept(pictures: list[str], folder: Path) -> None:
    total = int(np.asarray(PIL.Image.open(pictures[11]), np.int64).sum())
    for expected in (40, 1, 1):
        forwarded()
        found = chain(pictures, fails_on=total).config(on_error="keep", batch_size=1)
        rows = found.cache(folder).to_list()
        assert [place for place, row in enumerate(rows) if isinstance(row, Failure)] == [11]
        assert "does not agree" in str(rows[11].error)
        assert forwarded() == expected


def test_a_picture_that_is_mended_is_embedded(broken: list[str], folder: Path) -> None:
    chain(broken).config(on_error="keep").cache(folder).to_list()
    picture(Path(broken[5]), 5)
    forwarded()
    rows = chain(broken).config(on_error="keep").cache(folder).to_list()
    assert forwarded() == 1
    assert isinstance(rows[5], np.ndarray)


# -- the disk ----------------------------------------------------------------------------------


def test_a_cache_that_cannot_be_used_changes_nothing_but_the_time(
    pictures: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plain = chain(pictures).to_list()
    assert same(chain(pictures).cache("/proc/no-folder-can-be-made-here").to_list(), plain)
    assert len([said for said in caplog.messages if "is not used in this run" in said]) == 1


def test_a_cache_is_closed_when_its_run_ends(pictures: list[str], folder: Path) -> None:
    rows = iter(chain(pictures).cache(folder))
    next(rows)
    assert (folder / f"{FILE_NAME}-wal").exists()
    rows.close()  # type: ignore[attr-defined]
    del rows
    assert not (folder / f"{FILE_NAME}-wal").exists()


def test_a_cache_that_is_damaged_between_runs_is_begun_anew(
    pictures: list[str], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = chain(pictures).cache(folder).to_list()
    (folder / FILE_NAME).write_bytes(b"\0garbage" * 4000)
    assert same(chain(pictures).cache(folder).to_list(), plain)
    assert "is begun anew" in caplog.text
    forwarded()
    assert same(chain(pictures).cache(folder).to_list(), plain)
    assert forwarded() == 0


def test_a_full_cache_keeps_within_its_limit_and_gives_the_same(
    pictures: list[str], folder: Path
) -> None:
    wide = chain(pictures * 2, width=20_000)
    plain = wide.to_list()
    for _ in range(2):
        assert same(wide.cache(folder, limit="1MB").to_list(), plain)
        assert sum(file.stat().st_size for file in folder.iterdir()) <= 10**6


_PROGRAM = """
import sys
import numpy as np
from towhee import DataCollection

vectors = (
    DataCollection.from_glob(sys.argv[1]).image_decode.pil().image_embedding.embedded()
    .config(batch_size=1).cache(sys.argv[2]).to_numpy()
)
np.save(sys.argv[3], vectors)
"""


def test_two_processes_at_once_have_the_right_vectors_and_leave_a_sound_cache(
    pictures: list[str], folder: Path, tmp_path: Path
) -> None:
    pattern = str(Path(pictures[0]).parent / "*.png")
    outputs = [tmp_path / f"{n}.npy" for n in range(3)]
    programs = [
        subprocess.Popen([sys.executable, "-c", _PROGRAM, pattern, folder, output])
        for output in outputs
    ]
    assert [program.wait(timeout=120) for program in programs] == [0, 0, 0]
    embed = DataCollection(pictures).image_decode.pil().image_embedding.embedded()
    plain = embed.config(batch_size=1).to_numpy()
    for output in outputs:
        assert np.load(output).tobytes() == plain.tobytes()
    found = embed.cache(folder).to_numpy()
    assert found.tobytes() == plain.tobytes()
    cache = ResultCache(folder, limit=LIMIT)
    assert cache.info().results == 40
    cache.close()
