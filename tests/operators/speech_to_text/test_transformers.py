"""What is written down is what transformers' own pipeline writes down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_writers import sounds, wav2vec2, whisper
from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.speech_to_text.transformers import TransformersSpeechToText
from towhee.types import AudioFrame


def of_transformers(folder: Path, given: list[tuple[np.ndarray, int]], **how: Any) -> list[str]:
    """What the pipeline of transformers writes down, one sound after the other."""
    with quiet_transformers():
        write_down = import_transformers().pipeline(
            "automatic-speech-recognition", model=str(folder), device="cpu"
        )
        return [
            write_down({"raw": samples, "sampling_rate": rate}, **how)["text"].strip()
            for samples, rate in given
        ]


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("language", [None, "de"])
def test_whisper_writes_what_it_writes_in_transformers(
    beams: int, language: str | None, tmp_path: Path
) -> None:
    folder = whisper(tmp_path / "model")
    write_down = TransformersSpeechToText(
        checkpoint=folder, num_beams=beams, language=language, max_new_tokens=12, device="cpu"
    )
    how: dict[str, Any] = {"num_beams": beams, "max_new_tokens": 12}
    if language:
        how["language"] = language
    theirs = of_transformers(folder, sounds(), generate_kwargs=how)
    assert write_down.batch(sounds()) == theirs
    assert len(set(theirs)) > 1, "the sounds are told apart"


def test_ctc_writes_what_it_writes_in_transformers(tmp_path: Path) -> None:
    folder = wav2vec2(tmp_path / "model")
    theirs = of_transformers(folder, sounds())
    assert TransformersSpeechToText(checkpoint=folder, device="cpu").batch(sounds()) == theirs
    assert len(set(theirs)) == 4, "the sounds are told apart"


def test_a_sound_of_more_than_half_a_minute_is_gone_through_to_its_end(tmp_path: Path) -> None:
    folder = whisper(tmp_path / "model")
    long = (np.concatenate([samples for samples, _ in sounds()] * 10), 16000)
    assert len(long[0]) > 40 * 16000
    write_down = TransformersSpeechToText(checkpoint=folder, max_new_tokens=8, device="cpu")
    how = {"max_new_tokens": 8, "num_beams": 1}
    (theirs,) = of_transformers(folder, [long], generate_kwargs=how)
    assert write_down.batch([sounds()[0], long])[1] == theirs == write_down(long)


def test_frames_and_channels_are_one_sound_at_the_rate_of_the_model(tmp_path: Path) -> None:
    write_down = TransformersSpeechToText(checkpoint=wav2vec2(tmp_path / "model"), device="cpu")
    samples, rate = sounds()[0]
    expected = write_down((samples, rate))
    stereo = AudioFrame(np.stack([samples, samples]), rate)
    halves = [AudioFrame(samples[None, :9000], rate), AudioFrame(samples[None, 9000:], rate)]
    assert write_down(stereo) == write_down(halves) == expected
    other = sounds(8000)[0]
    assert write_down.running.sample_rate == 16000
    assert abs(len(write_down.prepare(other)["input_values"]) - 16000) < 100


def test_the_words_of_another_language_can_be_asked_for_in_english(tmp_path: Path) -> None:
    folder = whisper(tmp_path / "model")
    written, translated = (
        TransformersSpeechToText(
            checkpoint=folder, language="de", translate=translate, max_new_tokens=12
        ).batch(sounds())
        for translate in (False, True)
    )
    assert written != translated


def test_languages_are_no_matter_for_a_model_of_letters(tmp_path: Path) -> None:
    write_down = TransformersSpeechToText(checkpoint=wav2vec2(tmp_path / "m"), language="de")
    with pytest.raises(UsageError, match="leave out language and translate"):
        write_down(sounds()[0])


def test_a_language_that_the_model_does_not_know_is_named(tmp_path: Path) -> None:
    write_down = TransformersSpeechToText(checkpoint=whisper(tmp_path / "m"), language="klingon")
    with pytest.raises(UnknownNameError, match="klingon"):
        write_down(sounds()[0])


@pytest.mark.parametrize(
    "value",
    [
        None,
        "sound.wav",
        np.zeros(100, np.float32),
        (np.zeros(0, np.float32), 16000),
        (np.full(4000, np.nan, np.float32), 16000),
    ],
    ids=["none", "a path", "no rate", "no samples", "nan"],
)
def test_what_is_no_sound_is_refused(value: Any, tmp_path: Path) -> None:
    write_down = TransformersSpeechToText(checkpoint=wav2vec2(tmp_path / "model"))
    with pytest.raises(DataError):
        write_down(value)
