"""A network small enough to be made, exported and measured in a moment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tiny_models import tiny_checkpoint
from towhee.models.spec import ModelSpec, model_spec
from towhee.models.timm_image_network import TimmImageNetwork


@pytest.fixture(scope="session")
def tiny_spec(tmp_path_factory: pytest.TempPathFactory) -> ModelSpec:
    """The specification of timm's smallest ResNet."""
    folder = tiny_checkpoint(tmp_path_factory.mktemp("tiny") / "resnet")
    return model_spec("test_resnet", checkpoint=folder, pretrained=True, trust_pickle=False)


@pytest.fixture(scope="session")
def network(tiny_spec: ModelSpec) -> TimmImageNetwork:
    """It, as every backend can be made from it."""
    return TimmImageNetwork(tiny_spec, None, None)


@pytest.fixture(scope="session")
def pixels(network: TimmImageNetwork) -> npt.NDArray[np.uint8]:
    """Real photographs as it takes them, ``(8, height, width, 3)``."""
    return np.concatenate([batch[0] for batch in network.calibration()[:8]])
