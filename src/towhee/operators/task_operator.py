"""What all operators have in common whose model of transformers does a task."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from towhee.errors import UsageError
from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.operators.base import In, ModelOperator, Out, Streams

if TYPE_CHECKING:
    from towhee.models.transformers.task_folder import TaskFolder

Answer = TypeVar("Answer", covariant=True)


class Task(Protocol[Answer]):
    """A model on its device, with what comes behind it."""

    def results(self, rows: Sequence[Any]) -> Sequence[Answer]:
        """The answers for at least one prepared value, in order."""
        ...


T = TypeVar("T", bound=Task[Any])


class TaskOperator(ModelOperator[In, Out], Generic[In, Out, T]):
    """Answers of a model of transformers, run by torch.

    A subclass gives ``loaded``, ``prepare``, and what ``task`` is, for messages.

    Args:
        model_name: as of ``model_source``.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``.
        batch_size: how many rows the model gets at once; ``None`` to find it by measuring.
    """

    task: ClassVar[str]
    extra = "transformers"

    def __init__(
        self,
        model_name: str,
        *,
        checkpoint: str | os.PathLike[str] | None,
        trust_pickle: bool,
        device: str,
        batch_size: int | None,
    ) -> None:
        if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
            raise UsageError(f"batch_size is a whole number above 0, not {batch_size!r}")
        self._source = model_source(
            model_name, known=self.models, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        self._conditions = RunConditions(device, backend="torch", precision="float32")
        self._batch_size = batch_size
        self._running: T | None = None
        self._folder: TaskFolder | None = None

    def loaded(self, folder: TaskFolder) -> T:
        """The model, read from its folder."""
        raise NotImplementedError(f"{type(self).__name__} defines no loaded()")

    def setup(self) -> None:
        """Read the model, from its folder, the cache or the Hub."""
        from towhee.models.transformers.importing import import_transformers
        from towhee.models.transformers.task_folder import TaskFolder

        extra = self.extra or "transformers"
        import_transformers(f"a model for {self.task}", extra)
        device = self._conditions.chosen_device()  # first, as a download for none is in vain
        self._folder = TaskFolder(
            self._source.folder(),
            self._source.name,
            self.task,
            device=device,
            extra=extra,
            trust_pickle=self._source.trust_pickle,
        )
        self._running = self.loaded(self._folder)

    @property
    def running(self) -> T:
        """The model on its device; the first to ask reads it."""
        self.ensure_setup()
        assert self._running is not None
        return self._running

    def streams(self) -> Streams:
        """The model for an engine: one call at a time, which torch spreads over all cores."""
        self.ensure_setup()
        import torch

        assert self._folder is not None
        on_cpu = self._folder.device == "cpu"
        return Streams(
            self.forward,
            threads=torch.get_num_threads() if on_cpu else 0,
            batch_size=self._batch_size,
        )

    def fingerprint(self) -> str | None:
        """What the answers depend on: the files of the model, the libraries, the device."""
        self.ensure_setup()
        assert self._folder is not None
        return self._folder.fingerprint()

    def forward(self, prepared: Sequence[Any]) -> Sequence[Out]:
        """The answers for a batch of prepared values, in order."""
        return self.running.results(prepared) if len(prepared) else []
