"""A cache keeps results within a limit, whatever happens to the disk and the processes."""

from __future__ import annotations

import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from towhee.cache.database import FILE_NAME
from towhee.cache.stamp import FileStamp
from towhee.cache.store import ResultCache, opened
from towhee.errors import DataError

LIMIT = 4 * 10**6


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 10**9

    def __call__(self) -> float:
        return self.now


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def content(number: int, size: int = 1000) -> bytes:
    return random.Random(number).randbytes(size)


def disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(folder: Path) -> Iterator[ResultCache]:
    made = ResultCache(folder, limit=LIMIT)
    yield made
    made.close()


def damage(folder: Path) -> None:
    """Overwrite the database with what is none."""
    (folder / FILE_NAME).write_bytes(b"\0garbage" * 4000)


# -- keeping -----------------------------------------------------------------------------------


def test_what_was_put_is_found_and_nothing_else(cache: ResultCache) -> None:
    cache.put([(key(1), b"one"), (key(2), b"")])
    assert (cache.get(key(1)), cache.get(key(2)), cache.get(key(3))) == (b"one", b"", None)


def test_results_outlive_the_process_that_put_them(folder: Path) -> None:
    program = (
        "import sys; from towhee.cache.store import ResultCache\n"
        f"ResultCache(sys.argv[1], limit={LIMIT}).put([(bytes(32), b'kept')])"
    )
    subprocess.run([sys.executable, "-c", program, folder], check=True, timeout=60)
    assert ResultCache(folder, limit=LIMIT).get(bytes(32)) == b"kept"


def test_the_first_result_of_a_key_stays(cache: ResultCache) -> None:
    cache.put([(key(1), b"first")])
    cache.put([(key(1), b"second"), (key(2), b"two")])
    assert (cache.get(key(1)), cache.get(key(2))) == (b"first", b"two")
    assert cache.info().results == 2


def test_runs_of_one_process_share_a_cache_while_they_need_it(folder: Path) -> None:
    first = opened(str(folder), LIMIT)
    assert opened(str(folder), LIMIT) is first
    first.close()
    assert opened(str(folder), LIMIT) is not first


def test_a_cache_that_was_deleted_meanwhile_is_made_again(folder: Path) -> None:
    first = opened(str(folder), LIMIT)
    shutil.rmtree(folder)
    second = opened(str(folder), LIMIT)
    second.put([(key(1), b"one")])
    assert (folder / FILE_NAME).is_file()
    assert second.get(key(1)) == b"one"
    first.close()


def test_a_cache_lets_go_of_its_files_when_nothing_refers_to_it(folder: Path) -> None:
    cache = ResultCache(folder, limit=LIMIT)
    cache.put([(key(1), b"one")])
    assert any(path.name.endswith("-wal") for path in folder.iterdir())
    del cache
    assert {path.name for path in folder.iterdir()} == {FILE_NAME, "towhee-cache.lock"}


def test_clear_forgets_everything_and_frees_the_disk(cache: ResultCache, folder: Path) -> None:
    cache.put([(key(n), content(n)) for n in range(500)])
    cache.note_digest(FileStamp(b"place", b"state", True), b"digest")
    before = disk(folder)
    cache.clear()
    info = cache.info()
    assert (info.results, info.files, info.oldest_use) == (0, 0, None)
    assert disk(folder) < before / 4
    assert cache.get(key(1)) is None


# -- files -------------------------------------------------------------------------------------


def test_a_file_is_known_while_its_stamp_is_the_same(cache: ResultCache) -> None:
    cache.note_digest(FileStamp(b"place", b"state", True), b"digest")
    cache.flush()
    assert cache.digest_of(FileStamp(b"place", b"state", False)) == b"digest"
    assert cache.digest_of(FileStamp(b"place", b"other", True)) is None
    assert cache.digest_of(FileStamp(b"elsewhere", b"state", True)) is None


def test_a_stamp_that_is_not_settled_is_not_relied_on(cache: ResultCache) -> None:
    cache.note_digest(FileStamp(b"place", b"state", False), b"digest")
    cache.flush()
    assert cache.digest_of(FileStamp(b"place", b"state", True)) is None


