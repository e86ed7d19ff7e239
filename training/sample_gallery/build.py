"""Build ``src/towhee/samples`` from the free photographs inside three Python packages.

    pip install scikit-image scikit-learn matplotlib
    python training/sample_gallery/build.py

Large photographs give further pictures: parts that show another subject. Each query is an edited
copy of a gallery picture; ``expected.json`` says of which.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

import PIL.Image
import PIL.ImageEnhance
import PIL.ImageFilter
import PIL.ImageOps

TARGET = Path(__file__).parents[2] / "src/towhee/samples"
SIDE = 360

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Photograph:
    """One photograph: where it lies, whose it is, and the parts that are pictures of their own.

    A part's box is left, top, right, bottom, as shares of the sides.
    """

    package: str
    path: str
    rights: str
    source: str
    parts: dict[str, Box]


NASA = "public domain (NASA)"
PHOTOGRAPHS = {
    "astronaut": Photograph(
        "skimage",
        "data/astronaut.png",
        NASA,
        "https://flic.kr/p/r9qvLn",
        {
            "astronaut_face": (0.28, 0.0, 0.62, 0.36),
            "flag": (0.0, 0.0, 0.24, 0.62),
            "helmet": (0.56, 0.52, 1.0, 1.0),
            "model_shuttle": (0.62, 0.0, 1.0, 0.5),
        },
    ),
    "brick_wall": Photograph(
        "skimage", "data/brick.png", "CC0", "https://cc0textures.com/view.php?tex=Bricks25", {}
    ),
    "cameraman": Photograph(
        "skimage",
        "data/camera.png",
        "CC0, by Lav Varshney",
        "https://github.com/scikit-image/scikit-image/issues/3927",
        {
            "tripod": (0.38, 0.42, 0.95, 1.0),
            "man_with_camera": (0.2, 0.02, 0.72, 0.5),
        },
    ),
    "cat": Photograph(
        "skimage",
        "data/chelsea.png",
        "CC0, by Stefan van der Walt",
        "scikit-image",
        {"cat_eye": (0.55, 0.18, 0.8, 0.5), "cat_fur": (0.0, 0.55, 0.42, 1.0)},
    ),
    "clock_in_motion": Photograph(
        "skimage",
        "data/clock_motion.png",
        "public domain, by Stefan van der Walt",
        "scikit-image",
        {},
    ),
    "coffee_cup": Photograph(
        "skimage",
        "data/coffee.png",
        "CC0, by Rachel Michetti",
        "scikit-image, courtesy of Pikolo Espresso Bar",
        {
            "espresso": (0.3, 0.08, 0.72, 0.62),
            "spoon": (0.48, 0.5, 0.8, 0.9),
            "wooden_table": (0.72, 0.0, 1.0, 0.6),
        },
    ),
    "coins": Photograph(
        "skimage",
        "data/coins.png",
        "no known copyright restrictions (Brooklyn Museum)",
        "https://www.brooklynmuseum.org/opencollection/archives/image/51611",
        {"one_coin": (0.78, 0.5, 1.0, 0.76), "row_of_coins": (0.0, 0.74, 1.0, 1.0)},
    ),
    "grass": Photograph(
        "skimage",
        "data/grass.png",
        "CC0",
        "https://www.deviantart.com/linolafett/art/Grass-01-434853879",
        {},
    ),
    "gravel": Photograph(
        "skimage", "data/gravel.png", "CC0", "https://cc0textures.com/view.php?tex=Gravel04", {}
    ),
    "deep_field": Photograph(
        "skimage",
        "data/hubble_deep_field.jpg",
        NASA,
        "http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/",
        {
            "galaxies_north": (0.0, 0.0, 0.45, 0.5),
            "galaxies_south": (0.52, 0.52, 1.0, 1.0),
        },
    ),
    "colon_tissue": Photograph(
        "skimage",
        "data/ihc.png",
        "no known copyright restrictions (CMMI)",
        "scikit-image",
        {"colon_gland": (0.46, 0.56, 0.86, 1.0)},
    ),
    "retina": Photograph(
        "skimage",
        "data/retina.jpg",
        "CC0, by Mikael Häggström",
        "https://commons.wikimedia.org/wiki/File:Fundus_photograph_of_normal_left_eye.jpg",
        {
            "optic_disc": (0.02, 0.26, 0.36, 0.6),
            "macula": (0.38, 0.34, 0.7, 0.66),
        },
    ),
    "rocket": Photograph(
        "skimage",
        "data/rocket.jpg",
        "public domain, by SpaceX",
        "https://www.flickr.com/photos/spacexphotos/16511594820/",
        {
            "launch_tower": (0.62, 0.0, 1.0, 0.9),
            "rocket_base": (0.3, 0.55, 0.75, 1.0),
            "rocket_tip": (0.38, 0.15, 0.62, 0.6),
        },
    ),
    "writing": Photograph(
        "skimage",
        "data/text.png",
        "public domain",
        "https://en.wikipedia.org/wiki/File:Corner.png",
        {"handwritten_letters": (0.0, 0.1, 0.42, 1.0)},
    ),
    "pagoda": Photograph(
        "sklearn",
        "datasets/images/china.jpg",
        "CC BY 2.0, by Daniel Buechele",
        "https://www.flickr.com/photos/danielbuechele/6061409035/",
        {
            "pagoda_roof": (0.26, 0.0, 0.66, 0.36),
            "pagoda_balcony": (0.24, 0.42, 0.68, 0.8),
            "lake_shore": (0.68, 0.3, 1.0, 0.72),
            "tree_tops": (0.0, 0.62, 0.32, 1.0),
        },
    ),
    "dahlia": Photograph(
        "sklearn",
        "datasets/images/flower.jpg",
        "CC BY 2.0, by vultilion",
        "https://www.flickr.com/photos/vultilion/6056698931/",
        {"petals": (0.32, 0.2, 0.68, 0.72)},
    ),
    "officer": Photograph(
        "matplotlib",
        "mpl-data/sample_data/grace_hopper.jpg",
        "public domain (United States Navy)",
        "https://commons.wikimedia.org/wiki/File:Commodore_Grace_M._Hopper,_USN_(covered).jpg",
        {"officer_face": (0.26, 0.08, 0.72, 0.52), "ribbons": (0.5, 0.62, 0.95, 1.0)},
    ),
}


def jpeg(image: PIL.Image.Image) -> PIL.Image.Image:
    """The image in a quarter of its size and at a low quality."""
    return image.resize((image.width // 2, image.height // 2), PIL.Image.Resampling.BICUBIC)


def middle(image: PIL.Image.Image, share: float) -> PIL.Image.Image:
    """The middle part of the image."""
    x, y = image.width * (1 - share) / 2, image.height * (1 - share) / 2
    return image.crop((round(x), round(y), round(image.width - x), round(image.height - y)))


QUERIES = {
    "astronaut_mirrored": ("astronaut", PIL.ImageOps.mirror),
    "cat_cropped": ("cat", lambda image: middle(image, 0.7)),
    "coffee_cup_turned": (
        "coffee_cup",
        lambda image: image.rotate(15, PIL.Image.Resampling.BICUBIC, expand=True),
    ),
    "rocket_brighter": ("rocket", lambda image: PIL.ImageEnhance.Brightness(image).enhance(1.5)),
    "pagoda_half_size": ("pagoda", jpeg),
    "dahlia_grey": ("dahlia", lambda image: image.convert("L").convert("RGB")),
    "coins_blurred": ("coins", lambda image: image.filter(PIL.ImageFilter.GaussianBlur(2))),
    "retina_upright": ("retina", lambda image: image.transpose(PIL.Image.Transpose.ROTATE_90)),
    "officer_stretched": (
        "officer",
        lambda image: image.resize((round(image.width * 1.5), image.height)),
    ),
    "cameraman_cropped": ("cameraman", lambda image: middle(image, 0.75)),
}


def opened(photograph: Photograph) -> PIL.Image.Image:
    """The photograph, from the installed package."""
    found = importlib.util.find_spec(photograph.package)
    if found is None or found.origin is None:
        raise SystemExit(f"pip install the package of {photograph.package}: it has the photograph")
    image = PIL.Image.open(Path(found.origin).parent / photograph.path)
    return image.convert("RGB")


def part(image: PIL.Image.Image, box: Box) -> PIL.Image.Image:
    """A part of the image."""
    left, top, right, bottom = box
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )


def save(image: PIL.Image.Image, path: Path) -> None:
    """Write the image at the size of the gallery."""
    image = image.copy()
    image.thumbnail((SIDE, SIDE), PIL.Image.Resampling.BICUBIC)
    image.save(path, "JPEG", quality=82, optimize=True)


def main() -> None:
    """Write all pictures, ``expected.json`` and ``ORIGINS.md``."""
    for folder in ("gallery", "queries"):
        (TARGET / folder).mkdir(parents=True, exist_ok=True)
        for old in (TARGET / folder).iterdir():
            old.unlink()
    rows = []
    whole = {}
    for name, photograph in PHOTOGRAPHS.items():
        image = whole[name] = opened(photograph)
        origin = f"{photograph.source} (in {photograph.package}: {photograph.path})"
        save(image, TARGET / f"gallery/{name}.jpg")
        rows.append((f"gallery/{name}.jpg", origin, photograph.rights, "made smaller"))
        for title, box in photograph.parts.items():
            save(part(image, box), TARGET / f"gallery/{title}.jpg")
            done = f"part {box} of gallery/{name}.jpg's photograph"
            rows.append((f"gallery/{title}.jpg", origin, photograph.rights, done))
    for title, (name, edit) in QUERIES.items():
        save(edit(whole[name]), TARGET / f"queries/{title}.jpg")
        done = f"edited copy of gallery/{name}.jpg's photograph"
        rows.append((f"queries/{title}.jpg", "as there", PHOTOGRAPHS[name].rights, done))
    expected = {f"{title}.jpg": f"{name}.jpg" for title, (name, _) in QUERIES.items()}
    (TARGET / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
    table = "\n".join(f"| `{row[0]}` | {' | '.join(row[1:])} |" for row in rows)
    (TARGET / "ORIGINS.md").write_text(
        "# Origins of the sample pictures\n\n"
        "All are photographs that may be passed on: CC0, public domain, without known copyright\n"
        "restrictions, or CC BY 2.0 (https://creativecommons.org/licenses/by/2.0/) by the named\n"
        "photographers. `training/sample_gallery/build.py` made them.\n\n"
        f"| file | origin | rights | what was done |\n|---|---|---|---|\n{table}\n"
    )


if __name__ == "__main__":
    main()
