"""From what a user asked for to the way a model runs."""

from __future__ import annotations

from towhee.models.candidates import REFERENCE, candidates
from towhee.models.decisions import decision_key, remember, remembered
from towhee.models.network import Network
from towhee.models.quantization import digest_of_inputs
from towhee.models.selection import Decision, Measurement, decide


def choose(
    network: Network,
    *,
    backend: str,
    precision: str,
    device: str,
    cores: int,
    fidelity: float,
    has_calibration: bool = False,
) -> Decision:
    """The decision about a model: remembered, or made now by measuring, which takes seconds.

    Where nothing is left to choose, and for random weights, on which every shortcut looks
    good, nothing is measured.

    Raises:
        UsageError: if nothing that was asked for holds the bound.
        WeightsError: if the model cannot be had.
    """
    found = candidates(backend, precision, device, has_calibration=has_calibration)
    if network.key is None and backend == precision == "auto":
        found = (REFERENCE,)
    if len(found) == 1 and found[0].precision == "float32":
        return Decision(Measurement(found[0], worst_cosine=1.0), fidelity, ())
    key = None
    if network.key is not None:
        model = network.key
        if has_calibration:
            model += digest_of_inputs(network.calibration())
        key = decision_key(model, found, device=device, cores=cores, fidelity=fidelity)
    decision = remembered(key) if key else None
    if decision is None:
        decision = decide(network, found, device=device, cores=cores, fidelity=fidelity)
        if key:
            remember(key, decision, model=network.name)
    return decision
