"""What is particular to the Ray engine; what all engines promise is in ``test_contract.py``."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from towhee import DataCollection, dc, open_store
from towhee.engine import run
from towhee.engine.report import RunReport
from towhee.errors import UsageError
from towhee.models.machine import cores
from towhee.operators.base import ModelOperator

pytestmark = pytest.mark.usefixtures("sent_by_value")


class Counting(ModelOperator[Any, Any]):
    """A model that tells which process it is in, and how often it was set up there."""

    def __init__(self) -> None:
        self.set_up = 0

    def setup(self) -> None:
        self.set_up += 1

    def prepare(self, value: Any) -> Any:
        return value

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        return [(os.getpid(), self.set_up)] * len(prepared)


def rows_of(chain: DataCollection) -> list[tuple[Any, Any]]:
    """Keys and elements."""
    rows = []
    for chunk in run(chain._plan):
        shown = map(repr, chunk.elements())  # errors are equal by what they say
        rows += zip(chunk.keys, shown, strict=True)
    return rows


def same_on_both(chain: DataCollection) -> list[tuple[Any, Any]]:
    here = rows_of(chain.set_engine("local"))
    assert rows_of(chain.set_engine("ray")) == here
    return here


def test_keys_values_and_failures_are_those_of_the_local_engine() -> None:
    chain = (
        dc(range(60))
        .filter(lambda n: n % 7 != 3)
        .map(lambda n: [n, 100 // (n - 20)])
        .flatten()
        .map(lambda n: 1 / n)
        .config(on_error="keep")
    )
    rows = same_on_both(chain)
    assert sum("Failure" in element for _, element in rows) == 2  # n = 20, n = 0
    assert rows[0][0] == (0, 0)


def test_windows_groups_and_samples_are_those_of_the_local_engine() -> None:
    chain = dc(range(50)).map(lambda n: n * n).sample(0.5, seed=3).rolling(3).map(sum).batch(4)
    assert len(same_on_both(chain)) > 3


def test_work_is_done_by_other_processes_and_a_model_is_set_up_once_in_each() -> None:
    workers = dc(range(200)).map(Counting()).set_engine("ray").to_list()
    assert os.getpid() not in {process for process, _ in workers}
    assert {set_up for _, set_up in workers} == {1}


class Beside(ModelOperator[Any, Any]):
    """A model that tells which process prepared a row, and which one it is in."""

    def prepare(self, value: Any) -> Any:
        return os.getpid()

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        return [(process, os.getpid()) for process in prepared]


def test_a_model_prepares_its_rows_itself_unless_it_has_a_gpu() -> None:
    chain = dc(range(20)).map(Beside())
    for prepared_by, computed_by in chain.set_engine("ray").to_list():
        assert prepared_by == computed_by
    for prepared_by, computed_by in chain.set_engine("ray", num_gpus=1).to_list():
        assert prepared_by != computed_by


def test_two_models_with_a_batch_between_them_share_the_processors() -> None:
    chain = dc(range(40)).map(Counting()).batch(4).map(Counting()).set_engine("ray")
    assert len(chain.to_list()) == 10


def test_a_worker_keeps_no_more_threads_busy_than_it_was_given() -> None:
    given = dc(range(4)).map(lambda _: cores()).set_engine("ray", num_cpus=1).to_list()
    assert given == [1] * 4


def test_the_groups_of_a_parquet_file_are_read_by_the_workers(tmp_path: Path) -> None:
    table = pyarrow.table({"id": range(1000), "text": [f"row {n}" for n in range(1000)]})
    parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=170)
    chain = DataCollection.read_parquet(tmp_path / "rows.parquet").runas_op["text", "size"](len)
    rows = same_on_both(chain)
    assert [key for key, _ in rows] == list(range(1000))
    report = RunReport(cores=2)
    for _ in run(chain.set_engine("ray")._plan, report=report):
        pass
    assert report.stages[0].rows_out == 1000
    assert report.stages[0].busy == 0.0, "nothing was read here"


def test_a_function_that_cannot_be_sent_is_named() -> None:
    lock = threading.Lock()

    def guarded(value: int) -> int:
        with lock:
            return value

    with pytest.raises(UsageError, match=r"map\(guarded\) cannot be sent to the workers"):
        dc(range(3)).map(str).map(guarded).set_engine("ray").to_list()


def test_a_result_that_cannot_be_sent_is_named() -> None:
    chain = dc(["a", "b"]).map(lambda _: threading.Lock()).set_engine("ray")
    with pytest.raises(UsageError, match=r"row 0: <unlocked .* cannot be sent"):
        chain.to_list()


def test_an_address_of_another_cluster_is_refused() -> None:
    chain = dc(range(3)).map(str).set_engine("ray", address="127.0.0.1:1")
    with pytest.raises(UsageError, match=r"connected to the Ray cluster at 127\.0\.0\.1:\d+, not"):
        chain.to_list()


def test_an_address_of_ray_client_is_refused() -> None:
    with pytest.raises(UsageError, match="ray://head:10001"):
        dc(range(3)).set_engine("ray", address="ray://head:10001")


def test_a_plan_tells_where_it_runs() -> None:
    chain = dc(range(3)).map(str)
    assert "runs on Ray at head:6379" in chain.set_engine("ray", address="head:6379").explain()
    assert "Ray" not in chain.explain()


def test_options_of_a_cluster_are_refused_for_the_local_engine() -> None:
    with pytest.raises(UsageError, match='num_gpus, memory and preserve_order are of engine "ray"'):
        dc(range(3)).set_engine("local", num_gpus=1)


def test_rows_may_come_as_they_are_done() -> None:
    chain = dc(range(100)).map(str).set_engine("ray", preserve_order=False)
    assert sorted(chain.to_list(), key=int) == list(map(str, range(100)))


def test_a_run_that_is_left_early_gives_its_workers_back() -> None:
    endless = iter(dc(iter(int, 1)).map(Counting()).set_engine("ray"))
    next(endless)
    endless.close()  # type: ignore[attr-defined]
    # It needs all processors that there are, and so those that the other had.
    assert dc(range(3)).map(str).set_engine("ray", num_cpus=2).to_list() == ["0", "1", "2"]


def actors_held() -> list[str]:
    """The actors that this process still refers to, which therefore keep their processors."""
    from ray.actor import ActorHandle

    actors = [repr(each) for each in gc.get_objects() if issubclass(type(each), ActorHandle)]
    return [actor for actor in actors if "PoolWorker" in actor]


@pytest.fixture
def nothing_collected() -> Iterator[None]:
    """Cycles stay until the engine itself breaks them."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("nothing_collected")
