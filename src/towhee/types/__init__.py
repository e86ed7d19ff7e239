"""The values that travel through towhee."""

from towhee.types.audio_fingerprint import AudioFingerprint
from towhee.types.audio_frame import AudioFrame
from towhee.types.classification import Classification
from towhee.types.copied_segment import CopiedSegment
from towhee.types.detection import Detection
from towhee.types.entity import Entity
from towhee.types.face import Face
from towhee.types.failure import Failure
from towhee.types.frame_vectors import FrameVectors
from towhee.types.image import ColorMode, Image
from towhee.types.option import Empty, Option, Some
from towhee.types.quantized_vector import QuantizedKind, QuantizedVector
from towhee.types.recording_match import RecordingMatch
from towhee.types.scene import Scene
from towhee.types.search_result import SearchResult
from towhee.types.segment import Segment
from towhee.types.video_frame import VideoFrame

__all__ = [
    "AudioFingerprint",
    "AudioFrame",
    "Classification",
    "ColorMode",
    "CopiedSegment",
    "Detection",
    "Empty",
    "Entity",
    "Face",
    "Failure",
    "FrameVectors",
    "Image",
    "Option",
    "QuantizedKind",
    "QuantizedVector",
    "RecordingMatch",
    "Scene",
    "SearchResult",
    "Segment",
    "Some",
    "VideoFrame",
]
