"""What the networks of sound have in common: they take the features of a window."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.audio.sample_sounds import sample_sounds
from towhee.models.audio.spectrum import Samples
from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from towhee.models.model_source import ModelSource
from towhee.models.network import Batch, concatenated
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.onnx_export import exported
from towhee.models.projection import Projection, folder_projection
from towhee.models.transformers.folder_digest import folder_digest
from towhee.models.transformers.loading import load_pretrained

if TYPE_CHECKING:
    import torch
    from typing_extensions import Self

_EXAMPLE_ROWS, _CHECK_ROWS = 2, 3
_BESIDE = (".json", ".txt", ".model")  # configurations and tokenizers
_OF_TRAINING = ("labels.txt",)  # of an earlier one


class SoundNetwork:
    """Vectors ``(n, d)`` for the features of windows of sound.

    A subclass gives ``sample_rate``, ``window``, ``least``, ``features`` and ``read_module``.

    Args:
        source: which model; its files may be downloaded.
        sounds: of the model's sample rate, on which backends are compared; the sample sounds if
            there are none.

    Attributes:
        name, folder: of the model.
        axes: the names of the axes of the features that may have any length.
    """

    axes: ClassVar[tuple[str, ...]] = ("n",)

    def __init__(self, source: ModelSource, *, sounds: Sequence[Samples] = ()) -> None:
        self.source = source
        self.name = source.name
        self.folder = source.folder()
        self._sounds = sounds

    @property
    def sample_rate(self) -> int:
        """Of the sounds that it takes, in hertz."""
        raise NotImplementedError(f"{type(self).__name__} defines no sample_rate")

    @property
    def window(self) -> int:
        """The most samples that it takes at once."""
        raise NotImplementedError(f"{type(self).__name__} defines no window")

    @property
    def step(self) -> int:
        """The samples from one window of a long sound to the next."""
        return self.window

    @property
    def least(self) -> int:
        """The fewest samples that it can take."""
        return 1

    @property
    def layer_name(self) -> str | None:
        """The layer whose output it gives; ``None`` for the model's own."""
        return None

    @property
    def projection(self) -> Projection | None:
        """The projection that was trained on its vectors, if there is one in the folder."""
        return folder_projection(self.folder, self.layer_name)

    def check_length(self, samples: Samples) -> None:
        """Refuse a sound that is too short.

        Raises:
            DataError: which says how long it has to be.
        """
        if len(samples) < self.least:
            raise DataError(
                f"a sound of {1000 * len(samples) / self.sample_rate:.1f} ms is too short for "
                f"{self.name}, which takes {1000 * self.least / self.sample_rate:.0f} ms "
                "and more; put silence behind it"
            )

    def features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """What the network takes for a window of sound."""
        raise NotImplementedError(f"{type(self).__name__} defines no features()")

    def read_module(self) -> torch.nn.Module:
        """The model, read from its files; it gives ``(n, d)`` for the features of ``n`` windows."""
        raise NotImplementedError(f"{type(self).__name__} defines no read_module()")

    # Any: parameters, which torch has when it is imported.
    def stages(self, module: Any) -> list[list[Any]]:
        """The parameters of each stage, the first in front; none where layers are the stages."""
        return []

    def save(self, module: torch.nn.Module, folder: Path) -> None:
        """Write a folder with the weights of a module as ``read_module`` gives it.

        Everything beside the weights is that of the model's own folder.

        Args:
            module: of this model, trained.
            folder: which is there, and empty.
        """
        from safetensors.torch import save_file

        for file in sorted(self.folder.iterdir()):
            is_beside = file.suffix in _BESIDE and not file.name.endswith(".index.json")
            if file.is_file() and is_beside and file.name not in _OF_TRAINING:
                shutil.copyfile(file, folder / file.name)
        weights = {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in self.whole_model(module).state_dict().items()
        }
        save_file(weights, folder / WEIGHTS_FILE, metadata={"format": "pt"})
        if not (folder / CONFIG_FILE).exists():
            (folder / CONFIG_FILE).write_text("{}", "utf-8")

    # Any: models of transformers, as above.
    def whole_model(self, module: Any) -> Any:
        """The model whose weights the folder holds, with those of a module."""
        raise NotImplementedError(f"{type(self).__name__} defines no whole_model()")

    def settings(self) -> tuple[str, ...]:
        """What the vectors depend on besides the files."""
        return ()

    # Any: transformers is imported when it is used, and so are its types.
    def pretrained(self, kind: str, *, may_lack: Sequence[str] = ()) -> Any:
        """A model of transformers with the weights of the folder.

        Args:
            kind: its class.
            may_lack: the beginnings of the names of weights that it does without.
        """
        return load_pretrained(
            kind,
            self.folder,
            named=self.name,
            trust_pickle=self.source.trust_pickle,
            may_lack=may_lack,
        )

    def unloaded(self) -> Self:
        """The same model with nothing of it in memory."""
        return type(self)(self.source, sounds=self._sounds)

    @cached_property
    def key(self) -> str:
        """What the vectors depend on, as one digest."""
        parts = (type(self).__name__, *self.settings())
        packages = ("torch", "transformers")
        return folder_digest(self.folder, *parts, packages=packages, extra="transformers")

    @cached_property
    def _module(self) -> torch.nn.Module:
        module, projection = self.read_module(), self.projection
        return module if projection is None else projection.behind(module)

    def module(self) -> torch.nn.Module:
        """The network, as its library computes it."""
        return self._module

    def onnx(self) -> bytes:
        """The same in ONNX form, exported unless the export is kept from before.

        Raises:
            MissingExtraError: if the packages that write ONNX are not installed.
            WeightsError: if the model cannot be exported, or the export gives other vectors.
        """
        content = kept_export(self.key)
        if content is None:
            samples = [self._row(sound) for sound in sample_sounds(self.sample_rate)]
            content = exported(
                self._module,
                self.joined(samples[:_EXAMPLE_ROWS]),
                check=self.joined(samples[-_CHECK_ROWS:]),
                inputs={"features": self.axes},
                name=self.name,
            )
            keep_export(self.key, content)
        return content

    def calibration(self) -> list[Batch]:
        """The features of the sounds given, or of the sample sounds."""
        return [self._row(sound) for sound in self._sounds or sample_sounds(self.sample_rate)]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several."""
        return concatenated(rows)

    def _row(self, sound: Samples) -> Batch:
        return (self.features(sound[: self.window])[None],)
