"""The built-in operators, typed. Written by tools/generate_namespaces.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from towhee.functional.operator_call import Build, OperatorCall

R = TypeVar("R")
F = TypeVar("F")


class ImageBlur(OperatorCall[R, F]):
    """Blur images with a Gaussian."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, radius: float = 2.0) -> R: ...
        def __getitem__(self, columns: Any) -> ImageBlur[F, F]: ...


class ImageCenterCrop(OperatorCall[R, F]):
    """Cut the middle out of images."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, size: int | tuple[int, int]) -> R: ...
        def __getitem__(self, columns: Any) -> ImageCenterCrop[F, F]: ...


class ImageConvertColor(OperatorCall[R, F]):
    """Give images another order of channels; they know the one they have."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, mode: str) -> R: ...
        def __getitem__(self, columns: Any) -> ImageConvertColor[F, F]: ...


class ImageCrop(OperatorCall[R, F]):
    """Cut boxes out of images."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, box: Any = None, *, clamp: bool = False) -> R: ...
        def __getitem__(self, columns: Any) -> ImageCrop[F, F]: ...


class ImageDecodeCv2(OperatorCall[R, F]):
    """Decode images in OpenCV's order of channels, BGR."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            mode: str = "BGR",
            *,
            max_pixels: int = 178956970,
            allow_hosts: Sequence[str] = (),
            min_side: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageDecodeCv2[F, F]: ...


class ImageDecodeCv2Rgb(OperatorCall[R, F]):
    """Decode images in RGB, under the name that existing programs use: ``PilImageDecode``."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            mode: str = "RGB",
            *,
            max_pixels: int = 178956970,
            allow_hosts: Sequence[str] = (),
            min_side: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageDecodeCv2Rgb[F, F]: ...


class ImageDecodePil(OperatorCall[R, F]):
    """Decode images with Pillow, the reference decoder, in RGB."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            mode: str = "RGB",
            *,
            max_pixels: int = 178956970,
            allow_hosts: Sequence[str] = (),
            min_side: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageDecodePil[F, F]: ...


class ImageEmbeddingEmbedded(OperatorCall[R, F]):
    """Embed images with the model inside the package: no download, no torch, no GPU."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, normalize: bool = True, preprocess: str = "exact") -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingEmbedded[F, F]: ...


class ImageEmbeddingTimm(OperatorCall[R, F]):
    """Embed images with any model of the timm library."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "resnet50",
            *,
            layer: str | None = None,
            pooling: str | None = None,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            preprocess: str = "exact",
            checkpoint: Any = None,
            pretrained: bool = True,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingTimm[F, F]: ...


class ImageFlip(OperatorCall[R, F]):
    """Mirror images."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, direction: str = "horizontal") -> R: ...
        def __getitem__(self, columns: Any) -> ImageFlip[F, F]: ...


class ImageGrayscale(OperatorCall[R, F]):
    """Turn images grey: the luma of ITU-R 601, as Pillow and OpenCV compute it."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> ImageGrayscale[F, F]: ...


class ImageResize(OperatorCall[R, F]):
    """Resize images, antialiased, with Pillow."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, size: int | tuple[int, int], *, interpolation: str = "bicubic") -> R: ...
        def __getitem__(self, columns: Any) -> ImageResize[F, F]: ...


class ImageRotate(OperatorCall[R, F]):
    """Rotate images about their middle, counter-clockwise."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            angle: float,
            *,
            expand: bool = False,
            fill: int = 0,
            interpolation: str = "bilinear",
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageRotate[F, F]: ...


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


