"""The built-in operators, typed. Written by tools/generate_namespaces.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from towhee.functional.operator_call import Build, OperatorCall

R = TypeVar("R")
F = TypeVar("F")


class ActionClassificationVideomae(OperatorCall[R, F]):
    """Say what is done in videos, with a VideoMAE that was trained on actions."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "MCG-NJU/videomae-base-finetuned-kinetics",
            *,
            topk: int = 5,
            checkpoint: Any = None,
            trust_pickle: bool = False,
            device: str = "auto",
            batch_size: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ActionClassificationVideomae[F, F]: ...


class AudioClassificationAst(OperatorCall[R, F]):
    """Name what sounds, with an Audio Spectrogram Transformer of transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "MIT/ast-finetuned-audioset-10-10-0.4593",
            *,
            topk: int = 5,
            scores: str = "auto",
            long_sounds: str = "average",
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioClassificationAst[F, F]: ...


class AudioDecodeFfmpeg(OperatorCall[R, F]):
    """Decode the first sound track of a file of sound or a video, of any format FFmpeg reads."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            *,
            sample_rate: int | None = None,
            mono: bool = False,
            start: float = 0.0,
            duration: float | None = None,
            allow_hosts: Sequence[str] = (),
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioDecodeFfmpeg[F, F]: ...


class AudioDecodeFfmpegFrames(OperatorCall[R, F]):
    """Decode a sound track into the list of frames that the file is divided into."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            *,
            sample_rate: int | None = None,
            mono: bool = False,
            start: float = 0.0,
            duration: float | None = None,
            allow_hosts: Sequence[str] = (),
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioDecodeFfmpegFrames[F, F]: ...


class AudioEmbeddingAst(OperatorCall[R, F]):
    """Embed sounds of every kind with an Audio Spectrogram Transformer of transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "MIT/ast-finetuned-audioset-10-10-0.4593",
            *,
            long_sounds: str = "average",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioEmbeddingAst[F, F]: ...


class AudioEmbeddingClap(OperatorCall[R, F]):
    """Embed sounds and texts in one space with a CLAP model of transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "laion/clap-htsat-unfused",
            modality: str = "audio",
            *,
            long_sounds: str = "average",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioEmbeddingClap[F, F]: ...


class AudioEmbeddingData2vec(OperatorCall[R, F]):
    """Embed speech with data2vec."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "facebook/data2vec-audio-base-960h",
            *,
            layer: int | None = None,
            long_sounds: str = "average",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioEmbeddingData2vec[F, F]: ...


class AudioEmbeddingMfcc(OperatorCall[R, F]):
    """Embed sounds by their mel-frequency cepstral coefficients; no weights, no torch."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            *,
            coefficients: int | None = None,
            parts: int | None = None,
            sample_rate: int | None = None,
            normalize: bool = True,
            checkpoint: Any = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioEmbeddingMfcc[F, F]: ...


class AudioEmbeddingVggish(OperatorCall[R, F]):
    """Embed sounds with VGGish, from weights of your own."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            *,
            checkpoint: Any = None,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioEmbeddingVggish[F, F]: ...


class AudioEmbeddingWav2vec2(OperatorCall[R, F]):
    """Embed speech with wav2vec 2.0, or a model of its kind (HuBERT, WavLM, XLS-R)."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "facebook/wav2vec2-base-960h",
            *,
            layer: int | None = None,
            long_sounds: str = "average",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioEmbeddingWav2vec2[F, F]: ...


class AudioFingerprintLandmarks(OperatorCall[R, F]):
    """The landmarks of a recording, by which any part of it is found again."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> AudioFingerprintLandmarks[F, F]: ...


class AudioFingerprintMatch(OperatorCall[R, F]):
    """For the fingerprint of a clip, the recordings that it is part of, the surest first."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            data: Any,
            *,
            keys: Sequence[Any] | None = None,
            topk: int = 5,
            min_share: float = 0.045,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> AudioFingerprintMatch[F, F]: ...


class CateOneHotEncoder(OperatorCall[R, F]):
    """Turn categories into vectors, of which exactly one number is 1."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, name: str | None = None, *, handle_unknown: str = "error") -> R: ...
        def __getitem__(self, columns: Any) -> CateOneHotEncoder[F, F]: ...


class DataLoader(OperatorCall[R, F]):
    """The text of a document: PDF, web page, Excel workbook, Word document, or plain text."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, encoding: str | None = None, password: str | None = None) -> R: ...
        def __getitem__(self, columns: Any) -> DataLoader[F, F]: ...


class DataSourceCsv(OperatorCall[R, F]):
    """The rows of a CSV file as entities; give it to ``flat_map`` for a row a row."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            *,
            delimiter: str = ",",
            names: Sequence[str] | None = None,
            encoding: str | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> DataSourceCsv[F, F]: ...


class DataSourceGlob(OperatorCall[R, F]):
    """The paths that match a pattern, sorted; give it to ``flat_map`` for a row a path."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> DataSourceGlob[F, F]: ...


class DataSourceSpreadsheet(OperatorCall[R, F]):
    """The rows of a sheet as entities, with numbers and times as such, for ``flat_map``."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, *, sheet: str | None = None, names: Sequence[str] | None = None
        ) -> R: ...
        def __getitem__(self, columns: Any) -> DataSourceSpreadsheet[F, F]: ...


class DataSourceSql(OperatorCall[R, F]):
    """The rows that a query finds, as entities, for ``flat_map``; its input fills in the values."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, query: str, *, database: Any) -> R: ...
        def __getitem__(self, columns: Any) -> DataSourceSql[F, F]: ...


class DecisionTree(OperatorCall[R, F]):
    """Tell labels apart by questions about one feature after the other."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            name: str | None = None,
            *,
            max_depth: int | None = None,
            random_state: int | None = 0,
            **parameters: Any,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> DecisionTree[F, F]: ...


class FaceAlign(OperatorCall[R, F]):
    """Turn, scale and shift faces so that their landmarks lie where a model wants them."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, size: int = 112, *, template: Sequence[Sequence[float]] | None = None
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceAlign[F, F]: ...


class FaceCrop(OperatorCall[R, F]):
    """Cut faces out by their boxes, as FaceNet's models are given them."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, size: int = 160, *, margin: int = 0) -> R: ...
        def __getitem__(self, columns: Any) -> FaceCrop[F, F]: ...


class FaceDetectionHaar(OperatorCall[R, F]):
    """Find faces seen from the front, without a download: OpenCV 4 brings its weights along."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            cascade: str = "haarcascade_frontalface_default",
            *,
            checkpoint: Any = None,
            min_neighbors: int = 5,
            min_score: float = 0,
            max_faces: int | None = None,
            min_size: float = 24,
            max_side: int | None = 1024,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceDetectionHaar[F, F]: ...


class FaceDetectionMtcnn(OperatorCall[R, F]):
    """Find faces, and five landmarks of each, with MTCNN."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            *,
            checkpoint: Any,
            min_score: float = 0.9,
            max_faces: int | None = None,
            min_size: float = 20,
            max_side: int | None = 1024,
            device: str = "auto",
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceDetectionMtcnn[F, F]: ...


class FaceDetectionRetinaface(OperatorCall[R, F]):
    """Find faces, and give their boxes and their scores as two columns."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "opencv/face_detection_yunet",
            *,
            checkpoint: Any = None,
            min_score: float = 0.7,
            max_faces: int | None = None,
            min_size: float = 0,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceDetectionRetinaface[F, F]: ...


class FaceDetectionYunet(OperatorCall[R, F]):
    """Find faces, and five landmarks of each, with YuNet."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "opencv/face_detection_yunet",
            *,
            checkpoint: Any = None,
            min_score: float = 0.7,
            max_faces: int | None = None,
            min_size: float = 0,
            max_side: int | None = 1024,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceDetectionYunet[F, F]: ...


class FaceEmbeddingArcface(OperatorCall[R, F]):
    """Embed aligned faces with any ONNX model of ArcFace's kind."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "fal/AuraFace-v1",
            *,
            checkpoint: Any = None,
            mode: Any = "RGB",
            mean: float | None = None,
            std: float | None = None,
            size: int = 112,
            normalize: bool = True,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceEmbeddingArcface[F, F]: ...


class FaceEmbeddingInceptionresnetv1(OperatorCall[R, F]):
    """Embed faces with FaceNet's Inception-ResNet-v1."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "py-feat/facenet",
            *,
            checkpoint: Any = None,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceEmbeddingInceptionresnetv1[F, F]: ...


class FaceEmbeddingSface(OperatorCall[R, F]):
    """Embed aligned faces with SFace, a small model (39 MB)."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "opencv/face_recognition_sface",
            *,
            checkpoint: Any = None,
            normalize: bool = True,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceEmbeddingSface[F, F]: ...


class FaceLandmarkOnnx(OperatorCall[R, F]):
    """Find points on faces (68, 98, 106, 468, …) with an ONNX model that gives all of them."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "",
            *,
            checkpoint: Any = None,
            size: int = 192,
            margin: float = 1.5,
            low: float = -1.0,
            high: float = 1.0,
            mode: Any = "RGB",
            mean: float = 0.0,
            std: float = 1.0,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaceLandmarkOnnx[F, F]: ...


class FaceRows(OperatorCall[R, F]):
    """Each face with its box and its score, for a ``flat_map`` to three columns."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> FaceRows[F, F]: ...


class FaissSearch(OperatorCall[R, F]):
    """For each vector, the nearest rows of an index of FAISS on the disk, as entities."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            findex: Any = "./index.bin",
            k: int = 10,
            *,
            collection: str = "vectors",
            filter: str | None = None,
            fields: Sequence[str] | None = None,
            parameters: Mapping[str, int] | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> FaissSearch[F, F]: ...


