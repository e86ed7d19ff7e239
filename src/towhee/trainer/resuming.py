"""Going on with a training that was cut off."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.trainer.keeping import LAST_CHECKPOINT
from towhee.trainer.settings import Settings
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

_COURSE = "course.json"
# What may be another when a training goes on: where it runs, and what is shown and kept of it.
_FREE = ("reasons", "accelerator", "devices", "precision", "workers")


def resumed_checkpoint(config: TrainingConfig, checkpoints: Path) -> Path | None:
    """The checkpoint to go on from, ``None`` to begin.

    A training that goes on in its own folder begins anew if it was killed before anything was
    kept: so a job may name the folder from its first start on.

    Args:
        config: whose ``resume_from`` is a checkpoint, or a folder that has one.
        checkpoints: where they are kept.

    Raises:
        UsageError: if there is none.
    """
    if config.resume_from is None:
        return None
    named = Path(config.resume_from)
    tried = [named, named / LAST_CHECKPOINT, named / checkpoints.name / LAST_CHECKPOINT]
    found = next((path for path in tried if path.is_file()), None)
    if found is None and named.resolve() in (checkpoints.resolve(), checkpoints.parent.resolve()):
        logger.info("nothing was kept in %s yet, so the training begins anew", config.resume_from)
        return None
    if found is None:
        raise UsageError(
            f"resume_from={config.resume_from!r} names no checkpoint; it is "
            f"{str(checkpoints / LAST_CHECKPOINT)!r} once something is kept"
        )
    return found


def check_course(
    folder: Path,
    config: TrainingConfig,
    settings: Settings,
    keys: Sequence[str],
    is_resumed: bool,
) -> None:
    """Keep what a training is, or refuse to go on with another.

    Raises:
        UsageError: if something differs that would make the steps other ones.
    """
    now: dict[str, Any] = {
        name: value for name, value in asdict(settings).items() if name not in _FREE
    }
    now |= {
        "seed": config.seed,
        "samples": len(keys),
        "data": hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16],
        "gradient_accumulation": config.gradient_accumulation,
    }
    file = folder / _COURSE
    if not is_resumed:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(now, indent=2), "utf-8")
        return
    before = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    differing = [name for name in now if name in before and before[name] != now[name]]
    if differing:
        shown = ", ".join(f"{name} was {before[name]!r}, is {now[name]!r}" for name in differing)
        raise UsageError(
            f"this is another training than the one to resume: {shown}; set them back, or begin "
            "anew without resume_from"
        )