class TextEmbeddingSentenceTransformers(OperatorCall[R, F]):
    """Embed sentences, and texts of any length, with a model of sentence-transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "all-MiniLM-L6-v2",
            *,
            prompt: str | None = None,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.9999,
            calibration: Sequence[str] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextEmbeddingSentenceTransformers[F, F]: ...


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


class ImageEmbedding(OperatorCall[R, F]):
    """Images to vectors."""

    __slots__ = ()

    @property
    def embedded(self) -> ImageEmbeddingEmbedded[R, F]:
        """Embed images with the model inside the package: no download, no torch, no GPU."""
        return ImageEmbeddingEmbedded(self._build, "image_embedding.embedded")

    @property
    def timm(self) -> ImageEmbeddingTimm[R, F]:
        """Embed images with any model of the timm library."""
        return ImageEmbeddingTimm(self._build, "image_embedding.timm")


class TextEmbedding(OperatorCall[R, F]):
    """Texts to vectors."""

    __slots__ = ()

    @property
    def sentence_transformers(self) -> TextEmbeddingSentenceTransformers[R, F]:
        """Embed sentences, and texts of any length, with a model of sentence-transformers."""
        return TextEmbeddingSentenceTransformers(
            self._build, "text_embedding.sentence_transformers"
        )


class Towhee(OperatorCall[R, F]):
    """The default namespace."""

    __slots__ = ()

    @property
    def image_blur(self) -> ImageBlur[R, F]:
        """Blur images with a Gaussian."""
        return ImageBlur(self._build, "image_blur")

    @property
    def image_center_crop(self) -> ImageCenterCrop[R, F]:
        """Cut the middle out of images."""
        return ImageCenterCrop(self._build, "image_center_crop")

    @property
    def image_convert_color(self) -> ImageConvertColor[R, F]:
        """Give images another order of channels; they know the one they have."""
        return ImageConvertColor(self._build, "image_convert_color")

    @property
    def image_crop(self) -> ImageCrop[R, F]:
        """Cut boxes out of images."""
        return ImageCrop(self._build, "image_crop")

    @property
    def image_decode(self) -> ImageDecode[R, F]:
        """Turn files, addresses and arrays into images."""
        return ImageDecode(self._build, "image_decode")

    @property
    def image_embedding(self) -> ImageEmbedding[R, F]:
        """Images to vectors."""
        return ImageEmbedding(self._build, "image_embedding")

    @property
    def image_flip(self) -> ImageFlip[R, F]:
        """Mirror images."""
        return ImageFlip(self._build, "image_flip")

    @property
    def image_grayscale(self) -> ImageGrayscale[R, F]:
        """Turn images grey: the luma of ITU-R 601, as Pillow and OpenCV compute it."""
        return ImageGrayscale(self._build, "image_grayscale")

    @property
    def image_resize(self) -> ImageResize[R, F]:
        """Resize images, antialiased, with Pillow."""
        return ImageResize(self._build, "image_resize")

    @property
    def image_rotate(self) -> ImageRotate[R, F]:
        """Rotate images about their middle, counter-clockwise."""
        return ImageRotate(self._build, "image_rotate")

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

    @property
    def text_embedding(self) -> TextEmbedding[R, F]:
        """Texts to vectors."""
        return TextEmbedding(self._build, "text_embedding")


class Namespaces(Generic[R, F]):
    """The built-in operators as attributes; a subclass says in ``_apply`` what to do with one."""

    _apply: Build[Any]

    @property
    def towhee(self) -> Towhee[R, F]:
        """The default namespace: ``towhee.search_vectors`` is ``search_vectors``."""
        return Towhee(self._apply, "towhee")

    @property
    def image_blur(self) -> ImageBlur[R, F]:
        """Blur images with a Gaussian."""
        return ImageBlur(self._apply, "image_blur")

    @property
    def image_center_crop(self) -> ImageCenterCrop[R, F]:
        """Cut the middle out of images."""
        return ImageCenterCrop(self._apply, "image_center_crop")

    @property
    def image_convert_color(self) -> ImageConvertColor[R, F]:
        """Give images another order of channels; they know the one they have."""
        return ImageConvertColor(self._apply, "image_convert_color")

    @property
    def image_crop(self) -> ImageCrop[R, F]:
        """Cut boxes out of images."""
        return ImageCrop(self._apply, "image_crop")

    @property
    def image_decode(self) -> ImageDecode[R, F]:
        """Turn files, addresses and arrays into images."""
        return ImageDecode(self._apply, "image_decode")

    @property
    def image_embedding(self) -> ImageEmbedding[R, F]:
        """Images to vectors."""
        return ImageEmbedding(self._apply, "image_embedding")

    @property
    def image_flip(self) -> ImageFlip[R, F]:
        """Mirror images."""
        return ImageFlip(self._apply, "image_flip")

    @property
    def image_grayscale(self) -> ImageGrayscale[R, F]:
        """Turn images grey: the luma of ITU-R 601, as Pillow and OpenCV compute it."""
        return ImageGrayscale(self._apply, "image_grayscale")

    @property
    def image_resize(self) -> ImageResize[R, F]:
        """Resize images, antialiased, with Pillow."""
        return ImageResize(self._apply, "image_resize")

    @property
    def image_rotate(self) -> ImageRotate[R, F]:
        """Rotate images about their middle, counter-clockwise."""
        return ImageRotate(self._apply, "image_rotate")

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

    @property
    def text_embedding(self) -> TextEmbedding[R, F]:
        """Texts to vectors."""
        return TextEmbedding(self._apply, "text_embedding")
