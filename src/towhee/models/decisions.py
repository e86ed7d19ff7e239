"""What was decided about models on this machine, remembered on the disk."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from towhee.models.candidates import Candidate
from towhee.models.selection import Decision, Measurement

logger = logging.getLogger(__name__)

_PACKAGES = ("towhee", "torch", "onnxruntime", "openvino", "timm", "transformers")

_FORM = 2  # another number makes all decisions unknown, as after a change of how they are made


def decisions_folder() -> Path:
    """Where decisions are kept: under ``XDG_CACHE_HOME``, or ``~/.cache``."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "towhee" / "decisions"


def decision_key(
    model_key: str, candidates: Sequence[Candidate], *, device: str, cores: int, fidelity: float
) -> str:
    """What a decision depends on, as one digest: the model, what was asked for, the machine."""
    asked = [[str(each) for each in candidates], device, cores, fidelity]
    return _digest([_FORM, model_key, asked, machine(), _versions()])


def remembered(key: str) -> Decision | None:
    """The decision kept under a key, ``None`` if there is none that can be read."""
    try:
        return _from_json(json.loads((decisions_folder() / f"{key}.json").read_text()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("decision %s cannot be read and is made again: %s", key, error)
        return None


def remember(key: str, decision: Decision, *, model: str) -> None:
    """Keep a decision under a key; a folder that cannot be written to keeps nothing.

    Args:
        key: as ``decision_key`` gives it.
        decision: what to keep.
        model: the name of the model, by which ``decisions_about`` finds it.
    """
    folder = decisions_folder()
    about = {"model": model, "machine": machine(), "versions": _versions()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w") as file:
            json.dump({**about, **asdict(decision)}, file, indent=2)
        os.replace(name, folder / f"{key}.json")
    except OSError as error:
        logger.warning("the decision about %s is not kept: %s", model, error)


def decisions_about(model: str) -> Iterator[Decision]:
    """The decisions that were made about a model on this machine with what is installed now."""
    for file in sorted(decisions_folder().glob("*.json")):
        try:
            kept = json.loads(file.read_text())
            here = kept["machine"] == machine() and kept["versions"] == _versions()
            if here and kept["model"] == model:
                yield _from_json(kept)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("%s cannot be read: %s", file, error)


def machine() -> str:
    """The processor by its name, and how many there are."""
    return f"{_processor()}, {os.cpu_count()} cores"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = _digest(told.get("flags", ""))[:8]  # one name stands for processors that differ
    return f"{told.get('model name', platform.machine())} ({flags})"


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _from_json(kept: dict[str, Any]) -> Decision:
    measurements = tuple(map(_measurement, kept["measurements"]))
    return Decision(_measurement(kept["chosen"]), kept["fidelity"], measurements)


def _measurement(kept: dict[str, Any]) -> Measurement:
    return Measurement(**{**kept, "candidate": Candidate(**kept["candidate"])})


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]