class ImageBlur(OperatorCall[R, F]):
    """Blur images with a Gaussian."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, radius: float | None = None, *, ksize: Sequence[int] | None = None
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageBlur[F, F]: ...


class ImageCaptioningTransformers(OperatorCall[R, F]):
    """Say in a sentence what an image shows, with BLIP, GIT or a vision encoder and decoder."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "Salesforce/blip-image-captioning-base",
            *,
            max_new_tokens: int = 50,
            num_beams: int | None = None,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageCaptioningTransformers[F, F]: ...


class ImageCenterCrop(OperatorCall[R, F]):
    """Cut the middle out of images."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, size: int | tuple[int, int]) -> R: ...
        def __getitem__(self, columns: Any) -> ImageCenterCrop[F, F]: ...


class ImageClassificationTimm(OperatorCall[R, F]):
    """Say what an image shows with any classifier of timm, a thousand of them for ImageNet."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "resnet50",
            *,
            topk: int = 5,
            labels: Sequence[str] | None = None,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageClassificationTimm[F, F]: ...


class ImageClassificationTransformers(OperatorCall[R, F]):
    """Say what an image shows with any image classifier of transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "google/vit-base-patch16-224",
            *,
            topk: int = 5,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageClassificationTransformers[F, F]: ...


class ImageClassificationZeroShot(OperatorCall[R, F]):
    """Say which of your own labels an image shows, without training for them."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            labels: Sequence[str],
            *,
            template: str = "This is a photo of {}.",
            topk: int | None = None,
            model_name: str = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.9999,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageClassificationZeroShot[F, F]: ...


class ImageConvertColor(OperatorCall[R, F]):
    """Give images another order of channels; they know the one they have."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, mode: str | None = None, *, code: str | None = None) -> R: ...
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
    """Decode images in RGB, under the name that existing programs use."""

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


class ImageEmbeddingColorhist(OperatorCall[R, F]):
    """Embed images by their colours, wherever in the picture they are; no weights, no download."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, bins: int = 8, color_space: str = "hsv") -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingColorhist[F, F]: ...


class ImageEmbeddingData2vec(OperatorCall[R, F]):
    """Embed images with data2vec, which learned to predict its own vectors of hidden parts."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "facebook/data2vec-vision-base",
            *,
            pooling: str = "avg",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            preprocess: str = "exact",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingData2vec[F, F]: ...


class ImageEmbeddingDinov2(OperatorCall[R, F]):
    """Embed images with DINOv2, which learned from images alone to tell them apart."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "facebook/dinov2-small",
            *,
            pooling: str = "cls",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            preprocess: str = "exact",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingDinov2[F, F]: ...


class ImageEmbeddingDinov3(OperatorCall[R, F]):
    """Embed images with DINOv3, whose weights the Hub gives to those who accept its licence."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "facebook/dinov3-vits16-pretrain-lvd1689m",
            *,
            pooling: str = "cls",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            preprocess: str = "exact",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingDinov3[F, F]: ...


class ImageEmbeddingEmbedded(OperatorCall[R, F]):
    """Embed images with the model inside the package: no download, no torch, no GPU."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, normalize: bool = True, preprocess: str = "exact") -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingEmbedded[F, F]: ...


class ImageEmbeddingOnnx(OperatorCall[R, F]):
    """Embed images with a model of your own in an ONNX file, on onnxruntime; no torch."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            path: Any,
            *,
            output: str | None = None,
            input_size: Sequence[int] | None = None,
            interpolation: str | None = None,
            crop_pct: float | None = None,
            crop_mode: Any = None,
            mean: Sequence[float] | None = None,
            std: Sequence[float] | None = None,
            normalize: bool = True,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingOnnx[F, F]: ...


class ImageEmbeddingOpenClip(OperatorCall[R, F]):
    """Embed images with the image tower of any model of open_clip."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "ViT-B-32",
            pretrained: str | None = "laion2b_s34b_b79k",
            *,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            preprocess: str = "exact",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingOpenClip[F, F]: ...


class ImageEmbeddingPhash(OperatorCall[R, F]):
    """Embed images as perceptual hashes, which stay the same when a picture is resized, compressed,"""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, hash_size: int = 8) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingPhash[F, F]: ...


class ImageEmbeddingSiglip(OperatorCall[R, F]):
    """Embed images with the image tower of SigLIP, which learned from images and their captions."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "google/siglip-base-patch16-224",
            *,
            pooling: str = "pooler",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            preprocess: str = "exact",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingSiglip[F, F]: ...


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


class ImageEmbeddingTransformers(OperatorCall[R, F]):
    """Embed images with any model of transformers that sees them: ViT, BEiT, Swin, ConvNeXt, …"""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "google/vit-base-patch16-224-in21k",
            *,
            pooling: str = "cls",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            preprocess: str = "exact",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageEmbeddingTransformers[F, F]: ...


class ImageFilter(OperatorCall[R, F]):
    """Sharpen, smooth, find edges, take out specks, or weigh each pixel's surroundings."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, name: str | None = None, *, kernel: Any = None, size: int = 3, ddepth: int = -1
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageFilter[F, F]: ...


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

        def __call__(
            self,
            size: int | tuple[int, int] | None = None,
            *,
            interpolation: str = "bicubic",
            dsize: Sequence[int] | None = None,
            fx: float | None = None,
            fy: float | None = None,
        ) -> R: ...
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


class ImageSegmentationTransformers(OperatorCall[R, F]):
    """Divide images into their parts with a segmentation model of transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "facebook/detr-resnet-50-panoptic",
            *,
            kind: str | None = None,
            min_score: float = 0.9,
            mask_threshold: float = 0.5,
            overlap_threshold: float = 0.5,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageSegmentationTransformers[F, F]: ...


class ImageTextEmbeddingBlip(OperatorCall[R, F]):
    """Embed images and texts in one space with a BLIP model for retrieval."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "Salesforce/blip-itm-base-coco",
            modality: str = "image",
            *,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageTextEmbeddingBlip[F, F]: ...


class ImageTextEmbeddingClip(OperatorCall[R, F]):
    """Embed images and texts in one space with a CLIP model."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
            modality: str = "image",
            *,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageTextEmbeddingClip[F, F]: ...


class ImageTextEmbeddingOpenClip(OperatorCall[R, F]):
    """Embed images and texts in one space with any model of open_clip."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "ViT-B-32",
            modality: str = "image",
            *,
            pretrained: str | None = "laion2b_s34b_b79k",
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageTextEmbeddingOpenClip[F, F]: ...


class ImageTextEmbeddingSiglip(OperatorCall[R, F]):
    """Embed images and texts in one space with a SigLIP model."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "google/siglip-base-patch16-224",
            modality: str = "image",
            *,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.999,
            calibration: Sequence[Any] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageTextEmbeddingSiglip[F, F]: ...


class ImageToImageTransformers(OperatorCall[R, F]):
    """Enlarge images with a super-resolution model of transformers, Swin2SR."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "caidas/swin2SR-classical-sr-x2-64",
            *,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ImageToImageTransformers[F, F]: ...


class InsertStore(OperatorCall[R, F]):
    """Write each row to a collection, which is made if it is not there; gives its key."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            uri: str,
            collection: str = "vectors",
            *,
            fields: Sequence[str] = (),
            metric: str = "cosine",
            index: str = "flat",
            **options: Any,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> InsertStore[F, F]: ...


class LogisticRegression(OperatorCall[R, F]):
    """Tell labels apart by weighted sums of the features."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, name: str | None = None, *, C: float = 1.0, max_iter: int = 100, **parameters: Any
        ) -> R: ...
        def __getitem__(self, columns: Any) -> LogisticRegression[F, F]: ...


class MachineTranslationTransformers(OperatorCall[R, F]):
    """Translate texts with T5, Marian (OPUS-MT), M2M100, NLLB or mBART."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "google-t5/t5-small",
            *,
            source_language: str | None = None,
            target_language: str | None = None,
            max_new_tokens: int = 256,
            num_beams: int | None = None,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> MachineTranslationTransformers[F, F]: ...


class MilvusSearch(OperatorCall[R, F]):
    """For each vector, the nearest rows of a collection of Milvus, as entities."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            collection: str = "vectors",
            limit: int = 10,
            *,
            uri: str = "milvus:///milvus.db",
            filter: str | None = None,
            fields: Sequence[str] | None = None,
            parameters: Mapping[str, int] | None = None,
            **options: Any,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> MilvusSearch[F, F]: ...


class MolecularFingerprintingRdkit(OperatorCall[R, F]):
    """Fingerprints of molecules in SMILES, with the values that rdkit itself gives."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            algorithm: str = "morgan",
            *,
            size: int = 2048,
            radius: int = 2,
            form: str = "bits",
            chirality: bool = False,
            normalize: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> MolecularFingerprintingRdkit[F, F]: ...


class MoleculeEmbeddingTransformers(OperatorCall[R, F]):
    """Embed molecules with a transformer that was trained on SMILES strings, such as ChemBERTa."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "DeepChem/ChemBERTa-100M-MLM",
            *,
            pooling: str = "mean",
            max_tokens: int | None = None,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.9999,
            calibration: Sequence[str] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> MoleculeEmbeddingTransformers[F, F]: ...


class NumDiscretizer(OperatorCall[R, F]):
    """Sort numbers into bins, whose edges are learned from the rows of a collection."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            name: str | None = None,
            n_bins: int = 10,
            encode: str = "onehot",
            strategy: str = "quantile",
        ) -> R: ...
        def __getitem__(self, columns: Any) -> NumDiscretizer[F, F]: ...


class ObjectDetectionOpencv(OperatorCall[R, F]):
    """Find objects in images with YOLO-like and SSD-like detectors in ONNX form."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "opencv/object_detection_yolox",
            *,
            checkpoint: Any = None,
            layout: str = "yolox",
            labels: Sequence[str] | None = None,
            size: int = 640,
            min_score: float = 0.35,
            max_overlap: float = 0.5,
            topk: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ObjectDetectionOpencv[F, F]: ...


