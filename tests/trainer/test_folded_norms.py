"""Weights whose batch norms were folded into convolutions stay the network that they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from towhee.models.timm_models import import_timm
from towhee.trainer.adaptation import freeze_statistics, set_training_mode


def a_network() -> torch.nn.Module:
    torch.manual_seed(0)
    network: torch.nn.Module = import_timm().create_model("test_resnet", num_classes=0)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            with torch.no_grad():  # as they are after a training
                module.running_mean.normal_()
                module.running_var.uniform_(2, 9)
                module.bias.normal_()
    return network


def folded(network: torch.nn.Module) -> torch.nn.Module:
    """Norms that only add, what they divided by being in the weights in front of them."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            with torch.no_grad():
                module.running_mean.zero_()
                module.running_var.fill_(1)
                module.weight.fill_(1)
    return network


def difference(network: torch.nn.Module) -> float:
    """Between what a network gives in training and where it is served, as a share."""
    pixels = torch.randn(8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        served = network.eval()(pixels)
        set_training_mode(network)
        return float((network(pixels) - served).norm() / served.norm())


def test_a_folded_network_is_trained_as_it_is_served() -> None:
    # The batch's own statistics make another network of it.
    assert difference(folded(a_network())) > 0.5
    network = folded(a_network())
    freeze_statistics(network, all_of_them=False)
    assert difference(network) == 0


@pytest.mark.parametrize("make", [a_network, lambda: import_timm().create_model("test_resnet")])
def test_norms_that_were_trained_or_are_new_learn_their_statistics(make: object) -> None:
    network = make()  # type: ignore[operator]
    freeze_statistics(network, all_of_them=False)
    set_training_mode(network)
    norms = [each for each in network.modules() if isinstance(each, torch.nn.BatchNorm2d)]
    assert norms
    assert all(norm.training for norm in norms)


def test_the_folded_weights_of_mobilenet_are_known(shared_data: Path) -> None:
    folder = shared_data.parent / "models" / "mobilenetv2_100.tf_in1k"
    network = import_timm().create_model(f"local-dir:{folder}", pretrained=True, num_classes=0)
    freeze_statistics(network, all_of_them=False)
    assert difference(network) == 0
