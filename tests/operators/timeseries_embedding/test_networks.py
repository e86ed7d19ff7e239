"""Networks for time series give the numbers of the libraries that they come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import tiny_timeseries_models as tiny
from labelled_series import labelled_series
from towhee import DataCollection, pipeline
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers
from towhee.operators.timeseries_embedding.chronos import ChronosTimeseriesEmbedding
from towhee.operators.timeseries_embedding.transformers import TransformersTimeseriesEmbedding

SERIES = [each for length in (40, 56, 40) for each in labelled_series(1, length)[0][:4]]
CHANNELS, OTHERS = (labelled_series(1, 32, seed)[0][:3] for seed in (1, 2))

CHRONOS = {"t5": tiny.chronos_t5, "bolt": tiny.chronos_bolt, "2": tiny.chronos_2}
TIMESFM: dict[str, Callable[[Path], Path]] = {
    "2.0": lambda into: tiny.timesfm(into, version="2.0"),
    "2.5": lambda into: tiny.timesfm(into, version="2.5"),
}
MODELS: dict[str, tuple[Callable[[Path], Path], type, Any]] = {
    **{
        f"chronos {name}": (make, ChronosTimeseriesEmbedding, SERIES)
        for name, make in CHRONOS.items()
    },
    **{
        f"timesfm {name}": (make, TransformersTimeseriesEmbedding, SERIES)
        for name, make in TIMESFM.items()
    },
    "patchtst": (tiny.patchtst, TransformersTimeseriesEmbedding, [CHANNELS, OTHERS]),
    "patchtsmixer": (
        lambda into: tiny.patchtst(into, mixer=True),
        TransformersTimeseriesEmbedding,
        [CHANNELS, OTHERS],
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a model by its name, made once."""
    root = tmp_path_factory.mktemp("models")

    def made(name: str) -> Path:
        into = root / name
        return into if into.is_dir() else MODELS[name][0](into)

    return made


def of_chronos(folder: Path, series: Any) -> np.ndarray:
    """What the library's own pipeline gives for one series, its mean over all tokens."""
    from chronos import BaseChronosPipeline

    states, _ = BaseChronosPipeline.from_pretrained(folder, dtype=torch.float32).embed(
        torch.tensor(np.array(series), dtype=torch.float32)[None, None]
        if "2" in folder.name
        else torch.tensor(np.array(series), dtype=torch.float32)
    )
    return np.asarray(states[0].reshape(-1, states[0].shape[-1]).mean(0))


@pytest.mark.parametrize("name", ["chronos t5", "chronos bolt", "chronos 2"])
def test_vectors_are_those_of_chronos(name: str, folder: Callable[[str], Path]) -> None:
    found = ChronosTimeseriesEmbedding(checkpoint=folder(name), normalize=False).batch(SERIES)
    for vector, series in zip(found, SERIES, strict=True):
        assert np.abs(vector - of_chronos(folder(name), series)).max() < 1e-5


def test_the_first_generation_is_the_encoder_of_t5_over_bins(
    folder: Callable[[str], Path],
) -> None:
    path, series = folder("chronos t5"), np.array(SERIES[0], np.float32)
    model = import_transformers().T5EncoderModel.from_pretrained(path).eval()
    centres = np.linspace(-15, 15, 253, dtype=np.float32)
    scaled = series / np.abs(series).mean()
    bins = np.searchsorted((centres[1:] + centres[:-1]) / 2, scaled, side="right") + 1 + 2
    with torch.inference_mode():
        states = model(input_ids=torch.tensor([[*bins.tolist(), 1]])).last_hidden_state
    found = ChronosTimeseriesEmbedding(checkpoint=path, normalize=False)(series)
    assert np.abs(found - states[0].mean(0).numpy()).max() < 1e-5


@pytest.mark.parametrize("name", ["timesfm 2.0", "timesfm 2.5"])
def test_vectors_are_those_of_timesfm(name: str, folder: Callable[[str], Path]) -> None:
    model = import_transformers().AutoModel.from_pretrained(folder(name)).eval()
    about = {"freq": torch.zeros(1, 1, dtype=torch.long)} if "2.0" in name else {}
    embed = TransformersTimeseriesEmbedding(checkpoint=folder(name), normalize=False)
    for series in SERIES[:3]:
        values = torch.tensor(series[None], dtype=torch.float32)
        with torch.inference_mode():
            states = model(
                past_values=values,
                past_values_padding=torch.zeros_like(values, dtype=torch.long),
                **about,
            ).last_hidden_state
        assert np.abs(embed(series) - states[0].mean(0).numpy()).max() < 1e-5