class ObjectDetectionTransformers(OperatorCall[R, F]):
    """Find objects in images with any detector of transformers: DETR, RT-DETR, YOLOS and others."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "PekingU/rtdetr_r18vd_coco_o365",
            *,
            min_score: float = 0.5,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ObjectDetectionTransformers[F, F]: ...


class ObjectDetectionYolov5(OperatorCall[R, F]):
    """Find objects with a YOLOv5 that was exported to ONNX, and give three columns."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "",
            *,
            checkpoint: Any = None,
            labels: Sequence[str] | None = None,
            size: int = 640,
            min_score: float = 0.25,
            max_overlap: float = 0.45,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ObjectDetectionYolov5[F, F]: ...


class ObjectDetectionYolov8(OperatorCall[R, F]):
    """Find objects with a YOLOv8 that was exported to ONNX, and give three columns."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "",
            *,
            checkpoint: Any = None,
            labels: Sequence[str] | None = None,
            size: int = 640,
            min_score: float = 0.25,
            max_overlap: float = 0.45,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> ObjectDetectionYolov8[F, F]: ...


class RandomForest(OperatorCall[R, F]):
    """Tell labels apart by many decision trees, each grown on other rows and features."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            name: str | None = None,
            *,
            n_estimators: int = 100,
            max_depth: int | None = None,
            random_state: int | None = 0,
            **parameters: Any,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> RandomForest[F, F]: ...


class RerankCrossEncoder(OperatorCall[R, F]):
    """Order the texts that a search has found by how well they answer the query."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "cross-encoder/ms-marco-MiniLM-L6-v2",
            *,
            topk: int | None = None,
            min_score: float | None = None,
            order: str = "score",
            max_tokens: int | None = None,
            device: str = "auto",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> RerankCrossEncoder[F, F]: ...


class RerankSearchResult(OperatorCall[R, F]):
    """Order the rows that a search of a store has found by how well their texts answer the query."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            column: str = "text",
            *,
            topk: int | None = None,
            model_name: str = "cross-encoder/ms-marco-MiniLM-L6-v2",
            max_tokens: int | None = None,
            device: str = "auto",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> RerankSearchResult[F, F]: ...


class RunasOp(OperatorCall[R, F]):
    """Call a function on each row: ``dc.runas_op["a", "b"](func=f)``."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, func: Callable[..., Any], args: Sequence[Any] = (), kwargs: Any = None
        ) -> R: ...
        def __getitem__(self, columns: Any) -> RunasOp[F, F]: ...


class SearchStore(OperatorCall[R, F]):
    """For each vector, the nearest rows of a collection in a store."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            uri: str,
            collection: str = "vectors",
            topk: int = 5,
            *,
            filter: str | None = None,
            fields: Sequence[str] | None = None,
            parameters: Mapping[str, int] | None = None,
            **options: Any,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> SearchStore[F, F]: ...


class SearchVectors(OperatorCall[R, F]):
    """For each query vector, the nearest vectors of a collection."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            data: Iterable[Any],
            cal: str = "L2",
            topk: int = 5,
            *,
            vector: str | None = None,
            index: Any = "auto",
        ) -> R: ...
        def __getitem__(self, columns: Any) -> SearchVectors[F, F]: ...


class SpeechToTextTransformers(OperatorCall[R, F]):
    """Write down what is said, with Whisper, or with wav2vec 2.0 and others that use CTC."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "openai/whisper-base",
            *,
            language: str | None = None,
            translate: bool = False,
            max_new_tokens: int | None = None,
            num_beams: int | None = None,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> SpeechToTextTransformers[F, F]: ...


class StandardScaler(OperatorCall[R, F]):
    """Take the mean off numbers and divide them by their standard deviation."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, name: str | None = None, *, with_mean: bool = True, with_std: bool = True
        ) -> R: ...
        def __getitem__(self, columns: Any) -> StandardScaler[F, F]: ...


class Svc(OperatorCall[R, F]):
    """Tell labels apart by boundaries that keep away from all rows as far as they can."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            name: str | None = None,
            *,
            C: float = 1.0,
            kernel: str = "rbf",
            random_state: int | None = 0,
            **parameters: Any,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> Svc[F, F]: ...


class TensorConcat(OperatorCall[R, F]):
    """Put arrays one behind the other along an axis."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, axis: int = 0) -> R: ...
        def __getitem__(self, columns: Any) -> TensorConcat[F, F]: ...


class TensorHstack(OperatorCall[R, F]):
    """Stack arrays side by side, along the second axis (the first for vectors)."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> TensorHstack[F, F]: ...


class TensorMatmul(OperatorCall[R, F]):
    """Multiply arrays as matrices: two columns, or one with a matrix that is always the same."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, trans: Any = None) -> R: ...
        def __getitem__(self, columns: Any) -> TensorMatmul[F, F]: ...


class TensorNormalize(OperatorCall[R, F]):
    """Divide an array by its Euclidean lengths along an axis."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, axis: int = 0) -> R: ...
        def __getitem__(self, columns: Any) -> TensorNormalize[F, F]: ...


class TensorReshape(OperatorCall[R, F]):
    """Give an array another shape with as many elements."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, shape: Sequence[int]) -> R: ...
        def __getitem__(self, columns: Any) -> TensorReshape[F, F]: ...


class TensorSplit(OperatorCall[R, F]):
    """Cut an array into several along an axis, which the parts keep."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, axis: int = 0, *, sections: int | Sequence[int] | None = None) -> R: ...
        def __getitem__(self, columns: Any) -> TensorSplit[F, F]: ...


class TensorStack(OperatorCall[R, F]):
    """Stack arrays of one shape along a new axis."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, axis: int = 0) -> R: ...
        def __getitem__(self, columns: Any) -> TensorStack[F, F]: ...


class TensorUnstack(OperatorCall[R, F]):
    """Take an array apart along an axis, which the parts lack."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, axis: int = 0) -> R: ...
        def __getitem__(self, columns: Any) -> TensorUnstack[F, F]: ...


class TensorVstack(OperatorCall[R, F]):
    """Stack arrays on top of each other, along the first axis."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self) -> R: ...
        def __getitem__(self, columns: Any) -> TensorVstack[F, F]: ...


class TextEmbeddingDpr(OperatorCall[R, F]):
    """Embed passages and questions so that a question is near the passages that answer it."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "facebook/dpr-ctx_encoder-single-nq-base",
            *,
            max_tokens: int | None = None,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.9999,
            calibration: Sequence[str] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextEmbeddingDpr[F, F]: ...


class TextEmbeddingHashing(OperatorCall[R, F]):
    """Embed texts by the words and pieces of words that they have in common; no model, no download."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            dimension: int = 1024,
            *,
            words: Any = (1, 2),
            characters: Any = (3, 5),
            ignore: Sequence[str] = (),
            weighting: str = "log",
            normalize: bool = True,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextEmbeddingHashing[F, F]: ...


class TextEmbeddingLongformer(OperatorCall[R, F]):
    """Embed long texts as a whole, with attention that looks at a window around each token."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "allenai/longformer-base-4096",
            *,
            pooling: str = "mean",
            prompt: str = "",
            max_tokens: int | None = None,
            normalize: bool = True,
            device: str = "auto",
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextEmbeddingLongformer[F, F]: ...


class TextEmbeddingOnnx(OperatorCall[R, F]):
    """Embed texts with a model in an ONNX file, such as ``towhee export`` writes; no torch."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, path: Any, *, normalize: bool = True, backend: str = "onnxruntime"
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextEmbeddingOnnx[F, F]: ...


class TextEmbeddingSentenceTransformers(OperatorCall[R, F]):
    """Embed sentences, and texts of any length, with a model of sentence-transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "all-MiniLM-L6-v2",
            *,
            prompt: str | None = None,
            prompt_name: str | None = None,
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


class TextEmbeddingTransformers(OperatorCall[R, F]):
    """Embed texts with any encoder of transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "google-bert/bert-base-uncased",
            *,
            pooling: str = "mean",
            prompt: str = "",
            max_tokens: int | None = None,
            normalize: bool = True,
            device: str = "auto",
            backend: str = "auto",
            precision: str = "auto",
            fidelity: float = 0.9999,
            calibration: Sequence[str] = (),
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextEmbeddingTransformers[F, F]: ...


class TextGenerationTransformers(OperatorCall[R, F]):
    """Go on writing texts, or answer in conversations, with any causal model of transformers."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "HuggingFaceTB/SmolLM2-135M-Instruct",
            *,
            max_new_tokens: int = 64,
            num_beams: int | None = None,
            temperature: float = 0.0,
            top_p: float = 1.0,
            seed: int | None = None,
            device: str = "auto",
            batch_size: int | None = None,
            checkpoint: Any = None,
            trust_pickle: bool = False,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextGenerationTransformers[F, F]: ...


class TextSplitter(OperatorCall[R, F]):
    """Cut a text into pieces, none of which loses a character."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            by: str = "passages",
            *,
            chunk_size: int | None = None,
            overlap: int = 0,
            model_name: str = "all-MiniLM-L6-v2",
            checkpoint: Any = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TextSplitter[F, F]: ...


class TimeseriesEmbeddingChronos(OperatorCall[R, F]):
    """Embed time series with the encoder of a Chronos, Chronos-Bolt or Chronos-2 model."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "amazon/chronos-bolt-small",
            *,
            z_normalize: bool = False,
            normalize: bool = True,
            checkpoint: Any = None,
            trust_pickle: bool = False,
            device: str = "auto",
            batch_size: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TimeseriesEmbeddingChronos[F, F]: ...


