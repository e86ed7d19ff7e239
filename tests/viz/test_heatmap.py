"""Heatmaps point at what a model sees: at objects that were put into photographs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import tiny_image_models
from towhee import ops, pipeline, viz
from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.models.preprocess import Preprocess
from towhee.models.run_conditions import RunConditions
from towhee.operators.image_embedding.image_operator import ImageOperator
from towhee.operators.image_embedding.timm import TimmImageEmbedding
from towhee.viz import Heatmap, heatmap

SIDE, OBJECT = 448, 180
PLACES = [(40, 40), (228, 40), (40, 228), (228, 228), (134, 134)]
"""Where objects are pasted: left and top of a square of ``OBJECT`` pixels."""

OBJECTS = {
    "n02948072_candle": 470,
    "n01873310_platypus": 103,
    "n01582220_magpie": 18,
    "n02110341_dalmatian": 251,
    "n03134739_croquet_ball": 522,
    "n02104029_kuvasz": 222,
    "n02108089_boxer": 242,
    "n02102480_Sussex_spaniel": 220,
    "n01843383_toucan": 96,
    "n02056570_king_penguin": 145,
    "n02655020_puffer": 397,
    "n02128385_leopard": 288,
    "n02095314_wire-haired_fox_terrier": 188,
    "n02168699_long-horned_beetle": 303,
    "n02017213_European_gallinule": 136,
    "n02277742_ringlet": 322,
    "n02123597_Siamese_cat": 284,
    "n01833805_hummingbird": 94,
    "n01796340_ptarmigan": 81,
    "n02104365_schipperke": 223,
    "n02101006_Gordon_setter": 214,
    "n02086079_Pekinese": 154,
    "n01530575_brambling": 10,
    "n02190166_fly": 308,
}
"""Photographs whose middle shows a thing, and its class in ImageNet."""
BACKGROUNDS = [
    "n02793495_barn",
    "n02951358_canoe",
    "n02859443_boathouse",
    "n02814860_beacon",
    "n02980441_castle",
    "n03028079_church",
]


@dataclass
class Scenes:
    """Photographs into which the middle of others is pasted."""

    folder: Path

    def scene(self, thing: str, background: int | None, place: tuple[int, int]) -> PIL.Image.Image:
        """A thing in front of a numbered photograph, or of plain grey."""
        whole = PIL.Image.new("RGB", (SIDE, SIDE), (128, 128, 128))
        if background is not None:
            whole = self._middle(BACKGROUNDS[background % len(BACKGROUNDS)], 1, SIDE)
        whole.paste(self._middle(thing, 0.9, OBJECT), place)
        return whole

    def _middle(self, name: str, part: float, side: int) -> PIL.Image.Image:
        image = PIL.Image.open(self.folder / f"{name}.JPEG").convert("RGB")
        half = int(min(image.size) * part) // 2
        across, down = image.width // 2, image.height // 2
        middle = image.crop((across - half, down - half, across + half, down + half))
        return middle.resize((side, side))


@pytest.fixture(scope="module")
def scenes(shared_data: Path) -> Scenes:
    return Scenes(shared_data / "imagenet-sample")


@pytest.fixture(scope="module")
def checkpoint(shared_data: Path) -> str:
    return str(shared_data.parent / "models/mobilenetv2_100.tf_in1k")


@pytest.fixture(scope="module")
def embed(checkpoint: str) -> Any:
    return ops.image_embedding.timm(model_name="mobilenetv2_100", checkpoint=checkpoint)


def box(place: tuple[int, int]) -> tuple[int, int, int, int]:
    return place[0], place[1], place[0] + OBJECT, place[1] + OBJECT


def area(heat: Heatmap, place: tuple[int, int]) -> float:
    """The box's part of what the model sees."""
    left, top, right, bottom = heat.seen
    across = min(place[0] + OBJECT, right) - max(place[0], left)
    down = min(place[1] + OBJECT, bottom) - max(place[1], top)
    return across * down / ((right - left) * (bottom - top))


