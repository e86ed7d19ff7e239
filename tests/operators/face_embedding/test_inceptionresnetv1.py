"""Inception-ResNet-v1 gives facenet-pytorch's vectors for the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_faces import facenet_checkpoint, facenet_weights
from towhee import ops
from towhee.errors import UsageError, WeightsError
from towhee.operators.face_embedding.inceptionresnetv1 import InceptionResnetV1Embedding

# What facenet-pytorch 2.6.0's InceptionResnetV1 gives for facenet_weights() and patterns().
REFERENCE = {
    0: [0.0437109, -0.0366822, -0.0070493, 0.0701366, -0.0791015, 0.0221891, 0.0311751, -0.0472631],
    1: [-0.0414047, 0.0158811, 0.036579, -0.0825023, 0.0569196, 0.0112996, -0.0494849, 0.0437216],
}


def patterns() -> list[np.ndarray]:
    row, column, channel = np.indices((160, 160, 3))
    first = row * 3 + column * 5 * channel + channel * 40
    second = row * row // 7 + column * channel
    return [(pattern % 256).astype(np.uint8) for pattern in (first, second)]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return facenet_checkpoint(tmp_path_factory.mktemp("facenet"))


@pytest.fixture(scope="module")
def embed(checkpoint: Path) -> InceptionResnetV1Embedding:
    return InceptionResnetV1Embedding(checkpoint=checkpoint, backend="torch", device="cpu")


def test_vectors_are_those_of_facenet_pytorch(embed: InceptionResnetV1Embedding) -> None:
    vectors = embed.batch(patterns())
    for place, expected in REFERENCE.items():
        assert np.abs(vectors[place][:8] - expected).max() < 1e-6
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1])
    assert vectors[0] @ vectors[1] == pytest.approx(-0.886251, abs=1e-5)


def test_onnxruntime_agrees(checkpoint: Path, embed: InceptionResnetV1Embedding) -> None:
    other = InceptionResnetV1Embedding(
        checkpoint=checkpoint, backend="onnxruntime", precision="float32"
    )
    assert np.abs(other.batch(patterns()) - embed.batch(patterns())).max() < 1e-5


def test_a_pickle_is_loaded_only_if_it_is_trusted(
    embed: InceptionResnetV1Embedding, tmp_path: Path
) -> None:
    import torch

    file = tmp_path / "20180402-114759-vggface2.pt"
    torch.save({name: torch.tensor(each) for name, each in facenet_weights().items()}, file)
    with pytest.raises(WeightsError, match=r"is a pickle.*trust_pickle=True"):
        InceptionResnetV1Embedding(checkpoint=file)
    trusted = InceptionResnetV1Embedding(
        checkpoint=file, trust_pickle=True, backend="torch", device="cpu"
    )
    assert np.array_equal(trusted.batch(patterns()), embed.batch(patterns()))


def test_code_in_a_pickle_is_not_run_even_if_it_is_trusted(tmp_path: Path) -> None:
    import torch

    file = tmp_path / "model.pt"
    torch.save({"conv2d_1a.conv.weight": Path("x")}, file)
    with pytest.raises(WeightsError, match="is damaged, or holds no weights"):
        InceptionResnetV1Embedding(checkpoint=file, trust_pickle=True).load()


def test_weights_of_the_hub_are_a_pickle_and_have_to_be_trusted() -> None:
    with pytest.raises(WeightsError, match=r"py-feat/facenet/.*\.pth' is a pickle"):
        InceptionResnetV1Embedding().load()


def test_other_weights_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    weights = facenet_weights()
    del weights["block8.conv2d.bias"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(WeightsError, match=r"InceptionResnetV1.*block8\.conv2d\.bias"):
        InceptionResnetV1Embedding(checkpoint=tmp_path).load()
    with pytest.raises(WeightsError, match="nowhere' does not exist"):
        InceptionResnetV1Embedding(checkpoint=tmp_path / "nowhere")


def test_the_name_of_earlier_versions_stands_for_it(checkpoint: Path) -> None:
    by_old_name = ops.face_embedding.deepface(checkpoint=str(checkpoint), backend="torch")
    ours = ops.face_embedding.inceptionresnetv1(checkpoint=str(checkpoint), backend="torch")
    assert np.array_equal(by_old_name(patterns()[0]), ours(patterns()[0]))


@pytest.mark.parametrize(
    "wrong",
    [{"model_name": "facenet"}, {"device": "tpu"}, {"backend": "tf"}, {"fidelity": 2}],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        InceptionResnetV1Embedding(**wrong)
