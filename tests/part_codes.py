"""A warehouse's codes for its parts, which no model knows, and what they say in plain words.

A code is three invented words, for a material, a kind and a colour. How alike a code and a
description are is a rule, the share of the three that they have in common, and no model's word.
Parts that are measured with are combinations that were not trained on, of words that were.
"""

from __future__ import annotations

import random
from typing import Any

from towhee.trainer import dataset
from towhee.trainer.data import TrainingData

MATERIALS = {"brell": "steel", "tonk": "wooden", "vask": "glass", "plim": "rubber"}
KINDS = {"ruv": "bolt", "sib": "hinge", "gaff": "hook", "lem": "washer"}
COLOURS = {"mip": "red", "wug": "green", "fep": "blue", "kib": "black"}

Part = tuple[str, str, str]


def _parts() -> list[Part]:
    found = [(one, two, three) for one in MATERIALS for two in KINDS for three in COLOURS]
    random.Random(0).shuffle(found)
    return found


PARTS = _parts()
KNOWN, HELD_OUT = PARTS[:44], PARTS[44:]


def code(part: Part) -> str:
    """As the warehouse writes it."""
    return " ".join(part)


def description(part: Part) -> str:
    """As a customer says it."""
    return f"a {COLOURS[part[2]]} {MATERIALS[part[0]]} {KINDS[part[1]]}"


def likeness(one: Part, other: Part) -> float:
    """The share of what they have in common."""
    return sum(a == b for a, b in zip(one, other, strict=True)) / 3


def matching(parts: list[Part]) -> TrainingData:
    """Each code with its description."""
    rows = [{"code": code(part), "text": description(part)} for part in parts]
    return dataset(rows, value=("code", "text"), label=False)


def scored(parts: list[Part], count: int, seed: int) -> TrainingData:
    """Codes with descriptions of the same or of other parts, and how alike they are."""
    drawn = random.Random(seed)
    rows: list[dict[str, Any]] = []
    while len(rows) < count:
        one, other = drawn.choice(parts), drawn.choice(parts)
        score = likeness(one, other)
        if score >= drawn.random():  # most of all pairs have nothing in common
            rows.append({"code": code(one), "text": description(other), "score": score})
    return dataset(rows, value=("code", "text"), label="score")