def test_a_run_that_is_left_early_leaves_no_actor_to_the_garbage_collector() -> None:
    for _ in range(4):
        endless = iter(dc(iter(int, 1)).map(Counting()).set_engine("ray"))
        next(endless)
        endless.close()  # type: ignore[attr-defined]
        assert actors_held() == []


class Interrupting(Counting):
    """A model that sends Ctrl-C to the process that waits for it, when it is given a row."""

    def __init__(self, row: int) -> None:
        super().__init__()
        self.row, self.caller = row, os.getpid()

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        if self.row in prepared:
            os.kill(self.caller, signal.SIGINT)
        return prepared


@pytest.mark.usefixtures("nothing_collected")
def test_a_run_that_is_interrupted_gives_its_workers_back() -> None:
    # A process that a shell starts in the background would not hear of it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt) as kept:
            for _ in dc(itertools.count()).map(Interrupting(row=20)).set_engine("ray"):
                pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert actors_held() == [], f"the error that is kept refers to them: {kept}"
    assert dc(range(3)).map(str).set_engine("ray", num_cpus=2).to_list() == ["0", "1", "2"]


def test_workers_of_a_cluster_of_its_own_do_not_give_way_to_other_programs() -> None:
    """Beside a busy program, workers of lower priority would hardly begin."""
    code = """
import os
from towhee import dc

if __name__ == "__main__":
    print(os.nice(3), *dc(range(2)).map(lambda _: os.nice(0)).set_engine("ray").to_list())
"""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=plain, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "3 3 3"