@pytest.mark.parametrize("in_front_of", ["photographs", "grey"])
def test_the_heat_of_a_class_lies_on_its_object(
    embed: Any, scenes: Scenes, in_front_of: str
) -> None:
    shares, areas = [], []
    for number, (thing, known) in enumerate(OBJECTS.items()):
        place = PLACES[number % len(PLACES)]
        background = number if in_front_of == "photographs" else None
        heat = heatmap(embed, scenes.scene(thing, background, place), target=known)
        shares.append(heat.share(box(place)))
        areas.append(area(heat, place))
    assert len(shares) >= 20
    assert np.mean(shares) > 0.55
    assert np.mean(shares) > 2.7 * np.mean(areas)
    assert np.mean(np.array(shares) > np.array(areas)) > 0.95


def test_the_heat_of_a_pair_lies_on_what_both_show(embed: Any, scenes: Scenes) -> None:
    exact, standing_out, areas = [], [], []
    for number, thing in enumerate(OBJECTS):
        mine, others = PLACES[number % 5], PLACES[(number + 2) % 5]
        pair = heatmap(
            embed, scenes.scene(thing, number, mine), scenes.scene(thing, number + 1, others)
        )
        assert pair.other is not None
        exact.append((pair.share(box(mine)), pair.other.share(box(others))))
        standing_out.append(
            (pair.share_above_average(box(mine)), pair.other.share_above_average(box(others)))
        )
        areas.append(area(pair, mine))
        for each in (pair, pair.other):
            assert each.method == "similarity shares"
            assert abs(each.values.sum(dtype=np.float64) - pair.score) < 1e-5
    assert (np.mean(exact, axis=0) > 2 * np.mean(areas)).all()
    assert (np.mean(standing_out, axis=0) > 0.6).all()


def test_the_vector_of_an_image_is_made_of_its_object_more_than_of_its_background(
    embed: Any, scenes: Scenes
) -> None:
    shares, areas = [], []
    for number, thing in enumerate(OBJECTS):
        place = PLACES[number % 5]
        heat = heatmap(embed, scenes.scene(thing, number, place))
        shares.append(heat.share(box(place)))
        areas.append(area(heat, place))
    assert np.mean(shares) > 1.6 * np.mean(areas)


def test_heat_moves_with_the_object(embed: Any, scenes: Scenes) -> None:
    corners = PLACES[:4]  # which do not overlap
    found = []
    for number, thing in enumerate(list(OBJECTS)[::3]):
        for place in corners:
            scene = scenes.scene(thing, number, place)
            heat = heatmap(embed, scene, target=OBJECTS[thing])
            shares = [heat.share(box(each)) for each in corners]
            found.append(corners[int(np.argmax(shares))] == place)
    assert len(found) == 32
    assert np.mean(found) >= 0.95


def test_the_surest_class_is_explained_if_none_is_named(checkpoint: str, scenes: Scenes) -> None:
    classify = ops.image_classification.timm(model_name="mobilenetv2_100", checkpoint=checkpoint)
    image = scenes.scene("n02108089_boxer", 1, PLACES[4])
    surest = heatmap(classify, image)
    assert surest.about == "class 'boxer'"
    named = heatmap(classify, image, target="Boxer")
    numbered = heatmap(classify, image, target=np.int64(242))
    for each in (named, numbered):
        np.testing.assert_array_equal(each.values, surest.values)


def test_the_same_image_has_the_same_heat_and_the_operator_the_same_vectors(
    checkpoint: str, scenes: Scenes
) -> None:
    embed = TimmImageEmbedding("mobilenetv2_100", checkpoint=checkpoint, backend="torch")
    image = scenes.scene("n02108089_boxer", 1, PLACES[0])
    before = embed(image)
    first, second = heatmap(embed, image), heatmap(embed, image)
    np.testing.assert_array_equal(first.values, second.values)
    np.testing.assert_array_equal(embed(image), before)
    query = heatmap(embed, image, target=before)
    assert query.score == pytest.approx(1, abs=1e-5)


def test_an_operator_its_handle_its_reference_and_its_pipeline_are_explained_alike(
    embed: Any, checkpoint: str, scenes: Scenes
) -> None:
    image = scenes.scene("n02108089_boxer", 1, PLACES[0])
    expected = heatmap(embed, image).values
    alone = TimmImageEmbedding("mobilenetv2_100", checkpoint=checkpoint)
    embeds = pipeline("image-embedding-mobilenetv2_100", checkpoint=checkpoint)
    for each in (alone, embed.ref, embeds):
        np.testing.assert_array_equal(heatmap(each, image).values, expected)
    assert "_is_set_up" not in vars(alone)  # it is not even measured


