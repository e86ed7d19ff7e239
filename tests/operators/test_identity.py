"""An operator's identity is the same in every process, and changes with what it does."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from towhee.hub.reference import reference
from towhee.operators.base import OperatorRef
from towhee.operators.identity import operator_fingerprint, reference_identity
from towhee.operators.image_decode.pil import PilImageDecode


def doubled(value: float) -> float:
    return 2 * value


def make(factor: float) -> Any:
    def scaled(value: float) -> float:
        return factor * value

    return scaled


tripled = make(3)


def ref(*args: Any, **kwargs: Any) -> OperatorRef:
    return OperatorRef("doubled", doubled, args, tuple(kwargs.items()))


def test_it_is_the_same_in_another_process() -> None:
    program = (
        "from towhee.hub.reference import reference\n"
        "from towhee.operators.identity import reference_identity\n"
        "print(reference_identity(reference('image_decode.pil', 'BGR', max_pixels=9)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    here = reference_identity(reference("image_decode.pil", "BGR", max_pixels=9))
    assert done.stdout == f"{here}\n"


DIFFERENT: list[Any] = [
    1,
    1.0,
    "1",
    b"1",
    True,
    None,
    (1,),
    [1],
    {1},
    {"a": 1},
    {"a": 2},
    Path("1"),
    np.float32(1),
    np.array([1]),
    np.array([1], np.int8),
    np.array([[1]]),
    ((1, 2), 3),
    (1, (2, 3)),
]


def test_every_argument_makes_another() -> None:
    found = [reference_identity(ref(value)) for value in DIFFERENT]
    assert None not in found
    assert len(set(found)) == len(DIFFERENT)
    assert reference_identity(ref(a=1)) != reference_identity(ref(b=1))
    assert reference_identity(ref(a=1)) != reference_identity(ref(1))


def test_the_same_arguments_make_the_same() -> None:
    assert reference_identity(ref({"a": 1, "b": 2})) == reference_identity(ref({"b": 2, "a": 1}))
    assert reference_identity(ref(np.arange(3))) == reference_identity(ref(np.arange(3)))


@pytest.mark.parametrize("argument", [len, lambda: 1, object(), np.array([object()]), [{1: len}]])
def test_an_argument_whose_content_cannot_be_told_leaves_none(argument: Any) -> None:
    assert reference_identity(ref(argument)) is None


@pytest.mark.parametrize("target", [len, lambda value: value, tripled, make(3), PilImageDecode()])
def test_what_is_defined_in_no_file_under_its_name_has_none(target: Any) -> None:
    assert reference_identity(OperatorRef("name", target)) is None


def test_a_class_inside_a_function_has_none() -> None:
    class Inner:
        def __call__(self, value: Any) -> Any:
            return value

    assert reference_identity(OperatorRef("inner", Inner)) is None


def test_code_that_is_edited_makes_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "edited_module.py"

    def imported() -> Any:
        spec = importlib.util.spec_from_file_location("edited_module", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "edited_module", module)
        spec.loader.exec_module(module)
        return module.double

    file.write_text("def double(x):\n    return 2 * x\n")
    first = imported()
    before = reference_identity(OperatorRef("double", first))
    file.write_text("def double(x):\n    return x + x\n")
    assert reference_identity(OperatorRef("double", first)) == before, "it still runs as it was"
    after = reference_identity(OperatorRef("double", imported()))
    assert before is not None
    assert after is not None
    assert after != before


def test_a_function_has_no_fingerprint_beside_its_identity() -> None:
    assert operator_fingerprint(doubled) == ""
    assert operator_fingerprint(PilImageDecode()) == ""
