"""The process of one device of a training on several; ``several_devices`` starts it."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from pathlib import Path

from towhee.models.machine import cores, use_cores
from towhee.trainer.fitting import fitted_here
from towhee.trainer.importing import import_lightning
from towhee.trainer.keeping import save_weights
from towhee.trainer.several_devices import ERROR, JOB, OUTCOME, WEIGHTS


def main() -> None:
    """Run the course of a folder on the device that the environment names."""
    folder, rank = Path(sys.argv[1]), int(os.environ["LOCAL_RANK"])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import_lightning()  # which cures torchvision before anything that was pickled imports it
    course, run, callbacks = pickle.loads((folder / JOB).read_bytes())
    if run.accelerator == "cpu":
        use_cores(max(1, cores() // run.device_count))
    try:
        outcome = fitted_here(course, run, callbacks)
    except BaseException as error:
        (folder / f"{ERROR}-{rank}").write_bytes(_pickled(error))
        raise
    if rank == 0:
        save_weights(folder / WEIGHTS, course)
        (folder / OUTCOME).write_bytes(pickle.dumps(outcome))


def _pickled(error: BaseException) -> bytes:
    try:
        return pickle.dumps(error)
    except (TypeError, AttributeError, pickle.PicklingError):
        return pickle.dumps(RuntimeError(repr(error)))


def _end_with_parent() -> None:
    """Without whoever started it a process would go on writing, beside the training's successor."""
    os.read(0, 1)  # of the descriptor itself: what Python makes of it is locked when it ends
    os._exit(1)


if __name__ == "__main__":
    main()