def test_a_worker_asks_for_no_further_workers() -> None:
    def inner(value: int) -> tuple[int, list[int]]:
        return os.getpid(), dc([value]).map(lambda _: os.getpid()).set_engine("ray").to_list()

    for worker, inside in dc(range(3)).map(inner).set_engine("ray").to_list():
        assert inside == [worker]


def test_a_search_over_rows_of_the_cluster_finds_the_same() -> None:
    gallery = dc(range(50)).map(lambda n: [float(n), 1.0])
    queries = dc([7.2, 31.9]).map(lambda n: [n, 1.0])

    def neighbours(engine: str) -> list[Any]:
        data = gallery.set_engine(engine)
        found = queries.set_engine(engine).search_vectors(data=data, topk=3)
        return [(result.ids, [round(score, 6) for score in result.scores]) for result in found]

    assert neighbours("ray") == neighbours("local")


def test_rows_of_the_cluster_are_kept_in_a_store(tmp_path: Path) -> None:
    rows = dc["id", "vec"]([[n, [float(n), 1.0]] for n in range(30)])
    doubled = rows.runas_op["vec", "vec"](lambda vector: [2 * x for x in vector]).set_engine("ray")
    doubled.to_store["id", "vec"](f"faiss:///{tmp_path}", metric="L2")
    with open_store(f"faiss:///{tmp_path}") as store:
        assert store.count() == 30
        assert store.search([20.0, 2.0], topk=1)[0].keys == [10]


def test_results_that_a_cluster_cached_are_found_by_this_process(tmp_path: Path) -> None:
    from towhee.cache.store import opened

    pictures = [str(path) for path in sorted(SAMPLES.glob("*.jpg"))[:6]]
    chain = DataCollection(pictures).image_decode.pil().image_embedding.embedded()
    chain = chain.cache(tmp_path / "cache")
    from_cluster = chain.set_engine("ray").to_list()
    kept = opened(str(tmp_path / "cache"), 10**10)
    before = sum(kept.hits.values())
    here = chain.set_engine("local").to_list()
    assert sum(kept.hits.values()) - before == len(pictures)
    assert [vector.tobytes() for vector in here] == [vector.tobytes() for vector in from_cluster]


def test_the_telling_of_a_run_counts_what_the_workers_did() -> None:
    chain = dc(range(100)).map(lambda n: n + 1).filter(lambda n: n % 2).set_engine("ray")
    told = chain.explain(analyze=True)
    (line,) = [line for line in told.splitlines() if line.split()[:2] == ["100", "50"]]
    assert "filter" in line


def test_a_command_embeds_on_a_cluster(cluster: ModuleType, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from towhee.cli.main import app

    tables = []
    for engine in ("local", "ray"):
        file = tmp_path / f"{engine}.parquet"
        asked = ["embed", str(SAMPLES), "-o", str(file), "--engine", engine]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, done.output
        tables.append(parquet.read_table(file).to_pylist())
    assert tables[0] == tables[1]


def test_a_cluster_of_this_machine_alone_answers_nobody_else() -> None:
    import psutil

    dc(range(3)).map(str).set_engine("ray").to_list()
    listening = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a worker ends when it has nothing to do
            listening |= {
                connection.laddr.ip
                for connection in process.net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            }
    plain = {ip.removeprefix("::ffff:") for ip in listening}  # IPv4 as IPv6 has it
    assert plain, "it was seen"
    assert plain <= {"127.0.0.1", "::1"}


SAMPLES = Path(__file__).parents[3] / "src" / "towhee" / "samples" / "gallery"
