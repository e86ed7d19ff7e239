"""Write ``src/towhee/functional/_namespaces.py`` from the table of built-in operators.

python tools/generate_namespaces.py            write the file
python tools/generate_namespaces.py --check    fail if it is stale
"""

from __future__ import annotations

import argparse
import ast
import builtins
import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

from towhee.hub.builtin_operators import BUILTIN_OPERATORS

TARGET = Path(__file__).parent.parent / "src/towhee/functional/_namespaces.py"
TYPING = {"Any", "Callable", "Iterable", "Literal", "Mapping", "Sequence"}

HEADER = '''"""The built-in operators, typed. Written by tools/generate_namespaces.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from towhee.functional.operator_call import Build, OperatorCall

R = TypeVar("R")
F = TypeVar("F")
'''


def class_name(dotted: str) -> str:
    """``image_decode.cv2`` as ``ImageDecodeCv2``."""
    return "".join(word.capitalize() for word in dotted.replace(".", "_").split("_"))


def summary(target: Any) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(target) or "").splitlines()[0].replace('"""', "'''")


def annotation(text: Any) -> str:
    """An annotation that the generated file understands; ``Any`` for names of other modules."""
    if text is inspect.Parameter.empty:
        return "Any"
    names = {node.id for node in ast.walk(ast.parse(str(text))) if isinstance(node, ast.Name)}
    known = TYPING | set(dir(builtins))
    return str(text) if names <= known else "Any"


def signature(target: Any) -> str:
    """The parameters of an operator's class, as source."""
    if not isinstance(target, type):
        return "self"
    if target.__init__ is object.__init__:
        return "self"
    shown: list[str] = []
    starred = False
    for parameter in inspect.signature(target).parameters.values():
        if parameter.name.startswith("_"):  # which the library itself fills in
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        if parameter.kind is parameter.VAR_KEYWORD:
            shown.append(f"**{parameter.name}: {annotation(parameter.annotation)}")
            continue
        text = f"{parameter.name}: {annotation(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            simple = isinstance(parameter.default, (int, float, str, bool, tuple, type(None)))
            text += f" = {parameter.default!r}" if simple else " = ..."
        shown.append(text)
    return ", ".join(["self", *shown])


def operator_class(dotted: str, target: str) -> str:
    """The class of one operator."""
    module, _, attribute = target.partition(":")
    operator = getattr(importlib.import_module(module), attribute)
    name = class_name(dotted)
    return f'''

class {name}(OperatorCall[R, F]):
    """{summary(operator)}"""

    __slots__ = ()

    if TYPE_CHECKING:

        def __call__({signature(operator)}) -> R: ...
        def __getitem__(self, columns: Any) -> {name}[F, F]: ...
'''


def attribute(dotted: str, build: str, doc: str) -> str:
    """The property through which an operator or a namespace is reached."""
    last = dotted.split(".")[-1]
    name = class_name(dotted)
    return f'''
    @property
    def {last}(self) -> {name}[R, F]:
        """{doc}"""
        return {name}({build}, "{dotted}")
'''


def generate() -> str:
    """The whole file."""
    table = dict(sorted(BUILTIN_OPERATORS.items()))
    parts = [HEADER]
    tasks: dict[str, list[str]] = {}
    roots: list[str] = []
    docs: dict[str, str] = {}
    for dotted, target in table.items():
        parts.append(operator_class(dotted, target))
        module, _, name = target.partition(":")
        docs[dotted] = summary(getattr(importlib.import_module(module), name))
        task, _, rest = dotted.partition(".")
        if rest:
            tasks.setdefault(task, []).append(dotted)
        else:
            roots.append(dotted)
    for task, members in tasks.items():
        doc = summary(importlib.import_module(f"towhee.operators.{task}"))
        docs[task] = doc
        parts.append(f'\n\nclass {class_name(task)}(OperatorCall[R, F]):\n    """{doc}"""\n')
        parts.append("\n    __slots__ = ()\n")
        parts += [attribute(member, "self._build", docs[member]) for member in members]
    top = sorted([*roots, *tasks])
    parts.append('\n\nclass Towhee(OperatorCall[R, F]):\n    """The default namespace."""\n')
    parts.append("\n    __slots__ = ()\n")
    parts += [attribute(name, "self._build", docs[name]) for name in top]
    parts.append(
        '''

class Namespaces(Generic[R, F]):
    """The built-in operators as attributes; a subclass says in ``_apply`` what to do with one."""

    _apply: Build[Any]

    @property
    def towhee(self) -> Towhee[R, F]:
        """The default namespace: ``towhee.search_vectors`` is ``search_vectors``."""
        return Towhee(self._apply, "towhee")
'''
    )
    parts += [attribute(name, "self._apply", docs[name]) for name in top]
    return formatted("".join(parts))


def formatted(source: str) -> str:
    """The source as ruff writes it, without imports that it does not need."""
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(TARGET)]
    fix = [*ruff, "check", "--quiet", "--select", "F401,I", "--fix", *name, "-"]
    fixed = subprocess.run(fix, input=source, text=True, capture_output=True, check=True).stdout
    done = [*ruff, "format", "--quiet", *name, "-"]
    return subprocess.run(done, input=fixed, text=True, capture_output=True, check=True).stdout


def main() -> None:
    """Write or check the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the file is stale")
    source = generate()
    if not parser.parse_args().check:
        TARGET.write_text(source)
    elif TARGET.read_text() != source:
        sys.exit(f"{TARGET.name} is stale: run python tools/generate_namespaces.py")


if __name__ == "__main__":
    main()