def test_a_path_an_array_and_a_picture_are_the_same_image(
    embed: Any, scenes: Scenes, tmp_path: Path
) -> None:
    image = scenes.scene("n02108089_boxer", 1, PLACES[0]).resize((300, 200))
    image.save(tmp_path / "scene.png")
    expected = heatmap(embed, image)
    assert expected.values.shape == (200, 300)
    for each in (str(tmp_path / "scene.png"), tmp_path / "scene.png", np.asarray(image)):
        np.testing.assert_array_equal(heatmap(embed, each).values, expected.values)


def test_what_the_crop_cut_off_has_no_heat(embed: Any, scenes: Scenes) -> None:
    wide = scenes.scene("n02108089_boxer", 1, PLACES[4]).resize((800, 400))
    heat = heatmap(embed, wide)
    assert heat.seen == (225, 25, 575, 375)
    seen = heat.values[25:375, 225:575]
    assert seen.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    assert np.count_nonzero(heat.values) == np.count_nonzero(seen)


def test_a_transformers_image_tower_is_explained_alone_in_a_pair_and_by_a_vector(
    tmp_path: Path,
) -> None:
    folder = str(tiny_image_models.clip(tmp_path / "clip"))
    embed = ops.image_text_embedding.clip(checkpoint=folder, modality="image")
    one, two = (tiny_image_models.photograph(size) for size in ((90, 60), (50, 70)))
    alone = heatmap(embed, one)
    assert alone.method == "attention rollout"
    assert (alone.values.shape, alone.seen) == ((60, 90), (15, 0, 75, 60))
    pair = heatmap(embed, one, two)
    assert pair.other is not None
    assert (pair.method, pair.other.values.shape) == ("weighted rollout", (70, 50))
    assert pair.score == pytest.approx(pair.other.score, abs=1e-6)
    read = ops.image_text_embedding.clip(checkpoint=folder, modality="text", backend="torch")
    asked = heatmap(embed, one, target=read("two dogs on the lawn"))
    assert asked.values.sum() == pytest.approx(1, abs=1e-5)
    with pytest.raises(UsageError, match="sees no images"):
        heatmap(read, one)
    with pytest.raises(UsageError, match="knows no classes, such as 'dog'"):
        heatmap(embed, one, target="dog")


class Bright:
    """A tower whose places are as hot as their 8 by 8 pixels are bright."""

    name = "bright"

    def __init__(self, **prepare: Any) -> None:
        self._preprocess = Preprocess(mean=(0.0,) * 3, std=(1.0,) * 3, **prepare)

    def digest(self) -> str:
        return f"bright {self._preprocess}"

    def dimension(self) -> int:
        return 3

    def preprocess(self) -> Preprocess:
        return self._preprocess

    def module(self) -> Any:
        import torch

        places = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 1, bias=False), torch.nn.AvgPool2d(8))
        with torch.no_grad():
            places[0].weight.copy_(torch.eye(3)[:, :, None, None])
        mean = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
        return torch.nn.Sequential(places, mean).eval()


class EmbedBright(ImageOperator):
    """The operator of that tower."""

    def __init__(self, tower: Any) -> None:
        super().__init__(
            tower,
            RunConditions("cpu", "torch", "float32", 0.999),
            normalize=True,
            calibration=(),
            preprocess="exact",
            dimension=3,
        )


