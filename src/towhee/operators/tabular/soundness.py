"""Whether an estimator that was read from a file stays within its own arrays.

The compiled parts of scikit-learn follow the numbers in an estimator without looking whether
what they point to exists, so a file made for it could read any memory, or never end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee.errors import DataError

_LEAF = -1


def require_sound(estimator: Any) -> None:
    """Raise ``DataError`` if its parts do not fit together.

    Args:
        estimator: of scikit-learn, fitted; only trees and support vectors are looked at.
    """
    if hasattr(estimator, "support_vectors_"):
        sound = _has_sound_vectors(estimator)
    else:
        trees = getattr(estimator, "estimators_", [estimator])
        sound = all(_is_sound_tree(one, estimator) for one in trees if hasattr(one, "tree_"))
    if not sound:
        raise DataError(f"the parts of the {type(estimator).__name__} do not fit together")


def _is_sound_tree(one: Any, estimator: Any) -> bool:
    """In a tree that was grown, children come behind their parent: they exist, and it ends."""
    tree, features = one.tree_, int(estimator.n_features_in_)
    count = int(tree.node_count)
    numbers = np.arange(count)
    left, right, feature = tree.children_left, tree.children_right, tree.feature
    is_leaf = (left == _LEAF) & (right == _LEAF)
    is_split = (left > numbers) & (left < count) & (right > numbers) & (right < count)
    is_split &= (feature >= 0) & (feature < features)
    return count > 0 and bool((is_leaf | is_split).all()) and int(one.n_features_in_) == features


def _has_sound_vectors(machine: Any) -> bool:
    """Each class has its share of the support vectors, each pair of classes its boundary."""
    classes, count = len(machine.classes_), len(machine.support_vectors_)
    return bool(
        machine.support_vectors_.shape == (count, machine.n_features_in_)
        and len(machine.n_support_) == classes
        and (machine.n_support_ >= 0).all()
        and machine.n_support_.sum() == count == len(machine.support_)
        and machine.dual_coef_.shape == (classes - 1, count)
        and len(machine.intercept_) == classes * (classes - 1) // 2
    )
