"""The configuration of a model of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee.models.transformers.loading import load_processor


# Any: the library's configurations have no type of their own to offer before it is imported.
def load_config(folder: Path) -> Any:
    """What the ``config.json`` in a folder says, with the defaults of the model's class.

    Raises:
        MissingExtraError: if torch or transformers is not installed.
        WeightsError: if it is missing or damaged.
    """
    return load_processor("AutoConfig", folder)
