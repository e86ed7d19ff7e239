"""Chains of earlier versions, which name two columns, run."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tiny_faces import yunet_model
from towhee import ops, pipe


def test_boxes_and_scores_are_two_columns_whose_boxes_can_be_cut_out(tmp_path: Path) -> None:
    image = np.zeros((120, 120, 3), np.uint8)
    image[40:48, 64:72] = (255, 0, 0)
    image[80:88, 8:16] = (230, 0, 0)
    faces = ops.face_detection.retinaface(checkpoint=str(yunet_model(tmp_path / "yunet.onnx")))
    chain = (
        pipe.input("image")
        .map("image", ("box", "score"), faces)
        .map(("image", "box"), "part", ops.image_crop(clamp=True))
        .output("box", "score", "part")
    )
    box, score, parts = chain(image).get()
    assert box.tolist() == [[56, 32, 80, 56], [0, 72, 24, 96]]
    assert score[0] > score[1] > 0.9
    assert [part.shape for part in parts] == [(24, 24, 3)] * 2
    box, score, parts = chain(image[:30]).get()
    assert (box.shape, score.shape, parts) == ((0, 4), (0,), [])
