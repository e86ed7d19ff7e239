"""Which operator is the teacher: as a setting that a file can hold, and as a reference."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef

COURSE = ("epoch_num", "batch_size", "lr", "match")
"""What the step with a teacher can be told beside who it is."""

_PLAIN = (str, int, float, bool, type(None))


def teacher_setting(value: Any) -> str | dict[str, Any]:
    """A teacher as a configuration keeps it: a text, or a mapping of ``operator`` and ``with``.

    Args:
        value: an operator, ``ops.image_embedding.timm(…)``, or its reference; the folder of a
            model, or its name, for the operator that is trained; or a mapping as is returned,
            which may say ``epoch_num``, ``batch_size``, ``lr`` and ``match`` of the step too.

    Raises:
        UsageError: for what is none of these, and arguments that a file cannot hold.

    Example:
        >>> from towhee import ops
        >>> teacher_setting(ops.image_embedding.timm(model_name="resnet50"))
        {'operator': 'image_embedding.timm', 'with': {'model_name': 'resnet50'}}
    """
    if isinstance(value, (str, os.PathLike)) and os.fspath(value):
        return os.path.expanduser(os.fspath(value))
    if isinstance(value, Mapping):
        given = value.get("with") or {}
        is_whole = isinstance(value.get("operator"), str) and isinstance(given, Mapping)
        if not is_whole or not set(value) <= {"operator", "with", *COURSE}:
            raise UsageError(
                "a teacher as a mapping has the operator's name under 'operator' and its arguments "
                f"under 'with': {{'operator': 'image_embedding.timm', 'with': {{…}}}}, not "
                f"{dict(value)!r}"
            )
        arguments = {str(name): _plain(str(name), each) for name, each in given.items()}
        course = {name: _checked(name, value[name]) for name in COURSE if name in value}
        return {"operator": value["operator"], "with": arguments, **course}
    ref = value if isinstance(value, OperatorRef) else getattr(value, "ref", None)
    if not isinstance(ref, OperatorRef):
        raise UsageError(
            "a teacher is an operator (ops.image_embedding.timm(…)), a model's name, or the "
            f"folder of one, not {value!r}"
        )
    if ref.args:
        raise UsageError(f"name the arguments of the teacher: {ref} has some by their place alone")
    arguments = {name: _plain(name, each) for name, each in ref.kwargs}
    return {"operator": ref.name, "with": arguments}


def teacher_ref(setting: str | Mapping[str, Any], student: OperatorRef) -> OperatorRef:
    """The operator that a setting names.

    Args:
        setting: as ``teacher_setting`` gives it.
        student: whose operator has the model that a text names.

    Raises:
        UnknownNameError: if there is no such operator.
    """
    from towhee.hub.reference import reference

    if isinstance(setting, str):
        which = "checkpoint" if Path(setting).is_dir() else "model_name"
        return reference(student.name, **{which: setting})
    return reference(str(setting["operator"]), **setting["with"])


def course_of(setting: str | Mapping[str, Any]) -> dict[str, Any]:
    """What a setting says of the step beside who teaches."""
    if isinstance(setting, str):
        return {}
    return {name: setting[name] for name in COURSE if name in setting}


def _checked(name: str, value: Any) -> Any:
    if name == "match":
        return str(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or value <= 0 or (name != "lr" and value != int(value)):
        kind = "number above 0" if name == "lr" else "whole number of at least 1"
        raise UsageError(f"the teacher's {name} is a {kind}, not {value!r}")
    return float(value) if name == "lr" else int(value)


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (list, tuple)) and all(isinstance(each, _PLAIN) for each in value):
        return list(value)
    if not isinstance(value, _PLAIN):
        raise UsageError(
            f"the teacher's {name} is a {type(value).__name__}, which no configuration can keep; "
            "pass the teacher to op.distill"
        )
    return value
