"""Models and their processors from a folder as transformers saves it."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from towhee.errors import WeightsError, one_line
from towhee.models.transformers.config_limits import check_layers
from towhee.models.transformers.importing import import_transformers, quiet_transformers


# Any: the library's models have no type of their own to offer before it is imported.
def load_pretrained(
    kind: str,
    folder: Path,
    *,
    named: str | None = None,
    trust_pickle: bool = False,
    may_lack: Sequence[str] = (),
) -> Any:
    """A model in evaluation mode, on the CPU, in float32.

    Args:
        kind: its class in transformers: ``"AutoModel"``, ``"CLIPModel"``, …
        folder: with ``config.json`` and the weights; nothing is downloaded.
        named: what messages call the weights, the folder if not given.
        trust_pickle: take weights that can run code when they are loaded.
        may_lack: the beginnings of the names of weights that are not needed; any other that is
            missing would be random, and is an error.

    Raises:
        MissingExtraError: if torch or transformers is not installed.
        WeightsError: if the weights are damaged, incomplete, or of another model.
    """
    transformers = import_transformers()
    import torch

    named = named or str(folder)
    check_layers(Path(folder))
    with loading_errors(named), quiet_transformers():
        model, told = getattr(transformers, kind).from_pretrained(
            folder,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=None if trust_pickle else True,
            output_loading_info=True,
        )
    lacking = sorted(name for name in told["missing_keys"] if not name.startswith(tuple(may_lack)))
    if lacking:
        raise WeightsError(
            f"{named!r} does not hold the weights of {type(model).__name__}: it lacks "
            f"{len(lacking)}, {lacking[0]} among them"
        )
    return model.eval()


def load_processor(kind: str, folder: Path, **options: Any) -> Any:
    """A processor, tokenizer or feature extractor, from the files beside a model's weights.

    Args:
        kind: its class in transformers: ``"AutoTokenizer"``, ``"AutoImageProcessor"``, …
        folder: as of ``load_pretrained``; nothing is downloaded.
        options: handed on to ``from_pretrained``.

    Raises:
        MissingExtraError: if torch, transformers, or what the processor needs is not installed.
        WeightsError: if files are missing or damaged.
    """
    transformers = import_transformers()
    with loading_errors(str(folder)), quiet_transformers():
        return getattr(transformers, kind).from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )


@contextlib.contextmanager
def loading_errors(named: str) -> Iterator[None]:
    """Errors of reading a model, as one sentence that names its weights."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    refusals = (RuntimeError, KeyError, TypeError, AttributeError, ValueError, OSError)
    try:
        yield
    except (SafetensorError, EOFError, pickle.UnpicklingError) as error:
        raise WeightsError(
            f"{named!r} is damaged or cut short ({error}); delete it and pull it again"
        ) from error
    # The last two tell of numbers in a configuration that are 0, or none.
    except (*refusals, ArithmeticError, StrictDataclassError) as error:
        reason = one_line(error, 300)
        raise WeightsError(f"{named!r} cannot be loaded: {reason}") from error