class TimeseriesEmbeddingMinirocket(OperatorCall[R, F]):
    """Embed time series by their shapes with MiniRocket, which needs no training and no weights."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            *,
            num_features: int = 1008,
            length: int | None = None,
            channels: int | None = None,
            calibration: Any = (),
            z_normalize: bool = True,
            normalize: bool = True,
            seed: int = 0,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TimeseriesEmbeddingMinirocket[F, F]: ...


class TimeseriesEmbeddingTransformers(OperatorCall[R, F]):
    """Embed time series with TimesFM, PatchTST or PatchTSMixer."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "google/timesfm-2.5-200m-transformers",
            *,
            z_normalize: bool = False,
            normalize: bool = True,
            checkpoint: Any = None,
            trust_pickle: bool = False,
            device: str = "auto",
            batch_size: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> TimeseriesEmbeddingTransformers[F, F]: ...


class VectorConcat(OperatorCall[R, F]):
    """Make one vector of several, so that one search looks at all of them."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, weights: Sequence[float] | None = None, *, normalize: bool = False
        ) -> R: ...
        def __getitem__(self, columns: Any) -> VectorConcat[F, F]: ...


class VectorDequantize(OperatorCall[R, F]):
    """Give the numbers of quantised vectors back in float32."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, scale: float | None = None, dimension: int | None = None) -> R: ...
        def __getitem__(self, columns: Any) -> VectorDequantize[F, F]: ...


class VectorNormalize(OperatorCall[R, F]):
    """Bring vectors to unit length, so that the dot product of two is their cosine."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, norm: str = "L2") -> R: ...
        def __getitem__(self, columns: Any) -> VectorNormalize[F, F]: ...


class VectorPca(OperatorCall[R, F]):
    """Turn vectors so that they differ most in their first numbers, and keep these."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            dimension: int | None = None,
            *,
            vectors: Any = None,
            components: Any = None,
            whiten: bool = False,
            normalize: bool = False,
            name: str | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> VectorPca[F, F]: ...


class VectorQuantize(OperatorCall[R, F]):
    """Store vectors in fewer bytes than the four that a float32 takes for each number."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, kind: str = "int8", *, scale: float | None = None) -> R: ...
        def __getitem__(self, columns: Any) -> VectorQuantize[F, F]: ...


class VectorSimilarity(OperatorCall[R, F]):
    """The cosine of two vectors, their inner product, or how far they are apart."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, cal: str = "cosine") -> R: ...
        def __getitem__(self, columns: Any) -> VectorSimilarity[F, F]: ...


class VectorTruncate(OperatorCall[R, F]):
    """Keep the first numbers of vectors, and bring what is left to unit length."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, dimension: int, *, normalize: bool = True) -> R: ...
        def __getitem__(self, columns: Any) -> VectorTruncate[F, F]: ...


class VideoCopyDetectionAlignment(OperatorCall[R, F]):
    """Find what a query video and a reference video have in common, and where in each."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self, *, min_similarity: float = 0.6, min_seconds: float = 2.0, topk: int = 10
        ) -> R: ...
        def __getitem__(self, columns: Any) -> VideoCopyDetectionAlignment[F, F]: ...


class VideoDecodeFfmpeg(OperatorCall[R, F]):
    """Decode videos with FFmpeg, one frame after the other."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            start_time: float | None = None,
            end_time: float | None = None,
            sample_type: str | None = None,
            args: Mapping[str, Any] | None = None,
            *,
            mode: Any = "RGB",
            max_side: int | None = None,
            threads: int = 1,
            allow_hosts: Sequence[str] = (),
        ) -> R: ...
        def __getitem__(self, columns: Any) -> VideoDecodeFfmpeg[F, F]: ...


class VideoEmbeddingFrames(OperatorCall[R, F]):
    """Embed videos by the vectors of their frames, as an image embedding gives them."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            operator: Any = None,
            *,
            pooling: Any = "mean",
            normalize: bool = True,
            batch_size: int = 16,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> VideoEmbeddingFrames[F, F]: ...


class VideoEmbeddingVideomae(OperatorCall[R, F]):
    """Embed videos with VideoMAE, which sees what moves, not only what is there."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(
            self,
            model_name: str = "MCG-NJU/videomae-base-finetuned-kinetics",
            *,
            normalize: bool = True,
            checkpoint: Any = None,
            trust_pickle: bool = False,
            device: str = "auto",
            batch_size: int | None = None,
        ) -> R: ...
        def __getitem__(self, columns: Any) -> VideoEmbeddingVideomae[F, F]: ...


class VideoSceneCuts(OperatorCall[R, F]):
    """The scenes of a video, from one hard cut to the next."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__(self, *, threshold: float = 0.05, ratio: float = 2.5) -> R: ...
        def __getitem__(self, columns: Any) -> VideoSceneCuts[F, F]: ...


class ActionClassification(OperatorCall[R, F]):
    """What is done in a video."""

    __slots__ = ()

    @property
    def videomae(self) -> ActionClassificationVideomae[R, F]:
        """Say what is done in videos, with a VideoMAE that was trained on actions."""
        return ActionClassificationVideomae(self._build, "action_classification.videomae")


class AudioClassification(OperatorCall[R, F]):
    """Sound to the classes that it belongs to."""

    __slots__ = ()

    @property
    def ast(self) -> AudioClassificationAst[R, F]:
        """Name what sounds, with an Audio Spectrogram Transformer of transformers."""
        return AudioClassificationAst(self._build, "audio_classification.ast")


class AudioDecode(OperatorCall[R, F]):
    """Files of sound to samples."""

    __slots__ = ()

    @property
    def ffmpeg(self) -> AudioDecodeFfmpeg[R, F]:
        """Decode the first sound track of a file of sound or a video, of any format FFmpeg reads."""
        return AudioDecodeFfmpeg(self._build, "audio_decode.ffmpeg")

    @property
    def ffmpeg_frames(self) -> AudioDecodeFfmpegFrames[R, F]:
        """Decode a sound track into the list of frames that the file is divided into."""
        return AudioDecodeFfmpegFrames(self._build, "audio_decode.ffmpeg_frames")


class AudioEmbedding(OperatorCall[R, F]):
    """Sound to vectors."""

    __slots__ = ()

    @property
    def ast(self) -> AudioEmbeddingAst[R, F]:
        """Embed sounds of every kind with an Audio Spectrogram Transformer of transformers."""
        return AudioEmbeddingAst(self._build, "audio_embedding.ast")

    @property
    def clap(self) -> AudioEmbeddingClap[R, F]:
        """Embed sounds and texts in one space with a CLAP model of transformers."""
        return AudioEmbeddingClap(self._build, "audio_embedding.clap")

    @property
    def data2vec(self) -> AudioEmbeddingData2vec[R, F]:
        """Embed speech with data2vec."""
        return AudioEmbeddingData2vec(self._build, "audio_embedding.data2vec")

    @property
    def mfcc(self) -> AudioEmbeddingMfcc[R, F]:
        """Embed sounds by their mel-frequency cepstral coefficients; no weights, no torch."""
        return AudioEmbeddingMfcc(self._build, "audio_embedding.mfcc")

    @property
    def vggish(self) -> AudioEmbeddingVggish[R, F]:
        """Embed sounds with VGGish, from weights of your own."""
        return AudioEmbeddingVggish(self._build, "audio_embedding.vggish")

    @property
    def wav2vec2(self) -> AudioEmbeddingWav2vec2[R, F]:
        """Embed speech with wav2vec 2.0, or a model of its kind (HuBERT, WavLM, XLS-R)."""
        return AudioEmbeddingWav2vec2(self._build, "audio_embedding.wav2vec2")


class AudioFingerprint(OperatorCall[R, F]):
    """Recordings known again by parts of them."""

    __slots__ = ()

    @property
    def landmarks(self) -> AudioFingerprintLandmarks[R, F]:
        """The landmarks of a recording, by which any part of it is found again."""
        return AudioFingerprintLandmarks(self._build, "audio_fingerprint.landmarks")

    @property
    def match(self) -> AudioFingerprintMatch[R, F]:
        """For the fingerprint of a clip, the recordings that it is part of, the surest first."""
        return AudioFingerprintMatch(self._build, "audio_fingerprint.match")


class DataSource(OperatorCall[R, F]):
    """Rows of files, tables and databases."""

    __slots__ = ()

    @property
    def csv(self) -> DataSourceCsv[R, F]:
        """The rows of a CSV file as entities; give it to ``flat_map`` for a row a row."""
        return DataSourceCsv(self._build, "data_source.csv")

    @property
    def glob(self) -> DataSourceGlob[R, F]:
        """The paths that match a pattern, sorted; give it to ``flat_map`` for a row a path."""
        return DataSourceGlob(self._build, "data_source.glob")

    @property
    def spreadsheet(self) -> DataSourceSpreadsheet[R, F]:
        """The rows of a sheet as entities, with numbers and times as such, for ``flat_map``."""
        return DataSourceSpreadsheet(self._build, "data_source.spreadsheet")

    @property
    def sql(self) -> DataSourceSql[R, F]:
        """The rows that a query finds, as entities, for ``flat_map``; its input fills in the values."""
        return DataSourceSql(self._build, "data_source.sql")


class FaceDetection(OperatorCall[R, F]):
    """Images to the faces in them."""

    __slots__ = ()

    @property
    def haar(self) -> FaceDetectionHaar[R, F]:
        """Find faces seen from the front, without a download: OpenCV 4 brings its weights along."""
        return FaceDetectionHaar(self._build, "face_detection.haar")

    @property
    def mtcnn(self) -> FaceDetectionMtcnn[R, F]:
        """Find faces, and five landmarks of each, with MTCNN."""
        return FaceDetectionMtcnn(self._build, "face_detection.mtcnn")

    @property
    def retinaface(self) -> FaceDetectionRetinaface[R, F]:
        """Find faces, and give their boxes and their scores as two columns."""
        return FaceDetectionRetinaface(self._build, "face_detection.retinaface")

    @property
    def yunet(self) -> FaceDetectionYunet[R, F]:
        """Find faces, and five landmarks of each, with YuNet."""
        return FaceDetectionYunet(self._build, "face_detection.yunet")


