"""Share a cluster out among the segments that run side by side.

Workers that hold a model keep what they are given until the end. If those of one segment took
everything, another that waits for its rows, or that it waits for, would never begin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from towhee.engine.ray.cluster import workers
from towhee.engine.ray.segments import segments
from towhee.plan.options import Options
from towhee.plan.passes import rewrite
from towhee.plan.plan import Plan


def segments_at_once(plan: Plan) -> int:
    """How many segments of a plan, and of those that it reads, have workers at one time."""
    seen: set[int] = set()

    def count(plan: Plan) -> int:
        if id(plan) in seen:
            return 0
        seen.add(id(plan))
        own = sum(segment.is_distributed for segment in segments(rewrite(plan)))
        return own + sum(map(count, plan.source.read_plans))

    return count(plan)


def share_of_each(ray: Any, plan: Plan) -> Options:
    """The plan's options with the workers that each of its segments may have, at least one."""
    cluster = plan.options.cluster
    together = workers(ray, cluster, plan.options.num_worker)
    count = max(1, segments_at_once(plan))
    each = max(1, together // count)
    if together < count:
        cluster = replace(cluster, num_cpus=cluster.num_cpus * together / count)
    return plan.options.with_(num_worker=each, cluster=cluster)
