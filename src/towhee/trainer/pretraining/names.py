"""The methods of pre-training without labels, by name, and what each can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee.errors import UnknownNameError, UsageError

_COURSE = {"epoch_num": int, "batch_size": int, "lr": float, "augment": str}
"""What all of them can be told; what is left out is chosen, and the log says why."""

PRETRAININGS: dict[str, dict[str, type]] = {
    "simclr": {"side": int, "temperature": float, "dimension": int},
    "dino": {
        "side": int,
        "prototypes": int,
        "local_crops": int,
        "momentum": float,
        "student_temperature": float,
        "teacher_temperature": float,
        "centre_momentum": float,
    },
    "masked_autoencoder": {"mask_ratio": float, "decoder_width": int, "decoder_depth": int},
    "masked_prediction": {"mask_ratio": float, "momentum": float, "layers": int},
}
"""The arguments of each, with their types."""

AUGMENTS = ("light", "strong")
"""How far views of an image differ: in what they show of it, or in their colours too."""

_ALSO = {"mae": "masked_autoencoder", "data2vec": "masked_prediction"}
_SHARES = ("mask_ratio", "momentum", "centre_momentum")


def pretraining(value: Any) -> str | dict[str, Any]:
    """The name of a method, or a mapping of ``name_`` and arguments, checked.

    Raises:
        UnknownNameError: for a method or an argument that there is not.
        UsageError: for an argument of another type, or out of its range.

    Example:
        >>> pretraining("MAE")
        'masked_autoencoder'
        >>> pretraining({"name_": "simclr", "temperature": 0.1})
        {'name_': 'simclr', 'temperature': 0.1}
    """
    if not isinstance(value, Mapping):
        return _method(value)
    if "name_" not in value:
        raise UsageError(
            "pretrain as a mapping has its name under 'name_', and its arguments: "
            f"{{'name_': 'simclr', …}}, not {dict(value)!r}"
        )
    name = _method(value["name_"])
    known = {**_COURSE, **PRETRAININGS[name]}
    made: dict[str, Any] = {"name_": name}
    for argument, given in value.items():
        if argument == "name_":
            continue
        if argument not in known:
            raise UnknownNameError(f"argument of {name}", str(argument), known)
        title = f"{name}'s {argument}"
        if argument == "augment":
            if given not in AUGMENTS:
                raise UsageError(f"{title} is one of {', '.join(AUGMENTS)}, not {given!r}")
            made[argument] = given
        else:
            made[argument] = _number(title, argument, known[argument], given)
    return made


def _method(value: Any) -> str:
    name = str(value).lower()
    name = _ALSO.get(name, name)
    if name not in PRETRAININGS:
        listed = f"(there are {', '.join(PRETRAININGS)})"
        raise UnknownNameError("pretrain", str(value), [*PRETRAININGS, *_ALSO], listed)
    return name


def _number(title: str, argument: str, kind: type, value: Any) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        least = 0 if argument == "local_crops" else 1
        if not is_number or value != int(value) or value < least:
            raise UsageError(f"{title} is a whole number of at least {least}, not {value!r}")
        return int(value)
    if argument in _SHARES:
        if not is_number or not 0 < value < 1:
            raise UsageError(f"{title} is a number above 0 and below 1, not {value!r}")
    elif not is_number or not value > 0:
        raise UsageError(f"{title} is a number above 0, not {value!r}")
    return float(value)
