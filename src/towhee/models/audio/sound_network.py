"""What the networks of sound have in common: they take the features of a window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from towhee.models.audio.sample_sounds import sample_sounds
from towhee.models.audio.spectrum import Samples
from towhee.models.model_source import ModelSource
from towhee.models.network import Batch, concatenated
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.onnx_export import exported
from towhee.models.transformers.folder_digest import folder_digest
from towhee.models.transformers.loading import load_pretrained

if TYPE_CHECKING:
    import torch
    from typing_extensions import Self

_EXAMPLE_ROWS, _CHECK_ROWS = 2, 3


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

    def features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """What the network takes for a window of sound."""
        raise NotImplementedError(f"{type(self).__name__} defines no features()")

    def read_module(self) -> torch.nn.Module:
        """The model, read from its files; it gives ``(n, d)`` for the features of ``n`` windows."""
        raise NotImplementedError(f"{type(self).__name__} defines no read_module()")

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
        return self.read_module()

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
