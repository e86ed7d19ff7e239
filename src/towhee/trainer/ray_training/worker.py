"""One worker of a training on a cluster, as Ray Train starts it."""

from __future__ import annotations

import pickle
import socket
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towhee.engine.ray.pickling import pickled
from towhee.engine.ray.portable import portable_error
from towhee.errors import DataError, TowheeError, WeightsError
from towhee.trainer.ray_training.carrying import Carrier
from towhee.trainer.ray_training.conversation import ERROR
from towhee.trainer.ray_training.job import Job, enter
from towhee.trainer.ray_training.naming import Naming
from towhee.trainer.ray_training.placement import Workers
from towhee.trainer.ray_training.received_folder import lay_down
from towhee.trainer.ray_training.telling import telling
from towhee.trainer.ray_training.together import Leader, follow
from towhee.trainer.result import TrainingResult
from towhee.trainer.sharing import sharing
from towhee.trainer.training import train
from towhee.trainer.training_config import TrainingConfig

BEGIN, DONE = "begin", "done"
"""Questions of the first worker: with what it begins, and whether its result has arrived."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the first worker begins with.

    Attributes:
        files: of a training that goes on, by name: references to their pieces.
        is_resumed: whether it goes on.
    """

    files: dict[str, list[Any]]
    is_resumed: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What the first worker ends with.

    Attributes:
        result: whose paths are in the worker's folder.
        folder: of the worker.
        names: of all files in it.
    """

    result: TrainingResult
    folder: Path
    names: list[str]


def work(config: dict[str, Any]) -> None:
    """Take part in a training.

    Args:
        config: the ``mailbox``, and a reference to the ``job`` in a list.
    """
    import ray
    import ray.train
    from ray.train.collective import broadcast_from_rank_zero

    mailbox = config["mailbox"]
    context = ray.train.get_context()
    rank, count = context.get_world_rank(), context.get_world_size()
    own = Path.cwd().resolve()  # of this run, which Ray removes with its session
    attempt = broadcast_from_rank_zero(uuid.uuid4().hex if rank == 0 else None)
    try:
        enter(config["directory"], config["workers"])
        job: Job = pickle.loads(ray.get(config["job"][0]))
        if rank == 0:
            _lead(ray, mailbox, job, own, attempt)
        else:
            with telling(mailbox, Naming(own, job.config.output_dir), job.level):
                follow(ray, mailbox, attempt, rank, count)
    except Exception as error:
        if count > 1 and _is_of_network(error):
            raise  # another worker was lost: Ray Train says so, and starts all of them anew
        ray.get(mailbox.send.remote(ERROR, pickled(portable_error(error))))


def _lead(ray: Any, mailbox: Any, job: Job, own: Path, attempt: str) -> None:
    """Carry out the whole training, with the others where it is shared."""
    count = job.workers.count
    begun: Begun = ray.get(mailbox.ask.remote(BEGIN, None))
    with tempfile.TemporaryDirectory(dir=own, prefix="training-") as root:
        folder = Path(root, Path(job.config.output_dir).resolve().name or "output")
        naming = Naming(folder, job.config.output_dir)
        lay_down(ray, begun.files, folder)
        leader = Leader(ray, mailbox, attempt, count)
        try:
            with (
                telling(mailbox, naming, job.level),
                Carrier(ray, mailbox, folder, naming) as carrier,
                sharing(leader),
            ):
                result = _trained(job, _config(job, folder, is_resumed=begun.is_resumed))
                names = carrier.send_rest()
        except Exception as error:
            naming.error(error)
            if isinstance(error, DataError | WeightsError):
                _say_where(error)
            raise
        leader.end()
        ray.get(mailbox.ask.remote(DONE, pickled(Done(result, folder, names))))


def _say_where(error: Exception) -> None:
    """Add to an error of files which machine has looked for them."""
    hint = (
        f"this is of {socket.gethostname()}, a machine of the cluster: files have to lie at the "
        "same paths on each of them"
    )
    error.args = (f"{error}; {hint}", *error.args[1:])


def _trained(job: Job, config: TrainingConfig) -> TrainingResult:
    return train(
        job.ref,
        config,
        job.train,
        job.evaluation,
        unlabelled=job.unlabelled,
        model_card=job.model_card,
        callbacks=job.callbacks,
        on_error=job.on_error,
    )


def _config(job: Job, folder: Path, *, is_resumed: bool) -> TrainingConfig:
    """The caller's config with a folder of this machine, and the workers as its devices."""
    config, count = job.config, job.workers.count
    changes: dict[str, Any] = {
        "output_dir": str(folder),
        "resume_from": str(folder) if is_resumed else None,
        "overwrite_output_dir": True,  # what the caller has was looked at there
        "devices": count if count > 1 else None,
        **device_changes(job.workers),
    }
    return config.replace(**changes)


def device_changes(workers: Workers) -> dict[str, Any]:
    """What a config has to say so that a worker leaves GPUs alone that it was not given."""
    import torch

    return {"device_str": "cpu"} if not workers.gpus and torch.cuda.is_available() else {}


def _is_of_network(error: BaseException) -> bool:
    """Whether an error is that of a worker whose counterpart is gone."""
    import torch

    if isinstance(error, torch.distributed.DistError):
        return True
    said = str(error).lower()
    is_plain = isinstance(error, RuntimeError) and not isinstance(error, TowheeError)
    return is_plain and ("gloo" in said or "nccl" in said or "connection" in said)
