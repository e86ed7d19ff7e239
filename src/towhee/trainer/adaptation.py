"""Which weights of a network are trained, and how fast each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from towhee.trainer.importing import import_peft

_RANK = 8
_STAGE_DECAY = 0.7
"""The learning rate of a stage, as a share of that of the stage behind it."""

_PARTIAL_SHARE = 0.5
"""The share of all weights that the last stages have together, which partial training trains."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    """A network made ready for training.

    Attributes:
        groups: the optimizer's groups: ``params``, ``lr`` and ``weight_decay``.
        finish: makes a network of the original form again, in place.
        trained: what is trained, in words.
    """

    groups: list[dict[str, Any]]
    finish: Callable[[], None]
    trained: str


def adapted(
    model: Any, method: str, lr: float, weight_decay: float, stages: list[list[Any]]
) -> Adaptation:
    """Freeze what a method does not train, and add what it adds.

    Args:
        model: a network, changed in place.
        method: ``"full"``, ``"partial"`` or ``"lora"``.
        lr: of the last stage; stages in front of it have less, except under ``"lora"``, where the
            added layers all have it.
        weight_decay: of matrices and kernels; biases and scales have none.
        stages: the network's parameters, stage by stage, the first in front.
    """
    if method == "lora":
        return _low_rank(model, lr, weight_decay)
    first = 0 if method == "full" else _first_of_last(stages)
    groups = []
    for place, parameters in enumerate(stages):
        for parameter in parameters:
            parameter.requires_grad = place >= first
        if place >= first:
            rate = lr * _STAGE_DECAY ** (len(stages) - 1 - place)
            groups += _groups(parameters, rate, weight_decay)
    # What comes out of a frozen part is not what a batch of few samples says of it: with the
    # batch's own statistics, MobileNetV2 lost a third of its accuracy in one epoch on CIFAR-10.
    freeze_statistics(model, all_of_them=method == "partial")
    count = len(stages) - first
    share = sum(weight.numel() for stage in stages[first:] for weight in stage) / max(
        1, sum(weight.numel() for stage in stages for weight in stage)
    )
    trained = f"the last {count} of {len(stages)} stages, {share:.0%} of the weights"
    return Adaptation(groups, lambda: None, trained if first else "all weights")


def freeze_statistics(model: Any, *, all_of_them: bool) -> None:
    """Keep batch norms as they are: those that are not trained or are folded, or all of them.

    They are marked, and ``set_training_mode`` leaves the marked ones in evaluation mode.
    """
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            frozen = not any(parameter.requires_grad for parameter in module.parameters(False))
            if all_of_them or frozen or _is_folded(module):
                module.keeps_statistics = True  # type: ignore[assignment]  # a mark of ours


def _is_folded(norm: Any) -> bool:
    """Whether the statistics of a batch norm went into the convolution in front of it.

    Models converted from other formats have such norms: they only add their bias. Divided by the
    statistics of a batch their outputs are another network's, in MobileNetV2 all but zero.
    """
    import torch

    if norm.running_mean is None or norm.bias is None or not norm.bias.any():
        return False  # without a bias it is new, and has seen nothing yet
    one = torch.ones_like(norm.running_var)
    is_one = (norm.running_var - one).abs() <= 2 * norm.eps  # some leave out what is added to it
    return bool(is_one.all()) and not norm.running_mean.any()


def keep_known_statistics(model: Any) -> bool:
    """Keep those batch norms as they are that were trained before; the new ones learn.

    A new one has mean 0, variance 1 and no bias. Weights whose batch norms were folded into the
    layers in front of them have a bias, and with a batch's own statistics they give nothing.

    Returns:
        Whether there are any to keep.
    """
    import torch

    found = False
    for module in model.modules():
        if not isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            continue
        if module.running_mean is None or module.running_var is None:
            continue
        is_new = not module.running_mean.any() and bool((module.running_var == 1).all())
        if not is_new or (module.bias is not None and bool(module.bias.any())):
            module.keeps_statistics = True  # type: ignore[assignment]  # a mark of ours
            found = True
    return found


def set_training_mode(module: Any) -> None:
    """Training mode for everything but the batch norms that keep their statistics."""
    module.train()
    for each in module.modules():
        if getattr(each, "keeps_statistics", False):
            each.eval()


def _first_of_last(stages: list[list[Any]]) -> int:
    """Where the last stages begin that have half of the weights; never the first of all."""
    sizes = [sum(weight.numel() for weight in stage) for stage in stages]
    for place in range(len(stages) - 1, 0, -1):
        if sum(sizes[place:]) >= _PARTIAL_SHARE * sum(sizes):
            return place
    return min(1, len(stages) - 1)


def _groups(parameters: list[Any], lr: float, weight_decay: float) -> list[dict[str, Any]]:
    matrices = [weight for weight in parameters if weight.ndim > 1]
    others = [weight for weight in parameters if weight.ndim <= 1]
    found = [(matrices, weight_decay), (others, 0.0)]
    return [{"params": each, "lr": lr, "weight_decay": decay} for each, decay in found if each]


def _low_rank(model: Any, lr: float, weight_decay: float) -> Adaptation:
    """Low-rank layers beside every linear layer and every convolution that is not grouped.

    Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.
    """
    import torch

    peft = import_peft()
    names = [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
        or (isinstance(module, torch.nn.Conv2d) and module.groups == 1)
    ]
    config = peft.LoraConfig(r=_RANK, lora_alpha=2 * _RANK, target_modules=names)
    tuner = peft.LoraModel(model, {"default": config}, "default")
    freeze_statistics(model, all_of_them=True)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    share = sum(weight.numel() for weight in trained) / sum(
        weight.numel() for weight in model.parameters()
    )

    def finish() -> None:
        tuner.merge_and_unload()

    return Adaptation(
        _groups(trained, lr, weight_decay),
        finish,
        f"layers of rank {_RANK} beside {len(names)} layers, {share:.0%} of the weights",
    )
