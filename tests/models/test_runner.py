"""A model runs in the form that suits its use, and says what its vectors depend on."""

from __future__ import annotations

from towhee.models.calibration import sample_photographs
from towhee.models.candidates import Candidate
from towhee.models.runner import Runner
from towhee.models.spec import ModelSpec, model_spec
from towhee.models.timm_image_network import TimmImageNetwork


def test_a_model_is_loaded_once_for_each_use(network: TimmImageNetwork) -> None:
    runner = Runner(network, Candidate("onnxruntime"), threads=2)
    assert runner.alone() is runner.alone()
    assert runner.streaming() is runner.streaming()
    assert runner.alone() is not runner.streaming()
    of_torch = Runner(network, Candidate("torch"), threads=1)
    assert of_torch.alone() is of_torch.streaming()  # its threads are those of the process


def test_whatever_changes_vectors_changes_the_fingerprint(
    network: TimmImageNetwork, tiny_spec: ModelSpec
) -> None:
    own = TimmImageNetwork(tiny_spec, None, None, sample_photographs()[:2])
    runners = [
        Runner(network, Candidate("torch"), threads=1),
        Runner(network, Candidate("onnxruntime"), threads=1),
        Runner(network, Candidate("openvino"), threads=1),
        Runner(network, Candidate("openvino", "bfloat16"), threads=1),
        Runner(network, Candidate("openvino", "int8"), threads=1),
        Runner(network, Candidate("openvino", "int8", 2), threads=1),
        Runner(own, Candidate("openvino", "int8"), threads=1),
        Runner(network, Candidate("torch"), device="cuda", threads=1),
        Runner(TimmImageNetwork(tiny_spec, "layer1", "avg"), Candidate("torch"), threads=1),
    ]
    fingerprints = [runner.fingerprint for runner in runners]
    assert None not in fingerprints
    assert len(set(fingerprints)) == len(runners)
    again = Runner(network.unloaded(), Candidate("torch"), threads=4)
    assert again.fingerprint == fingerprints[0]
    calibrated = Runner(own, Candidate("torch"), threads=1)
    assert calibrated.fingerprint == fingerprints[0]  # int8 alone depends on the images


def test_random_weights_have_no_fingerprint() -> None:
    spec = model_spec("test_resnet", checkpoint=None, pretrained=False, trust_pickle=False)
    runner = Runner(TimmImageNetwork(spec, None, None), Candidate("torch"), threads=1)
    assert runner.fingerprint is None
