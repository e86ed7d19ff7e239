"""The part of a network that is not trained, and the part behind it that is.

What the frozen part gives for an image is the same every epoch, so it is computed once, on the
engine that serves the model, and the epochs run through the trained part alone.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError

if TYPE_CHECKING:
    import torch

_AGREES = 1e-4
"""How far, relative to the greatest value, a network cut in two may differ from the whole."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A network cut in two.

    Attributes:
        layer: the last module of the frozen part.
        shape: of its output for one image.
        tail: the network with everything up to that module replaced by nothing; it shares its
            weights with the model.
    """

    layer: str
    shape: tuple[int, ...]
    tail: Any


def cut_network(model: Any, input_size: tuple[int, int, int]) -> Cut | None:
    """Cut a network behind its last stage that is frozen; ``None`` if it cannot be cut there.

    A network can be cut where everything behind depends on nothing but one module's output. That
    is tried, on random pixels, and not guessed from the network's kind.

    Args:
        model: of timm, whose frozen parameters need no gradient.
        input_size: of its pixels.
    """
    import torch

    frozen = _frozen_modules(model)
    if not frozen:
        return None
    layer = frozen[-1]
    taken: list[torch.Tensor] = []
    hook = model.get_submodule(layer).register_forward_hook(
        lambda module, inputs, output: taken.append(output)
    )
    was_training = model.training
    model.eval()
    try:
        generator = torch.Generator().manual_seed(0)
        with torch.inference_mode():
            whole = model(torch.randn(2, *input_size, generator=generator))
    finally:
        hook.remove()
        model.train(was_training)
    if len(taken) != 1 or not isinstance(taken[0], torch.Tensor):
        return None
    tail = copy.copy(model)  # its modules are the model's, in containers of its own
    _share(tail)
    for name in frozen:
        _replace(tail, name)
    tail.eval()
    try:
        with torch.inference_mode():
            again = tail(taken[0])
    except (RuntimeError, TypeError, ValueError, AttributeError):
        return None  # it is no chain of modules: shapes do not fit
    finally:
        tail.train(was_training)
    if again.shape != whole.shape:
        return None
    worst = float((again - whole).abs().max() / whole.abs().max().clamp(min=1e-12))
    return Cut(layer, tuple(taken[0].shape[1:]), tail) if worst < _AGREES else None


def _frozen_modules(model: Any) -> list[str]:
    """Everything in front of the first module with a weight that is trained, outermost first."""
    found: list[str] = []

    def look(module: Any, prefix: str) -> bool:
        for name, child in module.named_children():
            if not any(parameter.requires_grad for parameter in child.parameters()):
                found.append(prefix + name)
            elif list(child.children()) and not _is_trained_whole(child):
                return look(child, f"{prefix}{name}.")
            else:
                return True
        return True

    look(model, "")
    weighty = [
        place
        for place, name in enumerate(found)
        if any(True for _ in model.get_submodule(name).parameters())
    ]
    return found[: weighty[-1] + 1] if weighty else []


def _is_trained_whole(module: Any) -> bool:
    return all(parameter.requires_grad for parameter in module.parameters())


def _share(module: Any) -> None:
    """Give a copy containers of its own, all the way down, with the same weights in them."""
    module._modules = dict(module._modules)
    for name, child in module._modules.items():
        if child is not None:
            module._modules[name] = copy.copy(child)
            _share(module._modules[name])


def _replace(model: Any, name: str) -> None:
    import torch

    parent, _, last = name.rpartition(".")
    owner = model.get_submodule(parent) if parent else model
    if last not in owner._modules:
        raise UsageError(f"there is no module {name!r}")
    owner._modules[last] = torch.nn.Identity()
