"""``molecular_fingerprinting.rdkit``: molecules to the substructures that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.molecules.fingerprints import Compute, Fingerprint, fingerprinter
from towhee.models.molecules.smiles import read_molecule
from towhee.models.vectors import unit_length
from towhee.operators.base import Operator


class RdkitMolecularFingerprinting(Operator[str, npt.NDArray[Any]]):
    """Fingerprints of molecules in SMILES, with the values that rdkit itself gives.

    Each place of the vector stands for substructures, and says whether (or how often) the molecule
    has one. How alike two molecules are is measured by the share of bits that they have in common
    (Tanimoto), for which vectors are left as they are; scaled to unit length, the inner product is
    their cosine, which orders molecules nearly alike.

    Args:
        algorithm: ``"morgan"`` (circular neighbourhoods, as ECFP has them), ``"maccs"`` (167 keys
            that chemists chose), ``"rdk"`` (paths, as Daylight has them), ``"atom_pairs"``, or
            ``"topological_torsion"``.
        size: the length of the vector before it is packed; MACCS has its own.
        radius: of Morgan's neighbourhoods, in bonds: 2 is ECFP4, 3 is ECFP6.
        form: ``"bits"`` or ``"counts"`` as ``float32``, or ``"packed"`` for eight bits a
            ``uint8``, which binary indexes take.
        chirality: whether mirror images are told apart.
        normalize: whether vectors have unit length.

    Raises:
        UsageError: for arguments that cannot be.
        MissingExtraError: if rdkit is not installed.

    Example:
        >>> fingerprint = RdkitMolecularFingerprinting(size=1024)  # doctest: +SKIP
        >>> fingerprint("CC(=O)Oc1ccccc1C(=O)O").sum()  # doctest: +SKIP
        24.0

    Source: https://www.rdkit.org/docs/GettingStartedInPython.html#fingerprinting-and-molecular-similarity
    """

    placement = "threads"
    extra = "molecule"

    def __init__(
        self,
        algorithm: str = "morgan",
        *,
        size: int = 2048,
        radius: int = 2,
        form: str = "bits",
        chirality: bool = False,
        normalize: bool = False,
    ) -> None:
        self._fingerprint = Fingerprint(algorithm, size, radius, form, chirality)
        if normalize and form == "packed":
            raise UsageError("packed bits have no length to normalise: form is 'bits' or 'counts'")
        self._normalize = normalize
        self._compute: Compute | None = None

    @property
    def dimension(self) -> int:
        """The length of the vectors; of packed ones, their bytes."""
        return self._fingerprint.dimension

    def setup(self) -> None:
        """Make what computes them."""
        self._compute = fingerprinter(self._fingerprint)

    def fingerprint(self) -> str:
        """The version of rdkit, which may count other substructures than the next."""
        from importlib.metadata import version

        return f"rdkit {version('rdkit')}"

    def batch(self, values: Sequence[Any]) -> npt.NDArray[Any]:
        """Fingerprints ``(n, d)``, ``float32``, or ``uint8`` if they are packed.

        Raises:
            DataError: for what is no molecule in SMILES, with rdkit's reason.
        """
        self.ensure_setup()
        assert self._compute is not None
        kind = np.uint8 if self._fingerprint.form == "packed" else np.float32
        found = np.empty((len(values), self.dimension), kind)
        for row, value in zip(found, values, strict=True):
            row[:] = self._compute(read_molecule(value))
        return unit_length(found) if self._normalize else found