@pytest.mark.parametrize(
    "prepare",
    [
        {"input_size": (3, 64, 64), "crop_pct": 0.875},
        {"input_size": (3, 64, 64), "crop_pct": 1.0, "crop_mode": "squash"},
        {"input_size": (3, 64, 64), "crop_pct": 1.0, "crop_mode": "border"},
        {"input_size": (3, 64, 64), "crop_pct": 0.9, "crop_offset": "floor"},
        {"input_size": (3, 48, 96), "crop_pct": 0.8},
        {"input_size": (3, 64, 64), "crop_pct": 1.25},  # filled up
    ],
)
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (256, 256)])
def test_heat_lies_on_the_pixels_that_it_comes_from(
    prepare: dict[str, Any], size: tuple[int, int]
) -> None:
    embed = EmbedBright(Bright(**prepare))
    width, height = size
    checked = 0
    for across, down in ((0.5, 0.5), (0.35, 0.4), (0.65, 0.55)):
        image = np.zeros((height, width, 3), np.uint8)
        left, top = round(across * width) - 20, round(down * height) - 20
        image[top : top + 40, left : left + 40] = 255
        heat = heatmap(embed, image)
        seen = heat.seen
        if not (
            seen[0] <= left and seen[1] <= top and left + 40 <= seen[2] and top + 40 <= seen[3]
        ):
            continue  # the crop cuts the square
        checked += 1
        rows, columns = np.indices(heat.values.shape) + 0.5
        _, tall, wide = prepare["input_size"]
        cell = 8 * (seen[2] - seen[0]) / wide, 8 * (seen[3] - seen[1]) / tall
        assert abs((heat.values * columns).sum() - left - 20) < 0.2 * cell[0] + 0.5
        assert abs((heat.values * rows).sum() - top - 20) < 0.2 * cell[1] + 0.5
        # Heat reaches no further than a cell and a half, which the square may touch in part.
        around = heat.values[(rows > top - 1.6 * cell[1]) & (rows < top + 40 + 1.6 * cell[1])]
        assert around.sum() == pytest.approx(1, abs=1e-3)
    assert checked


class TestRefusals:
    """Calls that cannot mean anything say what would."""

    image = np.zeros((64, 64, 3), np.uint8)

    def test_what_is_no_operator(self) -> None:
        with pytest.raises(UsageError, match=r"explains an operator, not 3; what can be explained"):
            heatmap(3, self.image)

    @pytest.mark.parametrize("name", ["image_embedding.embedded", "image_embedding.phash"])
    def test_an_operator_that_nothing_explains(self, name: str) -> None:
        op: Any = ops(name)
        with pytest.raises(UsageError, match=r"cannot explain .*image_embedding\.timm"):
            heatmap(op, self.image)

    def test_a_pipeline_of_none(self) -> None:
        with pytest.raises(UsageError, match=r"one model of images, but .*image_embedding"):
            heatmap(pipeline("image-embedding"), self.image)

    def test_random_weights(self) -> None:
        op = TimmImageEmbedding("test_resnet", pretrained=False)
        with pytest.raises(UsageError, match="random weights"):
            heatmap(op, self.image)

    def test_a_pair_and_a_target_at_once(self, embed: Any) -> None:
        with pytest.raises(UsageError, match="other= or target=, not both"):
            heatmap(embed, self.image, self.image, target=3)

    def test_a_pair_of_a_classifier(self, checkpoint: str) -> None:
        op = ops.image_classification.timm(model_name="mobilenetv2_100", checkpoint=checkpoint)
        with pytest.raises(UsageError, match="a classifier gives no vectors"):
            heatmap(op, self.image, self.image)

    def test_a_class_that_is_not_there(self, embed: Any) -> None:
        with pytest.raises(UnknownNameError, match=r"no class is called 'goldfich'.*'goldfinch'"):
            heatmap(embed, self.image, target="goldfich")
        with pytest.raises(UsageError, match=r"between 0 and 999 of .*, not 1000"):
            heatmap(embed, self.image, target=1000)
        with pytest.raises(UsageError, match=r"'crane' names the classes 134 and 517"):
            heatmap(embed, self.image, target="crane")

    def test_a_class_behind_another_layer(self, checkpoint: str) -> None:
        op = TimmImageEmbedding("mobilenetv2_100", checkpoint=checkpoint, layer="blocks.3")
        with pytest.raises(UsageError, match=r"does not stand behind layer='blocks\.3'"):
            heatmap(op, self.image, target=3)

    def test_a_target_of_no_kind(self, embed: Any) -> None:
        with pytest.raises(UsageError, match="the number or name of a class, or a vector"):
            heatmap(embed, self.image, target=True)
        with pytest.raises(DataError, match=r"1280 numbers of .*, not <ndarray \(3,\) float64>"):
            heatmap(embed, self.image, target=np.ones(3))
        with pytest.raises(DataError, match="points nowhere"):
            heatmap(embed, self.image, target=np.zeros(1280))

    def test_what_is_no_image(self, embed: Any) -> None:
        with pytest.raises(DataError, match="not an image"):
            heatmap(embed, 3)


def test_it_is_found_as_an_attribute_of_the_package() -> None:
    import towhee

    assert towhee.viz.heatmap is heatmap is viz.heatmap