class FaceEmbedding(OperatorCall[R, F]):
    """Faces to vectors that tell people apart."""

    __slots__ = ()

    @property
    def arcface(self) -> FaceEmbeddingArcface[R, F]:
        """Embed aligned faces with any ONNX model of ArcFace's kind."""
        return FaceEmbeddingArcface(self._build, "face_embedding.arcface")

    @property
    def inceptionresnetv1(self) -> FaceEmbeddingInceptionresnetv1[R, F]:
        """Embed faces with FaceNet's Inception-ResNet-v1."""
        return FaceEmbeddingInceptionresnetv1(self._build, "face_embedding.inceptionresnetv1")

    @property
    def sface(self) -> FaceEmbeddingSface[R, F]:
        """Embed aligned faces with SFace, a small model (39 MB)."""
        return FaceEmbeddingSface(self._build, "face_embedding.sface")


class FaceLandmark(OperatorCall[R, F]):
    """Faces to points on them."""

    __slots__ = ()

    @property
    def onnx(self) -> FaceLandmarkOnnx[R, F]:
        """Find points on faces (68, 98, 106, 468, …) with an ONNX model that gives all of them."""
        return FaceLandmarkOnnx(self._build, "face_landmark.onnx")


class ImageCaptioning(OperatorCall[R, F]):
    """Images to sentences about them."""

    __slots__ = ()

    @property
    def transformers(self) -> ImageCaptioningTransformers[R, F]:
        """Say in a sentence what an image shows, with BLIP, GIT or a vision encoder and decoder."""
        return ImageCaptioningTransformers(self._build, "image_captioning.transformers")


class ImageClassification(OperatorCall[R, F]):
    """Images to the classes of what they show."""

    __slots__ = ()

    @property
    def timm(self) -> ImageClassificationTimm[R, F]:
        """Say what an image shows with any classifier of timm, a thousand of them for ImageNet."""
        return ImageClassificationTimm(self._build, "image_classification.timm")

    @property
    def transformers(self) -> ImageClassificationTransformers[R, F]:
        """Say what an image shows with any image classifier of transformers."""
        return ImageClassificationTransformers(self._build, "image_classification.transformers")

    @property
    def zero_shot(self) -> ImageClassificationZeroShot[R, F]:
        """Say which of your own labels an image shows, without training for them."""
        return ImageClassificationZeroShot(self._build, "image_classification.zero_shot")


class ImageDecode(OperatorCall[R, F]):
    """Turn files, addresses and arrays into images."""

    __slots__ = ()

    @property
    def cv2(self) -> ImageDecodeCv2[R, F]:
        """Decode images in OpenCV's order of channels, BGR."""
        return ImageDecodeCv2(self._build, "image_decode.cv2")

    @property
    def cv2_rgb(self) -> ImageDecodeCv2Rgb[R, F]:
        """Decode images in RGB, under the name that existing programs use."""
        return ImageDecodeCv2Rgb(self._build, "image_decode.cv2_rgb")

    @property
    def pil(self) -> ImageDecodePil[R, F]:
        """Decode images with Pillow, the reference decoder, in RGB."""
        return ImageDecodePil(self._build, "image_decode.pil")


class ImageEmbedding(OperatorCall[R, F]):
    """Images to vectors."""

    __slots__ = ()

    @property
    def colorhist(self) -> ImageEmbeddingColorhist[R, F]:
        """Embed images by their colours, wherever in the picture they are; no weights, no download."""
        return ImageEmbeddingColorhist(self._build, "image_embedding.colorhist")

    @property
    def data2vec(self) -> ImageEmbeddingData2vec[R, F]:
        """Embed images with data2vec, which learned to predict its own vectors of hidden parts."""
        return ImageEmbeddingData2vec(self._build, "image_embedding.data2vec")

    @property
    def dinov2(self) -> ImageEmbeddingDinov2[R, F]:
        """Embed images with DINOv2, which learned from images alone to tell them apart."""
        return ImageEmbeddingDinov2(self._build, "image_embedding.dinov2")

    @property
    def dinov3(self) -> ImageEmbeddingDinov3[R, F]:
        """Embed images with DINOv3, whose weights the Hub gives to those who accept its licence."""
        return ImageEmbeddingDinov3(self._build, "image_embedding.dinov3")

    @property
    def embedded(self) -> ImageEmbeddingEmbedded[R, F]:
        """Embed images with the model inside the package: no download, no torch, no GPU."""
        return ImageEmbeddingEmbedded(self._build, "image_embedding.embedded")

    @property
    def onnx(self) -> ImageEmbeddingOnnx[R, F]:
        """Embed images with a model of your own in an ONNX file, on onnxruntime; no torch."""
        return ImageEmbeddingOnnx(self._build, "image_embedding.onnx")

    @property
    def open_clip(self) -> ImageEmbeddingOpenClip[R, F]:
        """Embed images with the image tower of any model of open_clip."""
        return ImageEmbeddingOpenClip(self._build, "image_embedding.open_clip")

    @property
    def phash(self) -> ImageEmbeddingPhash[R, F]:
        """Embed images as perceptual hashes, which stay the same when a picture is resized, compressed,"""
        return ImageEmbeddingPhash(self._build, "image_embedding.phash")

    @property
    def siglip(self) -> ImageEmbeddingSiglip[R, F]:
        """Embed images with the image tower of SigLIP, which learned from images and their captions."""
        return ImageEmbeddingSiglip(self._build, "image_embedding.siglip")

    @property
    def timm(self) -> ImageEmbeddingTimm[R, F]:
        """Embed images with any model of the timm library."""
        return ImageEmbeddingTimm(self._build, "image_embedding.timm")

    @property
    def transformers(self) -> ImageEmbeddingTransformers[R, F]:
        """Embed images with any model of transformers that sees them: ViT, BEiT, Swin, ConvNeXt, …"""
        return ImageEmbeddingTransformers(self._build, "image_embedding.transformers")


class ImageSegmentation(OperatorCall[R, F]):
    """Images to their parts."""

    __slots__ = ()

    @property
    def transformers(self) -> ImageSegmentationTransformers[R, F]:
        """Divide images into their parts with a segmentation model of transformers."""
        return ImageSegmentationTransformers(self._build, "image_segmentation.transformers")


class ImageTextEmbedding(OperatorCall[R, F]):
    """Images and texts to vectors of one space."""

    __slots__ = ()

    @property
    def blip(self) -> ImageTextEmbeddingBlip[R, F]:
        """Embed images and texts in one space with a BLIP model for retrieval."""
        return ImageTextEmbeddingBlip(self._build, "image_text_embedding.blip")

    @property
    def clip(self) -> ImageTextEmbeddingClip[R, F]:
        """Embed images and texts in one space with a CLIP model."""
        return ImageTextEmbeddingClip(self._build, "image_text_embedding.clip")

    @property
    def open_clip(self) -> ImageTextEmbeddingOpenClip[R, F]:
        """Embed images and texts in one space with any model of open_clip."""
        return ImageTextEmbeddingOpenClip(self._build, "image_text_embedding.open_clip")

    @property
    def siglip(self) -> ImageTextEmbeddingSiglip[R, F]:
        """Embed images and texts in one space with a SigLIP model."""
        return ImageTextEmbeddingSiglip(self._build, "image_text_embedding.siglip")


class ImageToImage(OperatorCall[R, F]):
    """Images to other images."""

    __slots__ = ()

    @property
    def transformers(self) -> ImageToImageTransformers[R, F]:
        """Enlarge images with a super-resolution model of transformers, Swin2SR."""
        return ImageToImageTransformers(self._build, "image_to_image.transformers")


class MachineTranslation(OperatorCall[R, F]):
    """Texts to texts in another language."""

    __slots__ = ()

    @property
    def transformers(self) -> MachineTranslationTransformers[R, F]:
        """Translate texts with T5, Marian (OPUS-MT), M2M100, NLLB or mBART."""
        return MachineTranslationTransformers(self._build, "machine_translation.transformers")


class MolecularFingerprinting(OperatorCall[R, F]):
    """Molecules to the substructures that they hold, as vectors."""

    __slots__ = ()

    @property
    def rdkit(self) -> MolecularFingerprintingRdkit[R, F]:
        """Fingerprints of molecules in SMILES, with the values that rdkit itself gives."""
        return MolecularFingerprintingRdkit(self._build, "molecular_fingerprinting.rdkit")


class MoleculeEmbedding(OperatorCall[R, F]):
    """Molecules to vectors of a model."""

    __slots__ = ()

    @property
    def transformers(self) -> MoleculeEmbeddingTransformers[R, F]:
        """Embed molecules with a transformer that was trained on SMILES strings, such as ChemBERTa."""
        return MoleculeEmbeddingTransformers(self._build, "molecule_embedding.transformers")


class ObjectDetection(OperatorCall[R, F]):
    """Images to the objects in them."""

    __slots__ = ()

    @property
    def opencv(self) -> ObjectDetectionOpencv[R, F]:
        """Find objects in images with YOLO-like and SSD-like detectors in ONNX form."""
        return ObjectDetectionOpencv(self._build, "object_detection.opencv")

    @property
    def transformers(self) -> ObjectDetectionTransformers[R, F]:
        """Find objects in images with any detector of transformers: DETR, RT-DETR, YOLOS and others."""
        return ObjectDetectionTransformers(self._build, "object_detection.transformers")

    @property
    def yolov5(self) -> ObjectDetectionYolov5[R, F]:
        """Find objects with a YOLOv5 that was exported to ONNX, and give three columns."""
        return ObjectDetectionYolov5(self._build, "object_detection.yolov5")

    @property
    def yolov8(self) -> ObjectDetectionYolov8[R, F]:
        """Find objects with a YOLOv8 that was exported to ONNX, and give three columns."""
        return ObjectDetectionYolov8(self._build, "object_detection.yolov8")


