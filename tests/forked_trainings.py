"""Trainings in processes that can be killed: a server imports what they need once, and forks.

Run as a program it takes a training a line, ``{"checkpoint", "config", "kill_at"}``, and answers
with ``{"is_killed", "moments"}``. A moment is when a batch begins or ends, an epoch ends,
or the state is about to be written; with ``kill_at`` the process gets SIGKILL at that one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any


class ForkedTrainings:
    """The server, for tests; closed when it is left."""

    def __enter__(self) -> ForkedTrainings:
        paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            text=True,
        )
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.communicate()  # it ends with its input

    def train(
        self, checkpoint: Path, config: dict[str, Any], kill_at: int | None = None
    ) -> dict[str, Any]:
        """Train, and kill the process at a moment."""
        asked = {"checkpoint": str(checkpoint), "config": config, "kill_at": kill_at}
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        return dict(json.loads(self._server.stdout.readline()))


def serve() -> None:
    """Answer the trainings of the standard input."""
    from towhee.models.timm_models import import_timm
    from towhee.trainer import training
    from towhee.trainer.importing import import_lightning, import_metric_losses

    for imported in (import_lightning, import_timm, import_metric_losses):
        imported()
    assert training
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_forked(json.loads(line))) + "\n")
        sys.stdout.flush()


def _forked(asked: dict[str, Any]) -> dict[str, Any]:
    told, telling = os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        code = 1
        try:
            _train(asked, telling)
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    os.close(telling)
    moments = 0
    is_killed = False
    with os.fdopen(told, "rb", 0) as pipe:
        while pipe.read(1):
            moments += 1
            if moments == asked["kill_at"]:
                os.kill(child, signal.SIGKILL)
                is_killed = True
                break
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), code
    return {"is_killed": is_killed, "moments": moments}


def _train(asked: dict[str, Any], telling: int) -> None:
    from colour_squares import colour_squares
    from towhee import ops
    from towhee.trainer.importing import import_lightning
    from towhee.trainer.training_config import TrainingConfig

    class Telling(import_lightning().Callback):  # type: ignore[misc]  # Any
        def _tell(self, *given: Any) -> None:
            os.write(telling, b".")

        on_train_batch_start = on_train_batch_end = on_save_checkpoint = _tell
        on_train_epoch_end = on_train_end = _tell

    op = ops.image_embedding.timm(checkpoint=asked["checkpoint"], backend="torch")
    config = TrainingConfig(**asked["config"])
    op.train(config, colour_squares(60, 0), colour_squares(30, 1), callbacks=[Telling()])


if __name__ == "__main__":
    serve()
