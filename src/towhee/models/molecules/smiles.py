"""Molecules from SMILES. With ``fingerprints.py`` the only module that imports rdkit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from towhee.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from rdkit.Chem import Mol

_LONGEST_SHOWN = 80
_LONGEST_REASON = 200
_TIME = re.compile(r"^\[\d\d:\d\d:\d\d\] ", re.MULTILINE)


def read_molecule(smiles: object) -> Mol:
    """The molecule that a SMILES string describes, with its valences checked.

    Raises:
        DataError: for what is no such string, with the reason that rdkit gives; it writes nothing
            to the terminal itself.
        MissingExtraError: if rdkit is not installed.

    Source: https://www.rdkit.org/docs/GettingStartedInPython.html
    """
    if not isinstance(smiles, str):
        raise DataError(f"a molecule is a SMILES string, not {type(smiles).__name__}")
    try:
        from rdkit import Chem, rdBase
    except ModuleNotFoundError as error:
        raise MissingExtraError("a molecule", "molecule") from error
    shown = repr(smiles if len(smiles) <= _LONGEST_SHOWN else f"{smiles[:_LONGEST_SHOWN]}…")
    # rdkit stops at a NUL, and takes what stands in front of it; other strange letters it refuses.
    if not smiles.isascii() or "\x00" in smiles:
        raise DataError(f"{shown} is no molecule in SMILES, which has plain letters and signs only")
    with rdBase.BlockLogs(), rdBase.CaptureErrorLog() as told:
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise DataError(f"{shown} is no molecule in SMILES: {_reason(told.messages)}")
    if not molecule.GetNumAtoms():
        raise DataError(f"{shown} is a SMILES string without an atom")
    return molecule


def _reason(messages: str) -> str:
    """The first line of what rdkit said, without the time; it may repeat all of the string."""
    first = _TIME.sub("", messages).strip().partition("\n")[0]
    first = first if len(first) <= _LONGEST_REASON else f"{first[:_LONGEST_REASON]}…"
    return first or "rdkit gives no reason"