class Rerank(OperatorCall[R, F]):
    """Texts in the order in which they answer a query."""

    __slots__ = ()

    @property
    def cross_encoder(self) -> RerankCrossEncoder[R, F]:
        """Order the texts that a search has found by how well they answer the query."""
        return RerankCrossEncoder(self._build, "rerank.cross_encoder")

    @property
    def search_result(self) -> RerankSearchResult[R, F]:
        """Order the rows that a search of a store has found by how well their texts answer the query."""
        return RerankSearchResult(self._build, "rerank.search_result")


class SpeechToText(OperatorCall[R, F]):
    """Speech to text."""

    __slots__ = ()

    @property
    def transformers(self) -> SpeechToTextTransformers[R, F]:
        """Write down what is said, with Whisper, or with wav2vec 2.0 and others that use CTC."""
        return SpeechToTextTransformers(self._build, "speech_to_text.transformers")


class TextEmbedding(OperatorCall[R, F]):
    """Texts to vectors."""

    __slots__ = ()

    @property
    def dpr(self) -> TextEmbeddingDpr[R, F]:
        """Embed passages and questions so that a question is near the passages that answer it."""
        return TextEmbeddingDpr(self._build, "text_embedding.dpr")

    @property
    def hashing(self) -> TextEmbeddingHashing[R, F]:
        """Embed texts by the words and pieces of words that they have in common; no model, no download."""
        return TextEmbeddingHashing(self._build, "text_embedding.hashing")

    @property
    def longformer(self) -> TextEmbeddingLongformer[R, F]:
        """Embed long texts as a whole, with attention that looks at a window around each token."""
        return TextEmbeddingLongformer(self._build, "text_embedding.longformer")

    @property
    def onnx(self) -> TextEmbeddingOnnx[R, F]:
        """Embed texts with a model in an ONNX file, such as ``towhee export`` writes; no torch."""
        return TextEmbeddingOnnx(self._build, "text_embedding.onnx")

    @property
    def sentence_transformers(self) -> TextEmbeddingSentenceTransformers[R, F]:
        """Embed sentences, and texts of any length, with a model of sentence-transformers."""
        return TextEmbeddingSentenceTransformers(
            self._build, "text_embedding.sentence_transformers"
        )

    @property
    def transformers(self) -> TextEmbeddingTransformers[R, F]:
        """Embed texts with any encoder of transformers."""
        return TextEmbeddingTransformers(self._build, "text_embedding.transformers")


class TextGeneration(OperatorCall[R, F]):
    """Texts to what follows."""

    __slots__ = ()

    @property
    def transformers(self) -> TextGenerationTransformers[R, F]:
        """Go on writing texts, or answer in conversations, with any causal model of transformers."""
        return TextGenerationTransformers(self._build, "text_generation.transformers")


class TimeseriesEmbedding(OperatorCall[R, F]):
    """Time series to vectors."""

    __slots__ = ()

    @property
    def chronos(self) -> TimeseriesEmbeddingChronos[R, F]:
        """Embed time series with the encoder of a Chronos, Chronos-Bolt or Chronos-2 model."""
        return TimeseriesEmbeddingChronos(self._build, "timeseries_embedding.chronos")

    @property
    def minirocket(self) -> TimeseriesEmbeddingMinirocket[R, F]:
        """Embed time series by their shapes with MiniRocket, which needs no training and no weights."""
        return TimeseriesEmbeddingMinirocket(self._build, "timeseries_embedding.minirocket")

    @property
    def transformers(self) -> TimeseriesEmbeddingTransformers[R, F]:
        """Embed time series with TimesFM, PatchTST or PatchTSMixer."""
        return TimeseriesEmbeddingTransformers(self._build, "timeseries_embedding.transformers")


class VideoCopyDetection(OperatorCall[R, F]):
    """What one video has taken from another."""

    __slots__ = ()

    @property
    def alignment(self) -> VideoCopyDetectionAlignment[R, F]:
        """Find what a query video and a reference video have in common, and where in each."""
        return VideoCopyDetectionAlignment(self._build, "video_copy_detection.alignment")


class VideoDecode(OperatorCall[R, F]):
    """Files of video to frames."""

    __slots__ = ()

    @property
    def ffmpeg(self) -> VideoDecodeFfmpeg[R, F]:
        """Decode videos with FFmpeg, one frame after the other."""
        return VideoDecodeFfmpeg(self._build, "video_decode.ffmpeg")


class VideoEmbedding(OperatorCall[R, F]):
    """Videos to vectors."""

    __slots__ = ()

    @property
    def frames(self) -> VideoEmbeddingFrames[R, F]:
        """Embed videos by the vectors of their frames, as an image embedding gives them."""
        return VideoEmbeddingFrames(self._build, "video_embedding.frames")

    @property
    def videomae(self) -> VideoEmbeddingVideomae[R, F]:
        """Embed videos with VideoMAE, which sees what moves, not only what is there."""
        return VideoEmbeddingVideomae(self._build, "video_embedding.videomae")


class VideoScene(OperatorCall[R, F]):
    """Where the scenes of a video begin and end."""

    __slots__ = ()

    @property
    def cuts(self) -> VideoSceneCuts[R, F]:
        """The scenes of a video, from one hard cut to the next."""
        return VideoSceneCuts(self._build, "video_scene.cuts")


