"""The built-in operators as typed attributes. Written by tools/generate_namespaces.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from towhee.functional.operator_call import Build, OperatorCall

R = TypeVar("R")
F = TypeVar("F")


class ImageDecodeCv2(OperatorCall[R, F]):
    """Decode images in OpenCV's order of channels, BGR."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, mode: str = "BGR", *, max_pixels: int = 178956970, allow_hosts: Sequence[str] = ()
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageDecodeCv2[F, F]: ...


class ImageDecodeCv2Rgb(OperatorCall[R, F]):
    """Decode images in RGB, under the name that existing programs use: ``PilImageDecode``."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, mode: str = "RGB", *, max_pixels: int = 178956970, allow_hosts: Sequence[str] = ()
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageDecodeCv2Rgb[F, F]: ...


class ImageDecodePil(OperatorCall[R, F]):
    """Decode images with Pillow, the reference decoder, in RGB."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, mode: str = "RGB", *, max_pixels: int = 178956970, allow_hosts: Sequence[str] = ()
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageDecodePil[F, F]: ...


class RunasOp(OperatorCall[R, F]):
    """Call a function on each row: ``dc.runas_op["a", "b"](func=f)``."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, func: Callable[..., Any], args: Sequence[Any] = (), kwargs: Any = None
        ) -> R: ...
        def __getitem__(self, columns: Any) -> RunasOp[F, F]: ...


class SearchVectors(OperatorCall[R, F]):
    """For each query vector, the nearest vectors of a collection."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, data: Iterable[Any], cal: str = "L2", topk: int = 5) -> R: ...
        def __getitem__(self, columns: Any) -> SearchVectors[F, F]: ...


class TensorHstack(OperatorCall[R, F]):
    """Stack arrays side by side, along the second axis (the first for vectors)."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> TensorHstack[F, F]: ...


class TensorReshape(OperatorCall[R, F]):
    """Give an array another shape with as many elements."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, shape: Sequence[int]) -> R: ...
        def __getitem__(self, columns: Any) -> TensorReshape[F, F]: ...


class TensorVstack(OperatorCall[R, F]):
    """Stack arrays on top of each other, along the first axis."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> TensorVstack[F, F]: ...


class ImageDecode(OperatorCall[R, F]):
    """Turn files, addresses and arrays into images."""

    __slots__ = ()

    @property
    def cv2(self) -> ImageDecodeCv2[R, F]:
        """Decode images in OpenCV's order of channels, BGR."""
        return ImageDecodeCv2(self._build, "image_decode.cv2")

    @property
    def cv2_rgb(self) -> ImageDecodeCv2Rgb[R, F]:
        """Decode images in RGB, under the name that existing programs use: ``PilImageDecode``."""
        return ImageDecodeCv2Rgb(self._build, "image_decode.cv2_rgb")

    @property
    def pil(self) -> ImageDecodePil[R, F]:
        """Decode images with Pillow, the reference decoder, in RGB."""
        return ImageDecodePil(self._build, "image_decode.pil")


class Towhee(OperatorCall[R, F]):
    """The default namespace."""

    __slots__ = ()

    @property
    def image_decode(self) -> ImageDecode[R, F]:
        """Turn files, addresses and arrays into images."""
        return ImageDecode(self._build, "image_decode")

    @property
    def runas_op(self) -> RunasOp[R, F]:
        """Call a function on each row: ``dc.runas_op["a", "b"](func=f)``."""
        return RunasOp(self._build, "runas_op")

    @property
    def search_vectors(self) -> SearchVectors[R, F]:
        """For each query vector, the nearest vectors of a collection."""
        return SearchVectors(self._build, "search_vectors")

    @property
    def tensor_hstack(self) -> TensorHstack[R, F]:
        """Stack arrays side by side, along the second axis (the first for vectors)."""
        return TensorHstack(self._build, "tensor_hstack")

    @property
    def tensor_reshape(self) -> TensorReshape[R, F]:
        """Give an array another shape with as many elements."""
        return TensorReshape(self._build, "tensor_reshape")

    @property
    def tensor_vstack(self) -> TensorVstack[R, F]:
        """Stack arrays on top of each other, along the first axis."""
        return TensorVstack(self._build, "tensor_vstack")


class Namespaces(Generic[R, F]):
    """The built-in operators as attributes; a subclass says in ``_apply`` what to do with one."""

    _apply: Build[Any]

    @property
    def towhee(self) -> Towhee[R, F]:
        """The default namespace: ``towhee.search_vectors`` is ``search_vectors``."""
        return Towhee(self._apply, "towhee")

    @property
    def image_decode(self) -> ImageDecode[R, F]:
        """Turn files, addresses and arrays into images."""
        return ImageDecode(self._apply, "image_decode")

    @property
    def runas_op(self) -> RunasOp[R, F]:
        """Call a function on each row: ``dc.runas_op["a", "b"](func=f)``."""
        return RunasOp(self._apply, "runas_op")

    @property
    def search_vectors(self) -> SearchVectors[R, F]:
        """For each query vector, the nearest vectors of a collection."""
        return SearchVectors(self._apply, "search_vectors")

    @property
    def tensor_hstack(self) -> TensorHstack[R, F]:
        """Stack arrays side by side, along the second axis (the first for vectors)."""
        return TensorHstack(self._apply, "tensor_hstack")

    @property
    def tensor_reshape(self) -> TensorReshape[R, F]:
        """Give an array another shape with as many elements."""
        return TensorReshape(self._apply, "tensor_reshape")

    @property
    def tensor_vstack(self) -> TensorVstack[R, F]:
        """Stack arrays on top of each other, along the first axis."""
        return TensorVstack(self._apply, "tensor_vstack")
