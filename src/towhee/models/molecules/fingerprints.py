"""Fingerprints of molecules: which substructures they hold, counted or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from rdkit.Chem import Mol

ALGORITHMS = ("morgan", "maccs", "rdk", "atom_pairs", "topological_torsion")
_KEYS_OF_MACCS = 167
_FORMS = ("bits", "counts", "packed")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Which fingerprint, in which form.

    Attributes:
        algorithm: one of ``ALGORITHMS``.
        size: the length of the vector before it is packed; MACCS has 167 keys.
        radius: of Morgan's neighbourhoods, in bonds.
        form: ``"bits"`` or ``"counts"`` as ``float32``, ``"packed"`` for eight bits a ``uint8``.
        chirality: whether mirror images are told apart.

    Raises:
        UsageError: for what there is not, or does not go together.
    """

    algorithm: str = "morgan"
    size: int = 2048
    radius: int = 2
    form: str = "bits"
    chirality: bool = False

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            choices = ", ".join(ALGORITHMS)
            raise UsageError(f"algorithm is one of {choices}, not {self.algorithm!r}")
        if self.form not in _FORMS:
            raise UsageError(f"form is one of {', '.join(_FORMS)}, not {self.form!r}")
        for name, least in (("size", 1), ("radius", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise UsageError(f"{name} is a whole number of at least {least}, not {value!r}")
        if self.algorithm == "maccs" and self.form == "counts":
            raise UsageError("MACCS keys are there or not: form is 'bits' or 'packed'")
        if self.algorithm in ("maccs", "rdk") and self.chirality:
            raise UsageError(f"{self.algorithm} does not tell mirror images apart")

    @property
    def dimension(self) -> int:
        """The length of the vector; of a packed one, its bytes."""
        bits = _KEYS_OF_MACCS if self.algorithm == "maccs" else self.size
        return -(-bits // 8) if self.form == "packed" else bits


Compute = Callable[["Mol"], npt.NDArray[Any]]


def fingerprinter(wanted: Fingerprint) -> Compute:
    """The function from a molecule to its fingerprint, with rdkit's own defaults otherwise.

    Raises:
        MissingExtraError: if rdkit is not installed.

    Source: https://www.rdkit.org/docs/source/rdkit.Chem.rdFingerprintGenerator.html
    """
    try:
        from rdkit.Chem import rdFingerprintGenerator
        from rdkit.Chem.rdMolDescriptors import GetMACCSKeysFingerprint
    except ModuleNotFoundError as error:
        raise MissingExtraError("a molecule's fingerprint", "molecule") from error
    if wanted.algorithm == "maccs":
        return _in_form(lambda molecule: _array(GetMACCSKeysFingerprint(molecule)), wanted.form)
    size, chirality = wanted.size, wanted.chirality
    # Any: rdkit's generators have a type for each kind of number.
    made: Any
    if wanted.algorithm == "morgan":
        made = rdFingerprintGenerator.GetMorganGenerator(
            radius=wanted.radius, fpSize=size, includeChirality=chirality
        )
    elif wanted.algorithm == "rdk":
        made = rdFingerprintGenerator.GetRDKitFPGenerator(fpSize=size)
    elif wanted.algorithm == "atom_pairs":
        made = rdFingerprintGenerator.GetAtomPairGenerator(fpSize=size, includeChirality=chirality)
    else:
        made = rdFingerprintGenerator.GetTopologicalTorsionGenerator(
            fpSize=size, includeChirality=chirality
        )
    counts = wanted.form == "counts"
    return _in_form(
        made.GetCountFingerprintAsNumPy if counts else made.GetFingerprintAsNumPy, wanted.form
    )


def _in_form(compute: Compute, form: str) -> Compute:
    if form == "packed":
        return lambda molecule: np.packbits(compute(molecule))
    return lambda molecule: compute(molecule).astype(np.float32)


# Any: rdkit's vectors of bits have no type that NumPy knows.
def _array(bits: Any) -> npt.NDArray[np.uint8]:
    found = np.zeros(bits.GetNumBits(), np.uint8)
    found[list(bits.GetOnBits())] = 1
    return found