class Towhee(OperatorCall[R, F]):
    """The default namespace."""

    __slots__ = ()

    @property
    def action_classification(self) -> ActionClassification[R, F]:
        """What is done in a video."""
        return ActionClassification(self._build, "action_classification")

    @property
    def audio_classification(self) -> AudioClassification[R, F]:
        """Sound to the classes that it belongs to."""
        return AudioClassification(self._build, "audio_classification")

    @property
    def audio_decode(self) -> AudioDecode[R, F]:
        """Files of sound to samples."""
        return AudioDecode(self._build, "audio_decode")

    @property
    def audio_embedding(self) -> AudioEmbedding[R, F]:
        """Sound to vectors."""
        return AudioEmbedding(self._build, "audio_embedding")

    @property
    def audio_fingerprint(self) -> AudioFingerprint[R, F]:
        """Recordings known again by parts of them."""
        return AudioFingerprint(self._build, "audio_fingerprint")

    @property
    def cate_one_hot_encoder(self) -> CateOneHotEncoder[R, F]:
        """Turn categories into vectors, of which exactly one number is 1."""
        return CateOneHotEncoder(self._build, "cate_one_hot_encoder")

    @property
    def data_loader(self) -> DataLoader[R, F]:
        """The text of a document: PDF, web page, Excel workbook, Word document, or plain text."""
        return DataLoader(self._build, "data_loader")

    @property
    def data_source(self) -> DataSource[R, F]:
        """Rows of files, tables and databases."""
        return DataSource(self._build, "data_source")

    @property
    def decision_tree(self) -> DecisionTree[R, F]:
        """Tell labels apart by questions about one feature after the other."""
        return DecisionTree(self._build, "decision_tree")

    @property
    def face_align(self) -> FaceAlign[R, F]:
        """Turn, scale and shift faces so that their landmarks lie where a model wants them."""
        return FaceAlign(self._build, "face_align")

    @property
    def face_crop(self) -> FaceCrop[R, F]:
        """Cut faces out by their boxes, as FaceNet's models are given them."""
        return FaceCrop(self._build, "face_crop")

    @property
    def face_detection(self) -> FaceDetection[R, F]:
        """Images to the faces in them."""
        return FaceDetection(self._build, "face_detection")

    @property
    def face_embedding(self) -> FaceEmbedding[R, F]:
        """Faces to vectors that tell people apart."""
        return FaceEmbedding(self._build, "face_embedding")

    @property
    def face_landmark(self) -> FaceLandmark[R, F]:
        """Faces to points on them."""
        return FaceLandmark(self._build, "face_landmark")

    @property
    def face_rows(self) -> FaceRows[R, F]:
        """Each face with its box and its score, for a ``flat_map`` to three columns."""
        return FaceRows(self._build, "face_rows")

    @property
    def faiss_search(self) -> FaissSearch[R, F]:
        """For each vector, the nearest rows of an index of FAISS on the disk, as entities."""
        return FaissSearch(self._build, "faiss_search")

    @property
    def image_blur(self) -> ImageBlur[R, F]:
        """Blur images with a Gaussian."""
        return ImageBlur(self._build, "image_blur")

    @property
    def image_captioning(self) -> ImageCaptioning[R, F]:
        """Images to sentences about them."""
        return ImageCaptioning(self._build, "image_captioning")

    @property
    def image_center_crop(self) -> ImageCenterCrop[R, F]:
        """Cut the middle out of images."""
        return ImageCenterCrop(self._build, "image_center_crop")

    @property
    def image_classification(self) -> ImageClassification[R, F]:
        """Images to the classes of what they show."""
        return ImageClassification(self._build, "image_classification")

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
    def image_filter(self) -> ImageFilter[R, F]:
        """Sharpen, smooth, find edges, take out specks, or weigh each pixel's surroundings."""
        return ImageFilter(self._build, "image_filter")

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
    def image_segmentation(self) -> ImageSegmentation[R, F]:
        """Images to their parts."""
        return ImageSegmentation(self._build, "image_segmentation")

    @property
    def image_text_embedding(self) -> ImageTextEmbedding[R, F]:
        """Images and texts to vectors of one space."""
        return ImageTextEmbedding(self._build, "image_text_embedding")

    @property
    def image_to_image(self) -> ImageToImage[R, F]:
        """Images to other images."""
        return ImageToImage(self._build, "image_to_image")

    @property
    def insert_store(self) -> InsertStore[R, F]:
        """Write each row to a collection, which is made if it is not there; gives its key."""
        return InsertStore(self._build, "insert_store")

    @property
    def logistic_regression(self) -> LogisticRegression[R, F]:
        """Tell labels apart by weighted sums of the features."""
        return LogisticRegression(self._build, "logistic_regression")

    @property
    def machine_translation(self) -> MachineTranslation[R, F]:
        """Texts to texts in another language."""
        return MachineTranslation(self._build, "machine_translation")

    @property
    def milvus_search(self) -> MilvusSearch[R, F]:
        """For each vector, the nearest rows of a collection of Milvus, as entities."""
        return MilvusSearch(self._build, "milvus_search")

    @property
    def molecular_fingerprinting(self) -> MolecularFingerprinting[R, F]:
        """Molecules to the substructures that they hold, as vectors."""
        return MolecularFingerprinting(self._build, "molecular_fingerprinting")

    @property
    def molecule_embedding(self) -> MoleculeEmbedding[R, F]:
        """Molecules to vectors of a model."""
        return MoleculeEmbedding(self._build, "molecule_embedding")

    @property
    def num_discretizer(self) -> NumDiscretizer[R, F]:
        """Sort numbers into bins, whose edges are learned from the rows of a collection."""
        return NumDiscretizer(self._build, "num_discretizer")

    @property
    def object_detection(self) -> ObjectDetection[R, F]:
        """Images to the objects in them."""
        return ObjectDetection(self._build, "object_detection")

    @property
    def random_forest(self) -> RandomForest[R, F]:
        """Tell labels apart by many decision trees, each grown on other rows and features."""
        return RandomForest(self._build, "random_forest")

    @property
    def rerank(self) -> Rerank[R, F]:
        """Texts in the order in which they answer a query."""
        return Rerank(self._build, "rerank")

    @property
    def runas_op(self) -> RunasOp[R, F]:
        """Call a function on each row: ``dc.runas_op["a", "b"](func=f)``."""
        return RunasOp(self._build, "runas_op")

    @property
    def search_store(self) -> SearchStore[R, F]:
        """For each vector, the nearest rows of a collection in a store."""
        return SearchStore(self._build, "search_store")

    @property
    def search_vectors(self) -> SearchVectors[R, F]:
        """For each query vector, the nearest vectors of a collection."""
        return SearchVectors(self._build, "search_vectors")

    @property
    def speech_to_text(self) -> SpeechToText[R, F]:
        """Speech to text."""
        return SpeechToText(self._build, "speech_to_text")

    @property
    def standard_scaler(self) -> StandardScaler[R, F]:
        """Take the mean off numbers and divide them by their standard deviation."""
        return StandardScaler(self._build, "standard_scaler")

    @property
    def svc(self) -> Svc[R, F]:
        """Tell labels apart by boundaries that keep away from all rows as far as they can."""
        return Svc(self._build, "svc")

    @property
    def tensor_concat(self) -> TensorConcat[R, F]:
        """Put arrays one behind the other along an axis."""
        return TensorConcat(self._build, "tensor_concat")

    @property
    def tensor_hstack(self) -> TensorHstack[R, F]:
        """Stack arrays side by side, along the second axis (the first for vectors)."""
        return TensorHstack(self._build, "tensor_hstack")

    @property
    def tensor_matmul(self) -> TensorMatmul[R, F]:
        """Multiply arrays as matrices: two columns, or one with a matrix that is always the same."""
        return TensorMatmul(self._build, "tensor_matmul")

    @property
    def tensor_normalize(self) -> TensorNormalize[R, F]:
        """Divide an array by its Euclidean lengths along an axis."""
        return TensorNormalize(self._build, "tensor_normalize")

    @property
    def tensor_reshape(self) -> TensorReshape[R, F]:
        """Give an array another shape with as many elements."""
        return TensorReshape(self._build, "tensor_reshape")

    @property
    def tensor_split(self) -> TensorSplit[R, F]:
        """Cut an array into several along an axis, which the parts keep."""
        return TensorSplit(self._build, "tensor_split")

    @property
    def tensor_stack(self) -> TensorStack[R, F]:
        """Stack arrays of one shape along a new axis."""
        return TensorStack(self._build, "tensor_stack")

    @property
    def tensor_unstack(self) -> TensorUnstack[R, F]:
        """Take an array apart along an axis, which the parts lack."""
        return TensorUnstack(self._build, "tensor_unstack")

    @property
    def tensor_vstack(self) -> TensorVstack[R, F]:
        """Stack arrays on top of each other, along the first axis."""
        return TensorVstack(self._build, "tensor_vstack")

    @property
    def text_embedding(self) -> TextEmbedding[R, F]:
        """Texts to vectors."""
        return TextEmbedding(self._build, "text_embedding")

    @property
    def text_generation(self) -> TextGeneration[R, F]:
        """Texts to what follows."""
        return TextGeneration(self._build, "text_generation")

    @property
    def text_splitter(self) -> TextSplitter[R, F]:
        """Cut a text into pieces, none of which loses a character."""
        return TextSplitter(self._build, "text_splitter")

    @property
    def timeseries_embedding(self) -> TimeseriesEmbedding[R, F]:
        """Time series to vectors."""
        return TimeseriesEmbedding(self._build, "timeseries_embedding")

    @property
    def vector_concat(self) -> VectorConcat[R, F]:
        """Make one vector of several, so that one search looks at all of them."""
        return VectorConcat(self._build, "vector_concat")

    @property
    def vector_dequantize(self) -> VectorDequantize[R, F]:
        """Give the numbers of quantised vectors back in float32."""
        return VectorDequantize(self._build, "vector_dequantize")

    @property
    def vector_normalize(self) -> VectorNormalize[R, F]:
        """Bring vectors to unit length, so that the dot product of two is their cosine."""
        return VectorNormalize(self._build, "vector_normalize")

    @property
    def vector_pca(self) -> VectorPca[R, F]:
        """Turn vectors so that they differ most in their first numbers, and keep these."""
        return VectorPca(self._build, "vector_pca")

    @property
    def vector_quantize(self) -> VectorQuantize[R, F]:
        """Store vectors in fewer bytes than the four that a float32 takes for each number."""
        return VectorQuantize(self._build, "vector_quantize")

    @property
    def vector_similarity(self) -> VectorSimilarity[R, F]:
        """The cosine of two vectors, their inner product, or how far they are apart."""
        return VectorSimilarity(self._build, "vector_similarity")

    @property
    def vector_truncate(self) -> VectorTruncate[R, F]:
        """Keep the first numbers of vectors, and bring what is left to unit length."""
        return VectorTruncate(self._build, "vector_truncate")

    @property
    def video_copy_detection(self) -> VideoCopyDetection[R, F]:
        """What one video has taken from another."""
        return VideoCopyDetection(self._build, "video_copy_detection")

    @property
    def video_decode(self) -> VideoDecode[R, F]:
        """Files of video to frames."""
        return VideoDecode(self._build, "video_decode")

    @property
    def video_embedding(self) -> VideoEmbedding[R, F]:
        """Videos to vectors."""
        return VideoEmbedding(self._build, "video_embedding")

    @property
    def video_scene(self) -> VideoScene[R, F]:
        """Where the scenes of a video begin and end."""
        return VideoScene(self._build, "video_scene")