def test_a_file_that_changed_has_its_new_digest(cache: ResultCache) -> None:
    for state, digest in [(b"old", b"1"), (b"new", b"2")]:
        cache.note_digest(FileStamp(b"place", state, True), digest)
        cache.flush()
    assert cache.digest_of(FileStamp(b"place", b"new", True)) == b"2"
    assert cache.digest_of(FileStamp(b"place", b"old", True)) is None


# -- the limit ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "size"),
    [(10**6, 200), (10**6, 1000), (LIMIT, 1000), (LIMIT, 8192), (LIMIT, 9000), (LIMIT, 30_000)],
)
def test_the_disk_stays_within_the_limit(folder: Path, limit: int, size: int) -> None:
    cache = ResultCache(folder, limit=limit)
    largest = 0
    for start in range(0, 2 * limit // size, 16):
        cache.put([(content(n, 32), content(n, size)) for n in range(start, start + 16)])
        largest = max(largest, disk(folder))
    info = cache.info()
    assert largest <= limit
    assert info.bytes <= limit
    assert info.results * size > 0.3 * limit, "and what may be used is used"
    cache.close()


def test_what_was_put_first_goes_first(folder: Path) -> None:
    cache = ResultCache(folder, limit=10**6)
    for n in range(200):
        cache.put([(key(n), content(n, 8000))])
    kept = [n for n in range(200) if cache.get(key(n)) is not None]
    assert kept == list(range(200 - len(kept), 200))
    assert 50 < len(kept) < 200
    cache.close()


@pytest.mark.parametrize(("size", "added"), [(800, 560), (8000, 60)])
def test_results_that_were_used_outlive_those_that_were_not(
    folder: Path, size: int, added: int
) -> None:
    clock = Clock()
    cache = ResultCache(folder, limit=10**6, clock=clock)
    old = range(320_000 // size)
    cache.put([(key(n), content(n, size)) for n in old])
    clock.now += 1000
    used = old[::4]
    for n in used:
        assert cache.get(key(n)) is not None
    clock.now += 1000
    cache.put([(key(n), content(n, size)) for n in range(1000, 1000 + added)])
    left = [n for n in old if cache.get(key(n)) is not None]
    assert set(used) <= set(left)
    assert len(left) < 0.75 * len(old)
    cache.close()


def test_a_result_too_large_for_the_cache_is_not_kept(cache: ResultCache) -> None:
    cache.put([(key(1), bytes(LIMIT)), (key(2), b"small")])
    assert (cache.get(key(1)), cache.get(key(2))) == (None, b"small")


def test_a_lower_limit_makes_a_cache_smaller_when_it_is_opened(folder: Path) -> None:
    large = ResultCache(folder, limit=LIMIT)
    large.put([(key(n), content(n, 8000)) for n in range(400)])
    large.close()
    assert disk(folder) > 2 * 10**6
    small = ResultCache(folder, limit=10**6)
    assert disk(folder) <= 10**6
    assert small.get(key(399)) == content(399, 8000)
    small.close()


def test_prune_frees_the_disk(folder: Path) -> None:
    large = ResultCache(folder, limit=LIMIT)
    large.put([(key(n), content(n, 8000)) for n in range(400)])
    small = ResultCache(folder, limit=10**6)
    small.put([(key(999), b"x")])
    small.prune()
    assert 0 < disk(folder) <= 10**6
    for cache in (large, small):
        cache.close()


def test_files_go_with_the_results_that_were_used_with_them(folder: Path) -> None:
    clock = Clock()
    cache = ResultCache(folder, limit=10**6, clock=clock)
    cache.note_digest(FileStamp(b"old", b"state", True), b"digest")
    cache.put([(key(1), content(1, 8000))])
    clock.now += 1000
    cache.note_digest(FileStamp(b"new", b"state", True), b"digest")
    for n in range(100, 300):
        cache.put([(key(n), content(n, 8000))])
    assert cache.info().files == 1
    assert cache.digest_of(FileStamp(b"new", b"state", True)) == b"digest"
    cache.close()


def test_a_cache_full_of_files_alone_stays_within_its_limit(folder: Path) -> None:
    cache = ResultCache(folder, limit=10**6)
    for n in range(20_000):
        cache.note_digest(FileStamp(content(n, 16), content(n, 40), True), content(n, 32))
    cache.put([(key(1), content(1))])
    cache.prune()
    assert disk(folder) <= 10**6
    assert cache.get(key(1)) == content(1)
    cache.close()


# -- several at once ---------------------------------------------------------------------------


def test_threads_read_and_write_at_once(cache: ResultCache) -> None:
    def work(worker: int) -> bool:
        for n in range(50):
            cache.put([(key(n), content(n)), (key(1000 * worker + n), content(n))])
            if cache.get(key(n)) != content(n):
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(1, 9)))
    assert cache.info().results == 50 + 8 * 50


