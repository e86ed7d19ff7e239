"""``AutoPipes`` and ``AutoConfig``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

import towhee
from towhee import AutoConfig, AutoPipes, ops, pipe, pipeline
from towhee.builder.config import NodeConfig
from towhee.errors import UnknownNameError, UsageError, WeightsError
from towhee.pipelines import auto

PICTURE = str(Path(towhee.__file__).parent / "samples/gallery/cat.jpg")


@pytest.fixture(autouse=True)
def own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone behind it."""
    monkeypatch.setattr(auto, "_pipes", dict(auto._pipes))
    monkeypatch.setattr(auto, "_configs", dict(auto._configs))


def test_image_embedding_gives_the_vector_of_the_pipeline() -> None:
    (vector,) = AutoPipes.pipeline("image_embedding")(PICTURE).get()
    assert np.array_equal(vector, pipeline("image-embedding")(PICTURE))


def test_a_configuration_is_typed() -> None:
    config = AutoConfig.load_config("image-embedding", model="resnet50")
    assert (config.model, config.device) == ("resnet50", -1)
    with pytest.raises(UsageError, match=r"modell: Extra inputs.*it has device, .*model\)"):
        AutoConfig.load_config("image-embedding", modell="resnet50")
    with pytest.raises(UsageError, match="device: Input should be a valid integer"):
        AutoPipes.pipeline("image-embedding", device="gpu")
    with pytest.raises(ValueError, match="valid integer"):
        config.device = "gpu"


def test_an_operator_of_one_s_own_takes_the_place_of_the_model() -> None:
    width = ops.runas_op(func=lambda image: image.shape[1])
    config = AutoConfig.load_config("image-embedding")
    config.customize_embedding_op = width
    assert AutoPipes.pipeline("image-embedding", config)(np.zeros((5, 7, 3), np.uint8)).get() == [7]
    config.customize_embedding_op = np.ndim
    assert AutoPipes.pipeline("image-embedding", config=config)(PICTURE).get() == [3]


def test_the_model_is_that_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsError, match="resnet34"):
        AutoPipes.pipeline("image-embedding", model="resnet34")


def test_names_that_there_are_not() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'image-embedding'"):
        AutoPipes.pipeline("image-embeding")
    with pytest.raises(UnknownNameError, match="did you mean 'sentence-embedding'"):
        AutoConfig.load_config("sentence_embeding")


def test_a_configuration_of_another_pipe() -> None:
    config = AutoConfig.load_config("sentence_embedding")
    with pytest.raises(UsageError, match="configured by a ImageEmbeddingConfig"):
        AutoPipes.pipeline("image-embedding", config)


def test_pipes_of_one_s_own() -> None:
    @AutoConfig.register("adding")
    class Adding(BaseModel):
        amount: int = 1

    @AutoPipes.register
    def adding(config: Adding) -> Any:
        return pipe.input("n").map("n", "sum", lambda n: n + config.amount).output("sum")

    assert "adding" in AutoPipes.names()
    assert AutoPipes.pipeline("adding")(1).get() == [2]
    assert AutoPipes.pipeline("adding", amount=5)(1).get() == [6]
    assert AutoPipes.pipeline("adding", Adding(amount=3), amount=4)(1).get() == [5]
    with pytest.raises(UsageError, match="the name 'adding' is taken"):
        AutoPipes.register("adding")(adding)
    with pytest.raises(UsageError, match="a configuration is a pydantic model"):
        AutoConfig.register("other")(dict)  # type: ignore[type-var]


def test_a_node_s_device_goes_to_an_operator_that_takes_one() -> None:
    embed = ops.image_embedding.timm(model_name="resnet18", pretrained=False)
    start = pipe.input("image")
    gpu = start.map("image", "v", embed, config=AutoConfig.LocalGPUConfig(1))
    cpu = start.map("image", "v", embed, config=AutoConfig.LocalCPUConfig())
    own = start.map(
        "image",
        "v",
        ops.image_embedding.timm(model_name="resnet18", device="cuda:3"),
        config={"device": 0},
    )
    none = start.map("image", "v", ops.image_decode.pil(), config={"device": 0})
    devices = [dict(each._nodes[0].function.kwargs).get("device") for each in (gpu, cpu, own, none)]  # type: ignore[union-attr]
    assert devices == ["cuda:1", "cpu", "cuda:3", None]


def test_a_node_s_name_is_that_of_debug() -> None:
    named = pipe.input("n").map("n", "m", abs, config=NodeConfig(name="size")).output("m")
    assert [node.name for node in named.debug(-1, tracer=True).nodes] == ["size"]
    assert "name: size" in named.to_yaml()


@pytest.mark.parametrize("config", ["cpu", {"devices": 1}, {"device": "cpu"}, {"device": -2}])
def test_a_node_s_configuration_that_is_none(config: Any) -> None:
    with pytest.raises(UsageError, match=r"config|device is the number"):
        pipe.input("n").map("n", "m", abs, config=config)


def test_every_pipeline_of_the_catalogue_is_a_pipe() -> None:
    config = AutoConfig.load_config("image-embedding-resnet18", pretrained=False)
    embed = AutoPipes.pipeline("image_embedding_resnet18", config, normalize=False)
    (vector,) = embed(PICTURE).get()
    assert vector.shape == (512,)
    assert np.linalg.norm(vector) != pytest.approx(1, abs=1e-3)
    assert "image-embedding-resnet18" in AutoPipes.names()
    with pytest.raises(UnknownNameError, match="did you mean 'normalize'"):
        AutoPipes.pipeline("image-embedding-resnet18", normalise=False)
