"""Going on with a training of sentences that was cut off."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

from towhee.errors import UsageError
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

_NAME = re.compile(r"checkpoint-(\d+)")
_LAST_WRITTEN = "trainer_state.json"
"""A checkpoint without it was cut off while it was written."""


def resumed_sentences(config: TrainingConfig, checkpoints: Path) -> Path | None:
    """The newest whole checkpoint, ``None`` to begin.

    A training that goes on in its own folder begins anew if nothing was kept yet.

    Args:
        config: whose ``resume_from`` is a checkpoint, or a folder that has some.
        checkpoints: where they are kept.

    Raises:
        UsageError: if there is none.
    """
    if config.resume_from is None:
        return None
    named = Path(config.resume_from)
    found = [
        path
        for folder in (named.parent, named, named / checkpoints.name)
        for path in checkpoints_in(folder)
        if folder != named.parent or path == named
    ]
    own = (checkpoints.resolve(), checkpoints.parent.resolve())
    if not found and named.resolve() in own:
        logger.info("nothing was kept in %s yet, so the training begins anew", config.resume_from)
        return None
    if not found:
        raise UsageError(
            f"resume_from={config.resume_from!r} holds no checkpoint; there is one in "
            f"{str(checkpoints)!r} once an epoch is finished"
        )
    return max(found, key=lambda path: int(_NAME.fullmatch(path.name)[1]))  # type: ignore[index]


def checkpoints_in(folder: Path) -> list[Path]:
    """The whole checkpoints in a folder."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in folder.iterdir()
        if _NAME.fullmatch(path.name) and (path / _LAST_WRITTEN).is_file()
    ]


def remove_checkpoints(folder: Path) -> None:
    """Those of an earlier training."""
    for path in checkpoints_in(folder):
        shutil.rmtree(path)
