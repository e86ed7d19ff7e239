"""Import transformers, in the form that works beside any torchvision."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from typing import Any

from towhee.errors import MissingExtraError
from towhee.models.torchvision_cure import import_torchvision


def import_transformers(what: str = "a model of transformers", extra: str = "transformers") -> Any:
    """The transformers module.

    Args:
        what: needs it, for the message.
        extra: that brings it.

    Raises:
        MissingExtraError: if it or torch is not installed.
    """
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(what, extra)
    if importlib.util.find_spec("torchvision") is not None:
        import_torchvision()  # it is imported along with models, whether they need it or not
    import transformers

    return transformers


@contextlib.contextmanager
def quiet_transformers() -> Iterator[None]:
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
