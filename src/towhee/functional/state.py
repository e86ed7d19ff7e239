"""What operators learned on one pass over the data, to be applied on the next."""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from towhee.errors import (
    DataError,
    MissingFileError,
    TowheeError,
    UnknownNameError,
    UsageError,
)
from towhee.hub import registry
from towhee.operators.base import OperatorRef
from towhee.operators.learning_operator import LearningOperator

_CONTENTS = "state.json"


@dataclass(slots=True)
class State:
    """Fitted operators by name.

    Attributes:
        fitted: the operators.
        mode: whether they are fitted or used as they are.
        operators: what the fitted operators are called that were made by name.
    """

    fitted: dict[str, Any] = field(default_factory=dict)
    mode: Literal["training", "evaluating"] = "training"
    operators: dict[str, str] = field(default_factory=dict)

    @classmethod
    def training(cls, state: State | None) -> State:
        """A state in which operators are fitted; the given one goes on being filled."""
        if state is None:
            return cls()
        state.mode = "training"
        return state

    @classmethod
    def evaluating(cls, state: State | None) -> State:
        """A state in which operators are used as they were fitted."""
        if state is None:
            raise UsageError("set_evaluating needs the state that get_state() gave after training")
        return replace(state, mode="evaluating")

    def find(self, name: str) -> Any:
        """A fitted operator.

        Raises:
            UnknownNameError: if none was fitted under the name.
        """
        if name not in self.fitted:
            raise UnknownNameError("fitted operator", name, self.fitted)
        return self.fitted[name]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the fitted operators to a zip file, which is read without running code.

        Raises:
            UsageError: if what an operator learned is kept in memory alone, as that of an object
                given to ``smap``.
        """
        for name, operator in self.fitted.items():
            if name not in self.operators:
                raise UsageError(
                    f"{name!r} is a {type(operator).__name__} of this program, which a state "
                    "cannot write to a file; only operators that are called by name can be saved"
                )
        learned = [operator.dumped() for operator in self.fitted.values()]
        contents = [[name, self.operators[name]] for name in self.fitted]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_CONTENTS, json.dumps({"state": 1, "fitted": contents}))
            for place, data in enumerate(learned):
                archive.writestr(str(place), data)
        file = Path(path)
        file.write_bytes(buffer.getvalue())
        return file

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> State:
        """The fitted operators of a file that ``save`` wrote.

        Raises:
            MissingFileError: if there is no such file.
            DataError: if it is another file, or damaged.
            UnknownNameError: if it holds an operator that there is not.
        """
        state = cls()
        try:
            with zipfile.ZipFile(path) as archive:
                contents = json.loads(archive.read(_CONTENTS))["fitted"]
                for place, (name, operator) in enumerate(contents):
                    state.fitted[name] = _restored(operator, archive.read(str(place)))
                    state.operators[name] = operator
        except FileNotFoundError as missing:
            raise MissingFileError(f"there is no file {os.fspath(path)}") from missing
        except TowheeError:
            raise
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as damage:
            raise DataError(
                f"{os.fspath(path)} is no state as save() writes it: {damage}"
            ) from damage
        return state


def _restored(name: str, data: bytes) -> LearningOperator[Any, Any]:
    """The operator of a name with what it learned."""
    chosen, target = registry.find(name)
    kind = OperatorRef(chosen, target).resolve()
    if not (isinstance(kind, type) and issubclass(kind, LearningOperator)):
        raise DataError(f"{name} is no operator that learns")
    operator: LearningOperator[Any, Any] = kind()
    operator.restore(data)
    return operator
