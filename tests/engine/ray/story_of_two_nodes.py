"""Run a job on two nodes, lose one while it runs, and print what came of it as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def main(count: int) -> dict[str, Any]:
    import ray
    from ray.cluster_utils import Cluster

    from towhee import dc

    def placed(value: int) -> tuple[int, str]:
        import ray

        return value, ray.get_runtime_context().get_node_id()

    with tempfile.TemporaryDirectory() as folder:
        os.environ["RAY_TMPDIR"] = folder  # where a cluster leaves its address too
        Path(folder, "ray").mkdir()
        size = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
        cluster = Cluster(
            initialize_head=True,
            head_node_args={"include_dashboard": False, **size},
        )
        other = cluster.add_node(**size)
        ray.init(address=cluster.address, logging_level="error", log_to_driver=False)
        cluster.wait_for_nodes()
        chain = dc(range(count)).map(placed).set_engine("ray", address=cluster.address)
        rows = iter(chain)
        before: list[Any] = []
        while len({node for _, node in before}) < 2 and len(before) < count // 2:
            before.append(next(rows))
        cluster.remove_node(other, allow_graceful=False)
        after = list(rows)
        ray.shutdown()
        cluster.shutdown()
    return {
        "nodes_before": len({node for _, node in before}),
        "nodes_in_the_end": len({node for _, node in after[-100:]}),
        "rows": [value for value, _ in before + after],
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))  # noqa: T201 (what the test reads)
