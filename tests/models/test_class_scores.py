"""Classes from the scores of a classifier."""

from __future__ import annotations

import numpy as np

from towhee.models.class_scores import softmax, surest_classes
from towhee.types import Classification

LABELS = ["wren", "towhee", "owl"]


def test_shares_add_up_to_one_and_keep_the_odds() -> None:
    shares = softmax(np.log([[1.0, 2.0, 5.0]]))
    np.testing.assert_allclose(shares, [[0.125, 0.25, 0.625]])


def test_logits_that_overflow_as_powers_have_shares() -> None:
    assert softmax(np.array([[1e4, 1e4, 0.0]], np.float32)).tolist() == [[0.5, 0.5, 0.0]]


def test_the_surest_come_first_and_topk_cuts_the_others() -> None:
    (found,) = surest_classes(np.array([[0.2, 0.7, 0.1]]), LABELS, topk=2)
    assert found == [Classification("towhee", 0.7), Classification("wren", 0.2)]


def test_classes_of_one_score_stay_in_the_order_of_the_model() -> None:
    (found,) = surest_classes(np.array([[0.5, 0.0, 0.5]]), dict(enumerate(LABELS)), topk=None)
    assert [each.label for each in found] == ["wren", "owl", "towhee"]
