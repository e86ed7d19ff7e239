"""``ops``: operators on their own, outside any collection."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from towhee.engine.operators import Operators
from towhee.errors import UsageError
from towhee.functional._namespaces import Namespaces
from towhee.functional.operator_call import OperatorCall, namespace
from towhee.functional.trained_handle import TrainedHandle
from towhee.hub import registry
from towhee.hub.names import is_package_name
from towhee.hub.reference import reference
from towhee.operators.base import OperatorRef

if TYPE_CHECKING:
    from towhee.hub.home import Home


class OperatorHandle(TrainedHandle):
    """An operator that can be called, and put into a ``map``.

    It is made when it is first called; a model is shared with every chain that names it with
    the same arguments.

    Example:
        >>> from towhee import ops
        >>> import numpy as np
        >>> reshape = ops.tensor_reshape(shape=(2, 2))
        >>> reshape(np.arange(4)).tolist()
        [[0, 1], [2, 3]]
    """

    def __init__(self, ref: OperatorRef) -> None:
        super().__init__(ref)
        self._operator: Callable[..., Any] | None = None

    def _serve(self, ref: OperatorRef) -> None:
        self.ref, self._operator = ref, None

    @property
    def operator(self) -> Callable[..., Any]:
        """The operator itself, made and set up."""
        if self._operator is None:
            self._operator = Operators().get(self.ref)
        return self._operator

    def __call__(self, *values: Any) -> Any:
        return self.operator(*values)

    def batch(self, *columns: Sequence[Any]) -> Sequence[Any]:
        """The results for many values at once; one sequence for each input."""
        whole: Callable[..., Sequence[Any]] | None = getattr(self.operator, "batch", None)
        if whole is not None:
            return whole(*columns)
        return list(map(self.operator, *columns))

    def revision(self, tag: str) -> OperatorHandle:
        """The operator in a version: ``"main"`` or ``"latest"`` is the one that is installed.

        Raises:
            UsageError: for any other, as operators come with packages, which are installed in a
                version.
        """
        if tag not in ("main", "latest"):
            raise UsageError(
                f"{self.ref.name} cannot be had in revision {tag!r}: operators come with towhee "
                "and with installed packages; install the version that has it"
            )
        return self

    def latest(self) -> OperatorHandle:
        """The operator as it is installed."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (OperatorHandle, (self.ref,))

    def __repr__(self) -> str:
        return f"ops.{self.ref}"


class Ops(Namespaces[OperatorHandle, OperatorHandle]):
    """The namespace of all operators: ``ops.image_embedding.timm(model_name="resnet50")``."""

    def _apply(
        self,
        ref: OperatorRef,
        inputs: tuple[str, ...] | None,
        outputs: tuple[str, ...] | None,
    ) -> OperatorHandle:
        if inputs is not None or outputs is not None:
            raise UsageError(f"ops.{ref.name} stands alone; columns are named in a collection")
        return OperatorHandle(ref)

    def __call__(
        self,
        name: str,
        *,
        revision: str | None = None,
        home: str | os.PathLike[str] | Home | None = None,
        trust_remote_code: bool = False,
        **arguments: Any,
    ) -> OperatorHandle:
        """An operator by its name: of a package of the hub, ``"owner/name"``, or any other.

        Args:
            name: ``"owner/name"``, which is pulled if it is not here, or a dotted name.
            revision: of a package: a revision, the beginning of one, or a version.
            home: where to pull a package from: a directory, the address of an index, or ``"hf"``.
            trust_remote_code: let a package run the Python that it brings.
            arguments: of the operator; ``trust_pickle=True`` lets a package load weights that
                can run code.

        Raises:
            UnknownNameError: if there is no operator of that name.
            PackageError: for a package that cannot be had, is damaged, or not trusted.

        Example:
            >>> ops("tensor_reshape", shape=(2, 2))
            ops.tensor_reshape(shape=(2, 2))
        """
        is_known = registry.canonical(name) in registry.names()
        if is_known or not is_package_name(name.partition("@")[0]):
            return OperatorHandle(reference(name, **arguments))
        from towhee.hub.packaged_operator import operator

        ref = operator(
            name, revision=revision, home=home, trust_remote_code=trust_remote_code, **arguments
        )
        return OperatorHandle(ref)

    def __getattr__(self, name: str) -> OperatorCall[OperatorHandle, OperatorHandle]:
        if name.startswith("_"):
            raise AttributeError(name)
        return namespace(self._apply, name)

    def __dir__(self) -> list[str]:
        return sorted({name.split(".")[0] for name in registry.names()})

    def __repr__(self) -> str:
        return "<towhee.ops>"


ops = Ops()
