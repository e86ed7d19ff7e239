"""What goes to the workers, and what is done where the rows come together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee import dc
from towhee.engine.ray.segments import Segment, crews, segments
from towhee.engine.ray.sharing import segments_at_once, share_of_each
from towhee.functional import DataCollection
from towhee.operators.base import ModelOperator
from towhee.plan import Plan
from towhee.plan.passes import rewrite


class Doubled(ModelOperator[int, int]):
    def prepare(self, value: int) -> int:
        return value

    def forward(self, prepared: Sequence[int]) -> Sequence[int]:
        return [2 * value for value in prepared]


def cut(chain: DataCollection) -> list[tuple[bool, str]]:
    plan: Plan = rewrite(chain._plan)
    return [
        (segment.is_distributed, " | ".join(stage.label for stage in segment.stages))
        for segment in segments(plan)
    ]


def one(chain: DataCollection) -> Segment:
    (segment,) = segments(rewrite(chain._plan))
    return segment


def test_steps_over_single_rows_are_one_segment() -> None:
    chain = dc(range(3)).map(str).filter(bool).map(len).flatten().map(abs)
    assert [is_distributed for is_distributed, _ in cut(chain)] == [True]


def test_a_step_that_needs_the_order_is_carried_out_between_two_segments() -> None:
    chain = dc(range(3)).map(str).batch(2).map(len)
    assert cut(chain) == [(True, "map(str)"), (False, "batch(2)"), (True, "map(len)")]


def test_a_callback_is_called_where_the_caller_is() -> None:
    dropped: list[Any] = []
    told = dc(range(3)).exception_safe().map(str).drop_empty(dropped.append)
    assert [place for place, _ in cut(told)] == [True, False]
    assert [place for place, _ in cut(dc(range(3)).exception_safe().map(str).drop_empty())] == [
        True
    ]


def test_a_search_reads_its_collection_where_the_caller_is() -> None:
    vectors = dc([[0.0, 1.0], [1.0, 0.0]])
    chain = dc([[0.0, 1.0]]).map(list).search_vectors(data=vectors, topk=1)
    assert [place for place, _ in cut(chain)] == [True, False, False]


def test_columns_are_not_sent_to_workers_to_be_renamed() -> None:
    chain = dc["a"]([1, 2]).rename({"a": "b"})
    assert [place for place, _ in cut(chain)] == [False]


def test_a_model_on_the_processors_shares_its_workers_with_what_reads_for_it() -> None:
    segment = one(dc(range(3)).map(str).map(int).map(Doubled()))
    assert len(list(crews(segment, models_apart=False))) == 1


def test_a_model_on_a_gpu_has_workers_of_its_own() -> None:
    segment = one(dc(range(3)).map(abs).map(Doubled()).map(str))
    labels = [
        " | ".join(stage.label for stage in crew.stages)
        for crew in crews(segment, models_apart=True)
    ]
    assert labels == ["map(abs) | map(Doubled).prepare", "map(Doubled).forward", "map(str)"]


def test_a_segment_knows_whether_its_elements_are_options() -> None:
    chain = dc(range(3)).exception_safe().map(str).batch(2)
    first, batches = segments(rewrite(chain._plan))
    assert (first.safe, first.safe_behind) == (False, True)
    assert (batches.safe, batches.safe_behind) == (True, False)


class TwoProcessors:
    """What is asked of a cluster."""

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 2.0}


def test_segments_that_run_side_by_side_share_the_workers() -> None:
    two = dc(range(3)).map(str).batch(2).map(len)._plan
    assert segments_at_once(two) == 2
    share = share_of_each(TwoProcessors(), two)
    assert (share.num_worker, share.cluster.num_cpus) == (1, 1)


def test_more_segments_than_processors_have_parts_of_them() -> None:
    inner = dc(range(3)).map(str).batch(2).map(len)
    four = inner.zip(inner.map(abs)).map(len)._plan
    share = share_of_each(TwoProcessors(), four)
    count = segments_at_once(four)
    assert count > 2
    assert share.num_worker == 1
    assert count * share.cluster.num_cpus <= 2


def test_one_segment_has_all_workers() -> None:
    assert share_of_each(TwoProcessors(), dc(range(3)).map(str)._plan).num_worker == 2