_WORKER = """
import random, sys
from towhee.cache.store import ResultCache

folder, limit, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
cache = ResultCache(folder, limit=limit)
print("ready", flush=True)
chance = random.Random(seed)
wrong = 0
for _ in range(int(sys.argv[4])):
    n = chance.randrange(400)
    content = random.Random(n).randbytes(3000)
    found = cache.get(n.to_bytes(32, "big"))
    wrong += found is not None and found != content
    cache.put([(n.to_bytes(32, "big"), content)])
print("wrong", wrong, "works", cache.is_current())
"""


def worker(folder: Path, limit: int, seed: int, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", _WORKER, *map(str, (folder, limit, seed))]
    return subprocess.Popen(
        [*command, str(rounds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("limit", [10**6, 10**8], ids=["crowded", "roomy"])
def test_processes_that_begin_a_cache_at_once_share_it(folder: Path, limit: int) -> None:
    workers = [worker(folder, limit, seed, 300) for seed in range(4)]
    said = [process.communicate(timeout=120) for process in workers]
    assert said == [("ready\nwrong 0 works True\n", "")] * 4
    check_is_sound(folder)
    if limit == 10**6:
        assert disk(folder) <= limit
    else:
        assert ResultCache(folder, limit=limit).info().results > 300


def test_a_writer_that_is_killed_leaves_a_sound_cache(folder: Path) -> None:
    for seed in range(5):
        process = worker(folder, 10**7, seed, 10**9)
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n"
        other = ResultCache(folder, limit=10**7)
        seen = other.info().results
        while other.info().results == seen and seen < 400:  # until it has written something
            assert process.poll() is None
        process.kill()
        process.wait(timeout=60)
        process.stdout.close()
        process.stderr.close()
        for n in range(400):
            found = other.get(key(n))
            assert found in (None, content(n, 3000))
        other.close()
    check_is_sound(folder)


def check_is_sound(folder: Path) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        orphans = "SELECT count(*) FROM results WHERE id NOT IN (SELECT id FROM entries)"
        assert connection.execute(orphans).fetchone() == (0,)
        lost = "SELECT count(*) FROM entries WHERE id NOT IN (SELECT id FROM results)"
        assert connection.execute(lost).fetchone() == (0,)
    finally:
        connection.close()


def test_a_forked_child_uses_connections_of_its_own(cache: ResultCache) -> None:
    cache.put([(key(1), b"one")])
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        cache.put([(key(2), b"two")])
        os.write(write, cache.get(key(1)) or b"nothing")
        os._exit(0)
    assert os.read(read, 100) == b"one"
    assert os.waitpid(child, 0)[1] == 0
    os.close(read)
    os.close(write)
    assert cache.get(key(2)) == b"two"


# -- what can go wrong -------------------------------------------------------------------------


def test_a_damaged_file_is_named_and_begun_anew(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.mkdir()
    damage(folder)
    cache = ResultCache(folder, limit=LIMIT)
    cache.put([(key(1), b"one")])
    assert cache.get(key(1)) == b"one"
    (said,) = caplog.messages
    assert f"the cache {folder} is damaged" in said
    assert "begun anew" in said
    cache.close()


def test_a_file_cut_off_in_the_middle_is_begun_anew_by_the_run_that_finds_it(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = ResultCache(folder, limit=LIMIT)
    first.put([(key(n), content(n)) for n in range(500)])
    first.close()
    size = (folder / FILE_NAME).stat().st_size
    os.truncate(folder / FILE_NAME, size // 2 // 8192 * 8192)
    cache = ResultCache(folder, limit=LIMIT)
    found = [cache.get(key(n)) for n in range(500)]
    assert all(one in (None, content(n)) for n, one in enumerate(found))
    cache.put([(key(n), content(n)) for n in range(500)])
    cache.put([(key(n), content(n)) for n in range(500)])
    assert [cache.get(key(n)) for n in range(500)] == [content(n) for n in range(500)]
    assert len([said for said in caplog.messages if "begun anew" in said]) == 1
    cache.close()


def test_a_result_whose_bytes_changed_on_the_disk_is_not_given(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = ResultCache(folder, limit=LIMIT)
    first.put([(key(1), b"a result that is long enough"), (key(2), b"another")])
    first.close()
    file = folder / FILE_NAME
    file.write_bytes(file.read_bytes().replace(b"is long enough", b"is wrong enough"[:14]))
    cache = ResultCache(folder, limit=LIMIT)
    assert (cache.get(key(1)), cache.get(key(2))) == (None, b"another")
    assert "damaged and is computed again" in caplog.text
    cache.put([(key(1), b"computed again")])
    assert cache.get(key(1)) == b"computed again"
    cache.close()


def test_a_database_of_another_program_is_refused_and_left_alone(folder: Path) -> None:
    folder.mkdir()
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    before = (folder / FILE_NAME).read_bytes()
    with pytest.raises(DataError, match="another program; name another folder"):
        ResultCache(folder, limit=LIMIT)
    assert (folder / FILE_NAME).read_bytes() == before


def test_a_cache_of_another_form_is_refused_in_words(folder: Path) -> None:
    ResultCache(folder, limit=LIMIT).close()
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DataError, match="another version of towhee"):
        ResultCache(folder, limit=LIMIT)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "vectors.db"
    file.write_text("mine")
    with pytest.raises(DataError, match="is a file, and a cache is a folder"):
        ResultCache(file, limit=LIMIT)
    assert file.read_text() == "mine"


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder in which this process may make nothing, even if root runs the tests."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_in_a_read_only_folder_a_run_goes_on_without_the_cache_and_says_so_once(
    read_only: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for place in (read_only, read_only / "inner"):
        caplog.clear()
        cache = ResultCache(place, limit=LIMIT)
        cache.put([(key(1), b"one")])
        assert cache.get(key(1)) is None
        assert cache.digest_of(FileStamp(b"place", b"state", True)) is None
        (said,) = caplog.messages
        assert f"the cache {place} is not used in this run" in said
        assert "Permission denied" in said


_FULL = """
import logging, resource, sys
logging.basicConfig(format="%(message)s", stream=sys.stdout)
from towhee.cache.store import ResultCache

cache = ResultCache(sys.argv[1], limit=10**8)
cache.put([(bytes(32), b"first")])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
for n in range(1, 400):
    cache.put([(n.to_bytes(32, "big"), bytes(5000))])
print(cache.get(bytes(32)), cache.get((399).to_bytes(32, "big")))
cache.close()
"""


def test_on_a_full_disk_a_run_goes_on_with_what_is_kept_and_says_so_once(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _FULL, folder],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    warned, printed = done.stdout.splitlines()
    assert f"the cache {folder} is not written to in this run" in warned
    assert printed == "b'first' None"
    check_is_sound(folder)
    cache = ResultCache(folder, limit=LIMIT)
    assert cache.get(bytes(32)) == b"first"
    cache.put([(key(9), b"there is room again")])
    assert cache.get(key(9)) == b"there is room again"
    cache.close()


def test_a_database_that_another_process_holds_does_not_end_a_run(
    cache: ResultCache, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr("towhee.cache.database._PATIENCE", 0)
    impatient = ResultCache(folder, limit=LIMIT)
    other = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING):
        impatient.put([(key(1), b"one")])
    other.execute("ROLLBACK")
    other.close()
    assert impatient.get(key(1)) is None
    assert "locked" in caplog.text
    impatient.close()


def test_a_cache_closed_while_threads_use_it_finds_nothing(cache: ResultCache) -> None:
    cache.put([(key(1), b"one")])
    threads = [threading.Thread(target=cache.get, args=(key(1),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    cache.close()
    for thread in threads:
        thread.join()
    assert cache.get(key(1)) is None
