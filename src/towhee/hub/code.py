"""Operators that a package brings as Python code, for those who trust whoever wrote it."""

from __future__ import annotations

import importlib.util
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

from towhee.errors import PackageError
from towhee.hub.package import Package

_MODULES = "towhee_packages"
_lock = threading.Lock()


def packaged_code(package: Package, *, trust_remote_code: bool) -> Callable[..., Any]:
    """The class or function that a package defines.

    Args:
        package: verified.
        trust_remote_code: whether whoever calls this trusts the code.

    Raises:
        PackageError: if the code is not trusted, cannot be imported, or defines no such name.
    """
    stated = package.manifest.code
    assert stated is not None
    path, _, attribute = stated.rpartition(":")
    if not trust_remote_code:
        raise PackageError(
            f"{package.name} runs Python of its own ({path}), which can do anything; read it in "
            f"{str(package.folder)!r}, and pass trust_remote_code=True if you trust it"
        )
    plain = re.sub(r"\W", "_", f"{package.name}_{package.revision[:16]}_{path}")
    with _lock:
        module = sys.modules.get(f"{_MODULES}.{plain}") or _imported(
            f"{_MODULES}.{plain}", package, path
        )
    found = getattr(module, attribute, None)
    if not callable(found):
        raise PackageError(f"{path} of {package.name} defines no {attribute} that can be called")
    operator: Callable[..., Any] = found
    return operator


def _imported(name: str, package: Package, path: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, package.folder / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # a package holds what its manifest lists, and nothing else
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a stranger's module raises is its failure
        del sys.modules[name]
        raise PackageError(
            f"{path} of {package.name} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    finally:
        sys.dont_write_bytecode = before
    return module
