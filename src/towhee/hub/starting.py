"""``towhee hub init``: the folder that a package or an operator of one's own begins with."""

from __future__ import annotations

import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template

from towhee.errors import UsageError
from towhee.hub.card import card_of
from towhee.hub.manifest import CARD, PIPELINE_FILE, Kind, Manifest
from towhee.hub.names import package_name
from towhee.hub.package import Package, listed_files
from towhee.hub.pushing import write_package
from towhee.hub.registry import names

_DOTTED = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){0,2}")
_SUMMARY = "what it does, in one line"
_CODE = "operator.py"


def started_package(name: str, folder: Path, kind: Kind = "pipeline") -> Package:
    """A package that is complete as it stands, to be changed into one's own.

    Args:
        name: ``"owner/name"``.
        folder: one that is not there yet, or is empty.
        kind: pipeline; operator, with Python of its own; or model, files alone.

    Raises:
        UsageError: if it is no name, or the folder holds something.
    """
    short_name = package_name(name).partition("/")[2]
    _make(folder)
    values = {"short": short_name, "summary": _SUMMARY, "operator": name}
    code: str | None = None
    inputs: tuple[str, ...] = ("image",)
    outputs: tuple[str, ...] = ("vector",)
    if kind == "pipeline":
        _write(folder / PIPELINE_FILE, "pipeline/pipeline.yaml", values)
    elif kind == "operator":
        klass = _class_name(short_name)
        _write(folder / _CODE, "operator/operator.py", {**values, "klass": klass})
        code, inputs = f"{_CODE}:{klass}", ("text",)
    else:
        (folder / "weights").mkdir()
        inputs, outputs = (), ()
    (folder / CARD).touch()
    manifest = Manifest(
        name=name,
        version="0.1.0",
        kind=kind,
        summary=_SUMMARY,
        code=code,
        inputs=inputs,
        outputs=outputs,
        towhee=version("towhee"),
        files=listed_files(folder),
    )
    (folder / CARD).write_text(card_of(manifest), encoding="utf-8")
    return write_package(folder, manifest)


def started_operator(operator: str, folder: Path) -> Path:
    """A Python package that adds an operator to towhee wherever it is installed.

    It has tests, which pass as they stand.

    Args:
        operator: its dotted name, ``"my_task.my_op"`` or ``"my_op"``.
        folder: one that is not there yet, or is empty.

    Raises:
        UsageError: if it is no name, is taken, or the folder holds something.
    """
    if not _DOTTED.fullmatch(operator):
        raise UsageError(
            f"an operator is called task.name, in small letters, digits and _, not {operator!r}"
        )
    if operator in names():
        raise UsageError(f"there is an operator {operator!r} already; choose another name")
    _make(folder)
    flat = operator.replace(".", "_").strip("_")
    values = {
        "operator": operator,
        "distribution": f"towhee-{flat.replace('_', '-')}",
        "module": f"towhee_{flat}",
        "klass": _class_name(flat),
    }
    source = folder / "src" / values["module"]
    _write(folder / "pyproject.toml", "installed/pyproject.toml", values)
    _write(folder / CARD, "installed/README.md", values)
    _write(source / "__init__.py", "installed/init.py", values)
    _write(source / "operator.py", "operator/operator.py", values)
    _write(folder / "tests" / f"test_{flat}.py", "installed/tests/test_operator.py", values)
    return folder


def _make(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{str(folder)!r} is there already; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)


def _write(target: Path, template: str, values: dict[str, str]) -> None:
    source = files("towhee.hub") / "templates" / f"{template}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = Template(source.read_text(encoding="utf-8")).substitute(values)
    target.write_text(text, encoding="utf-8")


def _class_name(name: str) -> str:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    joined = "".join(word[0].upper() + word[1:] for word in words)
    return joined if joined[:1].isalpha() else f"Operator{joined}"
