"""Train on a machine that is not the caller's, lose it, add another, and print what came of it."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


def main(checkpoint: str, output: str) -> dict[str, Any]:
    import ray
    from ray.cluster_utils import Cluster

    from colour_squares import colour_squares
    from towhee import ops
    from towhee.trainer.importing import import_lightning
    from towhee.trainer.training_config import TrainingConfig

    class Placed(import_lightning().Callback):  # type: ignore[misc]
        """Says which machine it is on."""

        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            import ray

            here = ray.get_runtime_context().get_node_id()
            logging.getLogger("towhee.story").warning("epoch on %s", here)
            time.sleep(0.2)  # an epoch that takes long enough to be interrupted

    said: list[str] = []
    heard = logging.Handler()
    heard.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("towhee").addHandler(heard)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RAY_TMPDIR"] = folder  # where a cluster leaves its address too
        Path(folder, "ray").mkdir()
        size = {"object_store_memory": 100 * 2**20}
        cluster = Cluster(
            initialize_head=True,
            head_node_args={"include_dashboard": False, "num_cpus": 0, **size},
        )
        other = cluster.add_node(num_cpus=1, **size)
        ray.init(address=cluster.address, logging_level="error", log_to_driver=False)
        cluster.wait_for_nodes()
        caller = ray.get_runtime_context().get_node_id()

        op = ops.image_embedding.timm(checkpoint=checkpoint, backend="torch")
        config = TrainingConfig(
            output_dir=output, method="full", epoch_num=6, batch_size=8, device_str="cpu",
            tensorboard=None, early_stopping=None,
        )  # fmt: skip
        with ThreadPoolExecutor(1) as beside:  # as Ray starts machines in the first thread alone
            training = beside.submit(
                op.train, config, colour_squares(60, 0), colour_squares(30, 1),
                callbacks=[Placed()], engine="ray", address=cluster.address, num_cpus=1,
            )  # fmt: skip
            state = Path(output, "checkpoints", "last.ckpt")
            while not state.is_file() and not training.done():
                time.sleep(0.05)  # a file that another process writes is seen by looking
            cluster.remove_node(other, allow_graceful=False)
            cluster.add_node(num_cpus=1, **size)
            result = training.result()
        ray.shutdown()
        cluster.shutdown()
    nodes = list(dict.fromkeys(each for each in said if each.startswith("epoch on ")))
    return {
        "machines": len(nodes),
        "callers": sum(caller in each for each in nodes),
        "epochs": [row["epoch"] for row in result.history],
        "said": [each for each in said if "was lost" in each],
        "is_here": Path(output, "model", "model.safetensors").is_file(),
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201 (what the test reads)
