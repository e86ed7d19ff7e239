"""``heatmap``: where in an image a model's answer comes from."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import short
from towhee.operators.image_classification.timm import TimmImageClassification
from towhee.operators.image_decode.pil import PilImageDecode
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.image_embedding.timm import TimmImageEmbedding
from towhee.types import Image
from towhee.viz.heat_model import class_number, explained_operator, image_network
from towhee.viz.heat_view import Heatmap

if TYPE_CHECKING:
    from towhee.models.heatmaps.explanation import Explanation
    from towhee.models.image_network import ImageNetwork

# Any: an array of any numbers is a vector, whatever their type.
Target = int | str | npt.NDArray[Any]


# Any: whatever names an operator, and whatever is an image, as operators take them.
def heatmap(op: Any, image: Any, other: Any | None = None, target: Target | None = None) -> Heatmap:
    """Which parts of an image a model's answer comes from, laid over the image itself.

    - Of a classifier, what speaks for a class: by Grad-CAM in a convolutional network, by
      attention rollout weighted with gradients in a transformer.
    - Of an embedding, what the vector is made of: by Grad-CAM of the inner product with itself,
      or by attention rollout.
    - Of an embedding and two images, what made these two match: where the vector is the mean over
      places, each place's exact share of their cosine; else by Grad-CAM, or weighted rollout, of
      the cosine.

    The model is run once more for it, on the CPU and in float32, whatever runs the operator.
    The operator itself is left as it is. What the model's preparation resized and cropped is
    undone: what was cut off has no heat.

    Args:
        op: an operator (``ops.image_embedding.timm(...)``, or the object itself), its reference,
            or a pipeline with one such operator.
        image: a path, an address, bytes, a PIL image, an ``Image``, or an array.
        other: a second image; the result's ``other`` is the heatmap of that one.
        target: the number or name of a class, for ``image_classification.timm``, and for
            ``image_embedding.timm`` where the weights have a classifier; the surest class if not
            given to a classifier. Or a vector ``(d,)`` in the space of an embedding, such as that
            of a text by CLIP's other tower: what of the image is similar to it.

    Raises:
        UsageError: for what cannot be explained, both ``other`` and ``target``, or random
            weights.
        UnknownNameError: for a class that the model does not know.
        DataError: for what is no image, or a vector of another length.
        WeightsError: if weights are absent, damaged, or have no classifier.

    Example:
        >>> from towhee import ops, viz
        >>> embed = ops.image_embedding.timm(model_name="mobilenetv2_100")
        >>> match = viz.heatmap(embed, "a.jpg", "b.jpg")  # doctest: +SKIP
        >>> match.share((40, 30, 120, 90)), match.other.share((10, 10, 90, 70))  # doctest: +SKIP
        (0.61, 0.58)
        >>> match.save("a_match.png")  # doctest: +SKIP

    Source: Selvaraju et al. 2017 (Grad-CAM); Chen et al., "Adapting Grad-CAM for Embedding
    Networks", WACV 2020, https://arxiv.org/abs/2001.06538; Abnar and Zuidema 2020 (attention
    rollout); Chefer et al. 2021 (weighted rollout); Stylianou et al. 2019 (similarity shares). The
    modules of ``towhee.models.heatmaps`` cite each in full.
    """
    if other is not None and target is not None:
        raise UsageError("a heatmap explains a pair or a target: pass other= or target=, not both")
    operator = explained_operator(op)
    is_classifier = isinstance(operator, TimmImageClassification)
    if is_classifier and other is not None:
        raise UsageError(
            "a classifier gives no vectors to compare: explain a pair with image_embedding.timm"
        )
    first = _opened(image)
    if other is not None:
        return _of_pair(image_network(operator), first, _opened(other))
    if isinstance(target, np.ndarray):
        if is_classifier:
            raise UsageError("target of a classifier is a class, not a vector")
        return _of_vector(image_network(operator), first, target)
    if target is not None or is_classifier:
        return _of_class(operator, first, _checked(target))
    return _of_embedding(image_network(operator), first)


def _of_class(operator: Any, image: Image, target: int | str | None) -> Heatmap:
    from towhee.models.heatmaps.explanation import explained_class
    from towhee.models.heatmaps.loaded import traces

    if not isinstance(operator, (TimmImageClassification, TimmImageEmbedding)):
        raise UsageError(
            f"{type(operator).__name__} knows no classes, such as {target!r}: target is a vector "
            "in its space, or None"
        )
    network = operator.classifier()
    (trace,) = traces(network, [network.prepared(image)])
    names = operator.class_names(len(trace.vector))
    surest = int(trace.vector.argmax())
    number = surest if target is None else class_number(target, names, network.name)
    return _laid_over(image, network, explained_class(trace, number), f"class {names[number]!r}")


def _of_embedding(network: ImageNetwork, image: Image) -> Heatmap:
    from towhee.models.heatmaps.explanation import explained_vector
    from towhee.models.heatmaps.loaded import traces

    (trace,) = traces(network, [network.prepared(image)])
    return _laid_over(image, network, explained_vector(trace), "the vector")


def _of_vector(network: ImageNetwork, image: Image, target: npt.NDArray[Any]) -> Heatmap:
    from towhee.models.heatmaps.explanation import explained_similarity
    from towhee.models.heatmaps.loaded import traces

    (trace,) = traces(network, [network.prepared(image)])
    vector = np.asarray(target)
    if vector.shape != tuple(trace.vector.shape) or vector.dtype.kind not in "fiu":
        raise DataError(
            f"target is a vector of {len(trace.vector)} numbers of {network.name}'s space, not "
            f"{short(target)}"
        )
    explanation = explained_similarity(trace, vector.astype(np.float32))
    return _laid_over(image, network, explanation, f"similarity {explanation.score:.3f}")


def _of_pair(network: ImageNetwork, image: Image, other: Image) -> Heatmap:
    from towhee.models.heatmaps.explanation import explained_similarity
    from towhee.models.heatmaps.loaded import traces

    one, two = traces(network, [network.prepared(image), network.prepared(other)])
    mine = explained_similarity(one, two.vector.detach().numpy())
    others = explained_similarity(two, one.vector.detach().numpy())
    about = f"similarity {mine.score:.3f}"
    second = _laid_over(other, network, others, about)
    return replace(_laid_over(image, network, mine, about), other=second)


def _laid_over(image: Image, network: ImageNetwork, found: Explanation, about: str) -> Heatmap:
    from towhee.models.heatmaps.frame import on_pixels

    pixels = np.ascontiguousarray(image.to("RGB"))
    height, width = pixels.shape[:2]
    seen = network.preprocess.seen((width, height))
    values = on_pixels(found.grid, seen, (width, height))
    if found.method != "similarity shares" and values.sum() > 0:
        values /= values.sum()  # a border may have had some of it
    heat = values.astype(np.float32)
    return Heatmap(heat, np.asarray(pixels), seen, found.method, about, found.score)


def _opened(image: Any) -> Image:
    if isinstance(image, (str, os.PathLike, bytes)):
        return as_image(PilImageDecode()(image))
    return as_image(image)


def _checked(target: object) -> int | str | None:
    if isinstance(target, bool) or not isinstance(target, (int, np.integer, str, type(None))):
        raise UsageError(
            f"target is the number or name of a class, or a vector as an array, not {short(target)}"
        )
    return int(target) if isinstance(target, np.integer) else target
