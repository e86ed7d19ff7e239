"""Which published model, and where its one file is: for models that are a file in ONNX form."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from towhee.errors import UsageError, WeightsError
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.hub_weights import cached_file, pulled_file, verify_cached
from towhee.models.known_model import KnownModel

_ADDRESS = re.compile(
    r"(?P<repository>[\w.-]+/[\w.-]+)/(?P<file>[\w./-]+\.onnx)(@(?P<commit>\w+))?"
)
_SUFFIX = ".onnx"
_NOTHING_KNOWN = KnownModel()


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """A model in ONNX form and where it is.

    Attributes:
        name: the repository on the Hub, or the file's path.
        file: its name in the repository.
        local: the file, where the user named one.
        known: what is known of it without its files.
    """

    name: str
    file: str = ""
    local: Path | None = None
    known: KnownModel = _NOTHING_KNOWN

    def path(self) -> Path:
        """The file, downloaded if need be and verified.

        Raises:
            WeightsError: if it cannot be had, or is damaged.
        """
        if self.local is not None:
            return self.local
        pulled = pulled_file(
            self.name, self.file, model_name=self.name, revision=self.known.revision
        )
        verify_cached(pulled)
        return pulled

    def cached(self) -> Path | None:
        """The file if it need not be downloaded; ``None`` otherwise."""
        if self.local is not None:
            return self.local
        return cached_file(self.name, self.file, revision=self.known.revision)


PUBLISHED = {
    each.name: each
    for each in (
        OnnxFile(
            "opencv/face_detection_yunet",
            "face_detection_yunet_2023mar.onnx",
            known=KnownModel(
                revision="3cc26e7f1014a5ee5d74a42acee58bafc9d0a310", license="mit", megabytes=1
            ),
        ),
        OnnxFile(
            "opencv/face_recognition_sface",
            "face_recognition_sface_2021dec.onnx",
            known=KnownModel(
                revision="3d7082438a6e4551e840c9b2bb60b71e8da4b524",
                dimension=128,
                license="apache-2.0",
                megabytes=39,
            ),
        ),
        OnnxFile(
            "fal/AuraFace-v1",
            "glintr100.onnx",
            known=KnownModel(
                revision="af6d057c9b0ec4071d4c49c80e3539258798b609",
                dimension=512,
                license="apache-2.0",
                megabytes=261,
            ),
        ),
        OnnxFile(
            "onnxmodelzoo/arcfaceresnet100-8",
            "arcfaceresnet100-8.onnx",
            known=KnownModel(dimension=512, license="apache-2.0", megabytes=261),
        ),
        OnnxFile(
            "opencv/object_detection_yolox",
            "object_detection_yolox_2022nov.onnx",
            known=KnownModel(
                revision="78c368f74ce73ee28fc7a1be418a598c71b58b52",
                license="apache-2.0",
                megabytes=36,
            ),
        ),
    )
}
"""The models in ONNX form that operators list, by their repositories on the Hub."""


def known_models(*names: str) -> dict[str, KnownModel]:
    """What is known of some of the published models."""
    return {name: PUBLISHED[name].known for name in names}


def onnx_file(
    model_name: str,
    *,
    known: Mapping[str, KnownModel],
    checkpoint: str | os.PathLike[str] | None = None,
) -> OnnxFile:
    """The file for a name as users write it; nothing is downloaded.

    Args:
        model_name: one of ``known``, or any file on the Hub: ``"owner/name/file.onnx"``, or
            ``"owner/name/file.onnx@commit"``.
        known: the models that the operator lists, which are in ``PUBLISHED``.
        checkpoint: a file, or a folder that holds one, in place of ``model_name``.

    Raises:
        UsageError: if it is no such name.
        WeightsError: if there is no such file.

    Example:
        >>> onnx_file("owner/name/model.onnx", known={}).file
        'model.onnx'
    """
    if checkpoint is not None:
        path = _local(checkpoint_path(checkpoint))
        return OnnxFile(str(path), path.name, path)
    if not isinstance(model_name, str) or not model_name:
        raise UsageError(f"model_name is the name of a model, not {model_name!r}")
    full = next((name for name in known if model_name in (name, name.partition("/")[2])), None)
    if full is not None:
        return PUBLISHED[full]
    address = _ADDRESS.fullmatch(model_name)
    if address is None:
        listed = f"; listed are {', '.join(known)}" if known else ""
        raise UsageError(
            f"a model in ONNX form on the Hub is owner/name/file.onnx, not {model_name!r}{listed}"
        )
    about = KnownModel(revision=address["commit"])
    return OnnxFile(address["repository"], address["file"], known=about)


def _local(path: Path) -> Path:
    if path.is_dir():
        found = sorted(path.glob(f"*{_SUFFIX}"))
        if len(found) != 1:
            raise WeightsError(
                f"checkpoint {str(path)!r} holds {len(found)} files that end in {_SUFFIX}; name "
                "the one to load"
            )
        return found[0]
    if not path.is_file():
        raise WeightsError(f"checkpoint {str(path)!r} does not exist (looked in {os.getcwd()!r})")
    if path.suffix.lower() != _SUFFIX:
        raise WeightsError(f"checkpoint {str(path)!r} is no {_SUFFIX} file")
    return path