class Namespaces(Generic[R, F]):
    """The built-in operators as attributes; a subclass says in ``_apply`` what to do with one."""

    _apply: Build[Any]

    @property
    def towhee(self) -> Towhee[R, F]:
        """The default namespace: ``towhee.search_vectors`` is ``search_vectors``."""
        return Towhee(self._apply, "towhee")

    @property
    def action_classification(self) -> ActionClassification[R, F]:
        """What is done in a video."""
        return ActionClassification(self._apply, "action_classification")

    @property
    def audio_classification(self) -> AudioClassification[R, F]:
        """Sound to the classes that it belongs to."""
        return AudioClassification(self._apply, "audio_classification")

    @property
    def audio_decode(self) -> AudioDecode[R, F]:
        """Files of sound to samples."""
        return AudioDecode(self._apply, "audio_decode")

    @property
    def audio_embedding(self) -> AudioEmbedding[R, F]:
        """Sound to vectors."""
        return AudioEmbedding(self._apply, "audio_embedding")

    @property
    def audio_fingerprint(self) -> AudioFingerprint[R, F]:
        """Recordings known again by parts of them."""
        return AudioFingerprint(self._apply, "audio_fingerprint")

    @property
    def cate_one_hot_encoder(self) -> CateOneHotEncoder[R, F]:
        """Turn categories into vectors, of which exactly one number is 1."""
        return CateOneHotEncoder(self._apply, "cate_one_hot_encoder")

    @property
    def data_loader(self) -> DataLoader[R, F]:
        """The text of a document: PDF, web page, Excel workbook, Word document, or plain text."""
        return DataLoader(self._apply, "data_loader")

    @property
    def data_source(self) -> DataSource[R, F]:
        """Rows of files, tables and databases."""
        return DataSource(self._apply, "data_source")

    @property
    def decision_tree(self) -> DecisionTree[R, F]:
        """Tell labels apart by questions about one feature after the other."""
        return DecisionTree(self._apply, "decision_tree")

    @property
    def face_align(self) -> FaceAlign[R, F]:
        """Turn, scale and shift faces so that their landmarks lie where a model wants them."""
        return FaceAlign(self._apply, "face_align")

    @property
    def face_crop(self) -> FaceCrop[R, F]:
        """Cut faces out by their boxes, as FaceNet's models are given them."""
        return FaceCrop(self._apply, "face_crop")

    @property
    def face_detection(self) -> FaceDetection[R, F]:
        """Images to the faces in them."""
        return FaceDetection(self._apply, "face_detection")

    @property
    def face_embedding(self) -> FaceEmbedding[R, F]:
        """Faces to vectors that tell people apart."""
        return FaceEmbedding(self._apply, "face_embedding")

    @property
    def face_landmark(self) -> FaceLandmark[R, F]:
        """Faces to points on them."""
        return FaceLandmark(self._apply, "face_landmark")

    @property
    def face_rows(self) -> FaceRows[R, F]:
        """Each face with its box and its score, for a ``flat_map`` to three columns."""
        return FaceRows(self._apply, "face_rows")

    @property
    def faiss_search(self) -> FaissSearch[R, F]:
        """For each vector, the nearest rows of an index of FAISS on the disk, as entities."""
        return FaissSearch(self._apply, "faiss_search")

    @property
    def image_blur(self) -> ImageBlur[R, F]:
        """Blur images with a Gaussian."""
        return ImageBlur(self._apply, "image_blur")

    @property
    def image_captioning(self) -> ImageCaptioning[R, F]:
        """Images to sentences about them."""
        return ImageCaptioning(self._apply, "image_captioning")

    @property
    def image_center_crop(self) -> ImageCenterCrop[R, F]:
        """Cut the middle out of images."""
        return ImageCenterCrop(self._apply, "image_center_crop")

    @property
    def image_classification(self) -> ImageClassification[R, F]:
        """Images to the classes of what they show."""
        return ImageClassification(self._apply, "image_classification")

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
    def image_filter(self) -> ImageFilter[R, F]:
        """Sharpen, smooth, find edges, take out specks, or weigh each pixel's surroundings."""
        return ImageFilter(self._apply, "image_filter")

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
    def image_segmentation(self) -> ImageSegmentation[R, F]:
        """Images to their parts."""
        return ImageSegmentation(self._apply, "image_segmentation")

    @property
    def image_text_embedding(self) -> ImageTextEmbedding[R, F]:
        """Images and texts to vectors of one space."""
        return ImageTextEmbedding(self._apply, "image_text_embedding")

    @property
    def image_to_image(self) -> ImageToImage[R, F]:
        """Images to other images."""
        return ImageToImage(self._apply, "image_to_image")

    @property
    def insert_store(self) -> InsertStore[R, F]:
        """Write each row to a collection, which is made if it is not there; gives its key."""
        return InsertStore(self._apply, "insert_store")

    @property
    def logistic_regression(self) -> LogisticRegression[R, F]:
        """Tell labels apart by weighted sums of the features."""
        return LogisticRegression(self._apply, "logistic_regression")

    @property
    def machine_translation(self) -> MachineTranslation[R, F]:
        """Texts to texts in another language."""
        return MachineTranslation(self._apply, "machine_translation")

    @property
    def milvus_search(self) -> MilvusSearch[R, F]:
        """For each vector, the nearest rows of a collection of Milvus, as entities."""
        return MilvusSearch(self._apply, "milvus_search")

    @property
    def molecular_fingerprinting(self) -> MolecularFingerprinting[R, F]:
        """Molecules to the substructures that they hold, as vectors."""
        return MolecularFingerprinting(self._apply, "molecular_fingerprinting")

    @property
    def molecule_embedding(self) -> MoleculeEmbedding[R, F]:
        """Molecules to vectors of a model."""
        return MoleculeEmbedding(self._apply, "molecule_embedding")

    @property
    def num_discretizer(self) -> NumDiscretizer[R, F]:
        """Sort numbers into bins, whose edges are learned from the rows of a collection."""
        return NumDiscretizer(self._apply, "num_discretizer")

    @property
    def object_detection(self) -> ObjectDetection[R, F]:
        """Images to the objects in them."""
        return ObjectDetection(self._apply, "object_detection")

    @property
    def random_forest(self) -> RandomForest[R, F]:
        """Tell labels apart by many decision trees, each grown on other rows and features."""
        return RandomForest(self._apply, "random_forest")

    @property
    def rerank(self) -> Rerank[R, F]:
        """Texts in the order in which they answer a query."""
        return Rerank(self._apply, "rerank")

    @property
    def runas_op(self) -> RunasOp[R, F]:
        """Call a function on each row: ``dc.runas_op["a", "b"](func=f)``."""
        return RunasOp(self._apply, "runas_op")

    @property
    def search_store(self) -> SearchStore[R, F]:
        """For each vector, the nearest rows of a collection in a store."""
        return SearchStore(self._apply, "search_store")

    @property
    def search_vectors(self) -> SearchVectors[R, F]:
        """For each query vector, the nearest vectors of a collection."""
        return SearchVectors(self._apply, "search_vectors")

    @property
    def speech_to_text(self) -> SpeechToText[R, F]:
        """Speech to text."""
        return SpeechToText(self._apply, "speech_to_text")

    @property
    def standard_scaler(self) -> StandardScaler[R, F]:
        """Take the mean off numbers and divide them by their standard deviation."""
        return StandardScaler(self._apply, "standard_scaler")

    @property
    def svc(self) -> Svc[R, F]:
        """Tell labels apart by boundaries that keep away from all rows as far as they can."""
        return Svc(self._apply, "svc")

    @property
    def tensor_concat(self) -> TensorConcat[R, F]:
        """Put arrays one behind the other along an axis."""
        return TensorConcat(self._apply, "tensor_concat")

    @property
    def tensor_hstack(self) -> TensorHstack[R, F]:
        """Stack arrays side by side, along the second axis (the first for vectors)."""
        return TensorHstack(self._apply, "tensor_hstack")

    @property
    def tensor_matmul(self) -> TensorMatmul[R, F]:
        """Multiply arrays as matrices: two columns, or one with a matrix that is always the same."""
        return TensorMatmul(self._apply, "tensor_matmul")

    @property
    def tensor_normalize(self) -> TensorNormalize[R, F]:
        """Divide an array by its Euclidean lengths along an axis."""
        return TensorNormalize(self._apply, "tensor_normalize")

    @property
    def tensor_reshape(self) -> TensorReshape[R, F]:
        """Give an array another shape with as many elements."""
        return TensorReshape(self._apply, "tensor_reshape")

    @property
    def tensor_split(self) -> TensorSplit[R, F]:
        """Cut an array into several along an axis, which the parts keep."""
        return TensorSplit(self._apply, "tensor_split")

    @property
    def tensor_stack(self) -> TensorStack[R, F]:
        """Stack arrays of one shape along a new axis."""
        return TensorStack(self._apply, "tensor_stack")

    @property
    def tensor_unstack(self) -> TensorUnstack[R, F]:
        """Take an array apart along an axis, which the parts lack."""
        return TensorUnstack(self._apply, "tensor_unstack")

    @property
    def tensor_vstack(self) -> TensorVstack[R, F]:
        """Stack arrays on top of each other, along the first axis."""
        return TensorVstack(self._apply, "tensor_vstack")

    @property
    def text_embedding(self) -> TextEmbedding[R, F]:
        """Texts to vectors."""
        return TextEmbedding(self._apply, "text_embedding")

    @property
    def text_generation(self) -> TextGeneration[R, F]:
        """Texts to what follows."""
        return TextGeneration(self._apply, "text_generation")

    @property
    def text_splitter(self) -> TextSplitter[R, F]:
        """Cut a text into pieces, none of which loses a character."""
        return TextSplitter(self._apply, "text_splitter")

    @property
    def timeseries_embedding(self) -> TimeseriesEmbedding[R, F]:
        """Time series to vectors."""
        return TimeseriesEmbedding(self._apply, "timeseries_embedding")

    @property
    def vector_concat(self) -> VectorConcat[R, F]:
        """Make one vector of several, so that one search looks at all of them."""
        return VectorConcat(self._apply, "vector_concat")

    @property
    def vector_dequantize(self) -> VectorDequantize[R, F]:
        """Give the numbers of quantised vectors back in float32."""
        return VectorDequantize(self._apply, "vector_dequantize")

    @property
    def vector_normalize(self) -> VectorNormalize[R, F]:
        """Bring vectors to unit length, so that the dot product of two is their cosine."""
        return VectorNormalize(self._apply, "vector_normalize")

    @property
    def vector_pca(self) -> VectorPca[R, F]:
        """Turn vectors so that they differ most in their first numbers, and keep these."""
        return VectorPca(self._apply, "vector_pca")

    @property
    def vector_quantize(self) -> VectorQuantize[R, F]:
        """Store vectors in fewer bytes than the four that a float32 takes for each number."""
        return VectorQuantize(self._apply, "vector_quantize")

    @property
    def vector_similarity(self) -> VectorSimilarity[R, F]:
        """The cosine of two vectors, their inner product, or how far they are apart."""
        return VectorSimilarity(self._apply, "vector_similarity")

    @property
    def vector_truncate(self) -> VectorTruncate[R, F]:
        """Keep the first numbers of vectors, and bring what is left to unit length."""
        return VectorTruncate(self._apply, "vector_truncate")

    @property
    def video_copy_detection(self) -> VideoCopyDetection[R, F]:
        """What one video has taken from another."""
        return VideoCopyDetection(self._apply, "video_copy_detection")

    @property
    def video_decode(self) -> VideoDecode[R, F]:
        """Files of video to frames."""
        return VideoDecode(self._apply, "video_decode")

    @property
    def video_embedding(self) -> VideoEmbedding[R, F]:
        """Videos to vectors."""
        return VideoEmbedding(self._apply, "video_embedding")

    @property
    def video_scene(self) -> VideoScene[R, F]:
        """Where the scenes of a video begin and end."""
        return VideoScene(self._apply, "video_scene")
