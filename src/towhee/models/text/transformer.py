"""Transformers with the weights of a sentence model, pooled. The only module that imports
transformers."""

from __future__ import annotations

import contextlib
import importlib.util
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.text.layout import SentenceLayout
from towhee.models.text.pooling import POOLINGS
from towhee.models.torchvision_cure import import_torchvision

if TYPE_CHECKING:
    import torch

_SAFE = ".safetensors"


def import_transformers() -> Any:
    """The transformers module.

    Raises:
        MissingExtraError: if it or torch is not installed.
    """
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError("a sentence model", "text")
    if importlib.util.find_spec("torchvision") is not None:
        import_torchvision()  # it is imported along with models, whether they need it or not
    import transformers

    return transformers


def sentence_module(weights: Path, layout: SentenceLayout) -> torch.nn.Module:
    """The model as a module that gives ``(n, d)`` for token ids and mask ``(n, length) int64``.

    Args:
        weights: the file, beside the ``config.json`` of its transformer.
        layout: what comes behind the transformer.

    Raises:
        MissingExtraError: if torch or transformers is not installed.
        WeightsError: if the weights are damaged, incomplete, or of another model.
    """
    import_transformers()
    import torch

    transformer = _transformer(weights)
    pools = [POOLINGS[name] for name in layout.poolings]

    class SentenceModule(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            tokens = self.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
            present = mask.unsqueeze(-1).to(tokens.dtype)
            vectors = torch.cat([pool(tokens, present) for pool in pools], dim=-1)
            if layout.has_unit_length:
                vectors = torch.nn.functional.normalize(vectors, p=2, dim=-1)
            return vectors

    return SentenceModule().eval()


def _transformer(weights: Path) -> Any:
    transformers = import_transformers()
    import torch

    with _weights_errors(weights), _quiet():
        model, told = transformers.AutoModel.from_pretrained(
            weights.parent,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=weights.suffix == _SAFE,
            output_loading_info=True,
        )
    lacking = sorted(name for name in told["missing_keys"] if not name.startswith("pooler."))
    if lacking:  # they would be random
        raise WeightsError(
            f"{str(weights)!r} does not hold the weights of {type(model).__name__}: it lacks "
            f"{len(lacking)}, {lacking[0]} among them"
        )
    return model


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the progress bar and the reports of transformers; what matters becomes an error."""
    logging = import_transformers().utils.logging
    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()


@contextlib.contextmanager
def _weights_errors(weights: Path) -> Iterator[None]:
    """Errors of reading weights, as one sentence that names the file."""
    from safetensors import SafetensorError

    try:
        yield
    except (SafetensorError, EOFError, pickle.UnpicklingError) as error:
        raise WeightsError(
            f"{str(weights)!r} is damaged or cut short ({error}); delete it and pull it again"
        ) from error
    except (RuntimeError, KeyError, TypeError, AttributeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(f"{str(weights)!r} cannot be loaded: {reason}") from error