@pytest.mark.parametrize("name", ["patchtst", "patchtsmixer"])
def test_vectors_are_those_of_patchtst(name: str, folder: Callable[[str], Path]) -> None:
    model = import_transformers().AutoModel.from_pretrained(folder(name)).eval()
    with torch.inference_mode():
        values = torch.tensor(CHANNELS.T[None], dtype=torch.float32)
        expected = model(past_values=values).last_hidden_state.mean(dim=(1, 2))[0].numpy()
    embed = TransformersTimeseriesEmbedding(checkpoint=folder(name), normalize=False)
    assert np.abs(embed(CHANNELS) - expected).max() < 1e-5
    with pytest.raises(DataError, match="1 channels came, and the model takes 3"):
        embed(CHANNELS[0])


@pytest.mark.parametrize("name", MODELS)
def test_neighbours_in_a_batch_do_not_change_a_vector(
    name: str, folder: Callable[[str], Path]
) -> None:
    _, kind, series = MODELS[name]
    embed = kind(checkpoint=folder(name))
    alone = np.stack([embed(each) for each in series])
    assert np.abs(np.stack(embed.batch(series)) - alone).max() < 1e-5
    assert np.abs(np.linalg.norm(alone, axis=1) - 1).max() < 1e-5
    assert np.ptp(alone, axis=0).max() > 1e-3


@pytest.mark.parametrize("name", MODELS)
def test_only_the_shape_counts_with_z_normalisation(
    name: str, folder: Callable[[str], Path]
) -> None:
    _, kind, series = MODELS[name]
    embed = kind(checkpoint=folder(name), z_normalize=True)
    assert np.abs(embed(series[0] * 50 + 9) - embed(series[0])).max() < 1e-3


@pytest.mark.parametrize("name", ["chronos bolt", "chronos 2", "timesfm 2.5"])
def test_several_channels_become_one_vector(name: str, folder: Callable[[str], Path]) -> None:
    _, kind, _ = MODELS[name]
    embed = kind(checkpoint=folder(name), normalize=False)
    together = embed(CHANNELS)
    mean = np.stack([embed(channel) for channel in CHANNELS]).mean(0)
    is_joint = name == "chronos 2"
    assert (np.abs(together - mean).max() > 1e-5) == is_joint


@pytest.mark.parametrize("name", ["chronos t5", "chronos bolt", "timesfm 2.5"])
def test_of_a_long_series_the_newest_part_counts(name: str, folder: Callable[[str], Path]) -> None:
    _, kind, _ = MODELS[name]
    embed = kind(checkpoint=folder(name))
    reads = 128 if name == "chronos bolt" else 64
    long = labelled_series(1, 300)[0][0]
    assert np.abs(embed(long) - embed(long[-reads:])).max() < 1e-5
    assert np.abs(embed(long) - embed(long[-reads + 20 :])).max() > 1e-4


def test_the_pipeline_and_the_chain_take_a_checkpoint(folder: Callable[[str], Path]) -> None:
    path = str(folder("chronos bolt"))
    expected = np.stack(ChronosTimeseriesEmbedding(checkpoint=path).batch(SERIES))
    found = pipeline("timeseries-embedding-chronos", checkpoint=path).batch(SERIES)
    assert np.abs(found - expected).max() < 1e-5
    chain = DataCollection(SERIES).timeseries_embedding.chronos(checkpoint=path)
    assert np.abs(np.stack(chain.to_list()) - expected).max() < 1e-5


def test_other_models_are_refused_by_name(folder: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="is no Chronos model"):
        ChronosTimeseriesEmbedding(checkpoint=folder("patchtst")).load()
    with pytest.raises(WeightsError, match="is a t5; known are patchtst"):
        TransformersTimeseriesEmbedding(checkpoint=folder("chronos t5")).load()


@pytest.mark.parametrize("name", ["chronos bolt", "chronos t5", "timesfm 2.5"])
def test_weights_cut_short_or_incomplete_are_refused(
    name: str, folder: Callable[[str], Path], tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    _, kind, series = MODELS[name]
    for file in folder(name).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    kept = load_file(weights)
    part = {key: value for key, value in kept.items() if "final_layer_norm" not in key}
    part = {key: value for key, value in part.items() if "layers.1." not in key}
    save_file(part, weights, {"format": "pt"})
    with pytest.raises(WeightsError, match="it lacks"):
        kind(checkpoint=tmp_path)(series[0])
    weights.write_bytes(weights.read_bytes()[:2000])
    with pytest.raises(WeightsError, match="damaged or cut short"):
        kind(checkpoint=tmp_path)(series[0])


def test_a_series_with_a_gap_is_refused(folder: Callable[[str], Path]) -> None:
    for name in ("chronos bolt", "timesfm 2.5"):
        _, kind, _ = MODELS[name]
        with pytest.raises(DataError, match="is nan at step 3"):
            kind(checkpoint=folder(name))([1, 2, 3, None, *range(20)])


def test_settings_are_checked_before_anything_is_loaded() -> None:
    for kind in (ChronosTimeseriesEmbedding, TransformersTimeseriesEmbedding):
        with pytest.raises(UsageError):
            kind("no repository")
        with pytest.raises(UsageError):
            kind(device="tpu")
