"""What the operators have in common that give sounds to a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.model_source import ModelSource
from towhee.models.projection import folder_projection
from towhee.models.run_conditions import RunConditions
from towhee.models.transformers.config import load_config
from towhee.models.vectors import unit_length
from towhee.operators.audio_embedding.sound import as_sound, windows
from towhee.operators.network_operator import NetworkOperator

if TYPE_CHECKING:
    from towhee.models.audio.sound_network import SoundNetwork
    from towhee.models.backends import Backend

N = TypeVar("N", bound="SoundNetwork")
S = TypeVar("S", bound="SoundNetwork")

_WINDOWS_AT_ONCE = 16
_LONG_SOUNDS = ("average", "cut")


class SoundOperator(NetworkOperator[Any, N]):
    """Vectors of sounds, the mean over the windows of those that are longer than one.

    Windows of unequal size are never put into one batch, as padding would change their vectors.

    Args:
        known_as: the name of the model, under which decisions about it are kept.
        conditions: how the user wants it to run.
        normalize: whether vectors have unit length.
        calibration: sounds on which backends are compared, as the user gave them.
        long_sounds: ``"average"`` where all windows of a long sound count, ``"cut"`` where the
            first counts alone.
    """

    def __init__(
        self,
        known_as: str,
        conditions: RunConditions,
        *,
        normalize: bool,
        calibration: Sequence[Any] = (),
        long_sounds: str = "average",
    ) -> None:
        if long_sounds not in _LONG_SOUNDS:
            choices = ", ".join(_LONG_SOUNDS)
            raise UsageError(f"long_sounds is one of {choices}, not {long_sounds!r}")
        self.averages = long_sounds == "average"
        self._calibration = tuple(calibration)
        super().__init__(
            known_as,
            conditions,
            normalize=normalize,
            has_calibration=bool(self._calibration),
        )

    def compared_on_calibration(self, make: Callable[..., S]) -> S:
        """A network that is compared on the user's own sounds, if there are any.

        Args:
            make: the network; it takes ``sounds``.
        """
        network = make()
        if not self._calibration:
            return network
        rate = network.sample_rate
        return make(sounds=[as_sound(value, rate) for value in self._calibration])

    def dimension_of(
        self, source: ModelSource, own: Callable[[Any], int], layer: str | None = None
    ) -> int:
        """The length of the vectors: a listed model's is known, others say it in their files.

        Args:
            source: of the model.
            own: what its configuration says of vectors without a projection.
            layer: whose output is taken.
        """
        if source.known.dimension is not None:
            return source.known.dimension
        folder = source.folder()
        projection = folder_projection(folder, layer)
        return int(own(load_config(folder))) if projection is None else projection.dimension

    def setup(self) -> None:
        """Read the model and settle what runs it."""
        from towhee.models.transformers.importing import import_transformers

        import_transformers()
        super().setup()

    def prepare(self, value: Any) -> list[npt.NDArray[Any]]:
        """The features of the sound's windows.

        Raises:
            DataError: for what is no sound, and for one that is too short for the model.
        """
        network = self.running.network
        samples = as_sound(value, network.sample_rate)
        network.check_length(samples)
        parts = windows(samples, network.window, network.step)
        return [network.features(part) for part in (parts if self.averages else parts[:1])]

    def _vectors(
        self, backend: Backend, prepared: Sequence[list[npt.NDArray[Any]]]
    ) -> npt.NDArray[np.float32]:
        rows = [features for parts in prepared for features in parts]
        of_windows: dict[int, npt.NDArray[np.float32]] = {}
        for places in _alike(rows):
            vectors = backend(np.stack([rows[place] for place in places]))
            of_windows.update(zip(places, vectors, strict=True))
        ends = np.cumsum([len(parts) for parts in prepared])
        means = [
            np.mean([of_windows[place] for place in range(end - len(parts), end)], axis=0)
            for end, parts in zip(ends.tolist(), prepared, strict=True)
        ]
        vectors = np.stack(means).astype(np.float32)
        return unit_length(vectors) if self._normalize else vectors


def _alike(rows: Sequence[npt.NDArray[Any]]) -> list[list[int]]:
    """The places of rows of one shape, in groups of a size that memory can bear."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(row.shape, []).append(place)
    return [
        places[start : start + _WINDOWS_AT_ONCE]
        for places in groups.values()
        for start in range(0, len(places), _WINDOWS_AT_ONCE)
    ]
