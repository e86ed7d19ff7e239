"""Real molecules on which the ways to run a model of molecules are compared."""

from __future__ import annotations

SAMPLE_MOLECULES: tuple[str, ...] = (
    "CCO",
    "CC(C)CC1=CC=C(C=C1)C(C)C(=O)O",
    "C1=CC=CC=C1",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "CC(=O)O",
    "CC(=O)OC1=CC=CC=C1C(=O)O",
    "O",
    "CC12CCC3C(C1CCC2O)CCC4=CC(=O)CCC34C",
    "C(C1C(C(C(C(O1)O)O)O)O)O",
    "CC1(C(N2C(S1)C(C2=O)NC(=O)CC3=CC=CC=C3)C(=O)O)C",
    "NCC(=O)O",
    "COC1=CC=C(C=C1)C(=O)NC2=CC=CC(=C2)C(F)(F)F",
    "C[N+](C)(C)CCO",
    "CC1=C(C=C(C=C1)NC(=O)C2=CC=C(C=C2)CN3CCN(CC3)C)NC4=NC=CC(=N4)C5=CN=CC=C5",
    "[Na+].[Cl-]",
    "CC(C)(C)NCC(C1=CC(=C(C=C1)O)CO)O",
)
"""From water to imatinib, one behind another unlike in length."""
