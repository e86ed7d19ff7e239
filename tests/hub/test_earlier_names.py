"""The names by which code written for earlier versions calls operators stand for ours."""

from __future__ import annotations

import pytest

from towhee.hub.registry import find

NAMES = [
    "action_classification",
    "audio_decode.ffmpeg",
    "audio_embedding.data2vec",
    "audio_embedding.vggish",
    "cate_one_hot_encoder",
    "data_loader",
    "data_source.csv",
    "data_source.glob",
    "data_source.sql",
    "decision_tree",
    "face_detection.retinaface",
    "face_embedding.deepface",
    "face_embedding.inceptionresnetv1",
    "face_landmark_detection",
    "image_blur",
    "image_captioning",
    "image_convert_color",
    "image_crop",
    "image_decode.cv2",
    "image_decode.cv2_rgb",
    "image_embedding.data2vec",
    "image_embedding.timm",
    "image_filter",
    "image_load",
    "image_resize",
    "image_text_embedding.blip",
    "image_text_embedding.clip",
    "logistic_regression",
    "machine_translation.opus_mt",
    "molecular_fingerprinting.rdkit",
    "num_discretizer",
    "object_detection.yolov5",
    "object_detection.yolov8",
    "random_forest",
    "rerank",
    "sentence_embedding.sbert",
    "sentence_embedding.transformers",
    "standard_scaler",
    "svc",
    "tensor_concat",
    "tensor_hstack",
    "tensor_matmul",
    "tensor_normalize",
    "tensor_reshape",
    "tensor_split",
    "tensor_stack",
    "tensor_unstack",
    "text_embedding.dpr",
    "text_embedding.longformer",
    "text_embedding.transformers",
    "text_splitter",
    "video_decode.ffmpeg",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_stands_for_an_operator(name: str) -> None:
    assert find(name)


@pytest.mark.parametrize("prefix", ["towhee/", "towhee."])
def test_it_may_be_written_as_it_was(prefix: str) -> None:
    assert find(f"{prefix}image-load") == find("image_decode.cv2")
