"""The operators that come with towhee: their names, and where each is defined.

A name is found here without importing anything; the module is imported when a chain names it.
"""

from __future__ import annotations

_OPERATORS = "towhee.operators"

BUILTIN_OPERATORS: dict[str, str] = {
    "image_decode.cv2": f"{_OPERATORS}.image_decode.cv2:Cv2ImageDecode",
    "image_decode.cv2_rgb": f"{_OPERATORS}.image_decode.cv2:Cv2RgbImageDecode",
    "image_decode.pil": f"{_OPERATORS}.image_decode.pil:PilImageDecode",
    "image_embedding.embedded": f"{_OPERATORS}.image_embedding.embedded:EmbeddedImageEmbedding",
    "image_embedding.timm": f"{_OPERATORS}.image_embedding.timm:TimmImageEmbedding",
    "image_blur": f"{_OPERATORS}.image_transform.blur:ImageBlur",
    "image_center_crop": f"{_OPERATORS}.image_transform.center_crop:ImageCenterCrop",
    "image_convert_color": f"{_OPERATORS}.image_transform.convert_color:ImageConvertColor",
    "image_crop": f"{_OPERATORS}.image_transform.crop:ImageCrop",
    "image_flip": f"{_OPERATORS}.image_transform.flip:ImageFlip",
    "image_grayscale": f"{_OPERATORS}.image_transform.grayscale:ImageGrayscale",
    "image_resize": f"{_OPERATORS}.image_transform.resize:ImageResize",
    "image_rotate": f"{_OPERATORS}.image_transform.rotate:ImageRotate",
    "search_vectors": f"{_OPERATORS}.search_vectors.exact:SearchVectors",
    "runas_op": f"{_OPERATORS}.runas_op.runas_op:RunasOp",
    "text_embedding.sentence_transformers": (
        f"{_OPERATORS}.text_embedding.sentence_transformers:SentenceTransformersTextEmbedding"
    ),
    "text_embedding.dpr": f"{_OPERATORS}.text_embedding.dpr:DprTextEmbedding",
    "text_embedding.longformer": (
        f"{_OPERATORS}.text_embedding.longformer:LongformerTextEmbedding"
    ),
    "text_embedding.transformers": (
        f"{_OPERATORS}.text_embedding.transformers:TransformersTextEmbedding"
    ),
    "video_decode.ffmpeg": f"{_OPERATORS}.video_decode.ffmpeg:FfmpegVideoDecode",
    "tensor_hstack": f"{_OPERATORS}.tensor.hstack:TensorHstack",
    "tensor_vstack": f"{_OPERATORS}.tensor.vstack:TensorVstack",
    "tensor_reshape": f"{_OPERATORS}.tensor.reshape:TensorReshape",
}

ALIASES: dict[str, str] = {
    "sentence_embedding.sbert": "text_embedding.sentence_transformers",
    "sentence_embedding.transformers": "text_embedding.transformers",
}
"""Other names of operators, by which code written for earlier versions knows them. They take the
arguments of the operator that they stand for, and plans show that one's name.
"""
