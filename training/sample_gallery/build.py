"""Build ``src/towhee/samples`` from the photographs inside seven published packages.

    python training/sample_gallery/build.py SOURCES

``SOURCES`` is the folder that the packages were unpacked into; ``README.md`` has the commands.
Every photograph is checked against ``sources.sha256``, so the same pictures come out each time.
"""

from __future__ import annotations

import bz2
import functools
import hashlib
import io
import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageEnhance
import PIL.ImageFilter
import PIL.ImageOps
from photographs import LICENCES, PACKAGES, PHOTOGRAPHS, Photograph

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "src/towhee/samples"
SIDE = 360
QUALITY = 82


@dataclass(frozen=True, slots=True)
class Query:
    """A changed copy of a photograph of the gallery, to search with.

    Attributes:
        of: the photograph's name.
        change: one word for what was done; the query is called ``<of>_<change>``.
        done: what was done, for ``ORIGINS.md``.
        edit: the same, on pixels.
    """

    of: str
    change: str
    done: str
    edit: Callable[[PIL.Image.Image], PIL.Image.Image]

    @property
    def name(self) -> str:
        """The name of its file, without the ending."""
        return f"{self.of}_{self.change}"


def cropped(
    image: PIL.Image.Image, left: float, top: float, right: float, bottom: float
) -> PIL.Image.Image:
    """The part between these shares of its sides."""
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )


def turned(image: PIL.Image.Image, degrees: float, share: float) -> PIL.Image.Image:
    """It turned, and its middle kept, where no corner is empty."""
    rest = (1 - share) / 2
    upright = image.rotate(degrees, PIL.Image.Resampling.BICUBIC)
    return cropped(upright, rest, rest, 1 - rest, 1 - rest)


def coarse(image: PIL.Image.Image) -> PIL.Image.Image:
    """It at 120 pixels and a low quality, enlarged again."""
    small = reduced(image, 120)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=15)
    return PIL.Image.open(buffer).resize((small.width * 3, small.height * 3))


def brighter(image: PIL.Image.Image, factor: float) -> PIL.Image.Image:
    """It with its light multiplied."""
    return PIL.ImageEnhance.Brightness(image).enhance(factor)


def warmer(image: PIL.Image.Image) -> PIL.Image.Image:
    """It as in evening light: more red, less blue."""
    red, green, blue = image.split()
    more_red = red.point(lambda value: min(255, round(value * 1.25)))
    less_blue = blue.point(lambda value: round(value * 0.7))
    return PIL.Image.merge("RGB", (more_red, green, less_blue))


def part(*box: float) -> Callable[[PIL.Image.Image], PIL.Image.Image]:
    """The edit that keeps a part: left, top, right, bottom as shares of the sides."""
    left, top, right, bottom = box
    return functools.partial(cropped, left=left, top=top, right=right, bottom=bottom)


# fmt: off
QUERIES = (
    Query("astronaut", "mirrored", "mirrored", PIL.ImageOps.mirror),
    Query("cat", "cropped", "cropped to (0.2, 0.05, 0.9, 0.85)", part(0.2, 0.05, 0.9, 0.85)),
    Query("coffee_cup", "turned", "turned by 14 degrees, the middle 72 % kept",
          functools.partial(turned, degrees=14, share=0.72)),
    Query("colosseum", "darker", "brightness x 0.45", functools.partial(brighter, factor=0.45)),
    Query("dahlia", "grey", "made grey", lambda image: image.convert("L").convert("RGB")),
    Query("dogs", "cropped", "cropped to (0.2, 0.12, 0.9, 0.62)", part(0.2, 0.12, 0.9, 0.62)),
    Query("mountain_lake", "upside_down", "turned by 180 degrees",
          lambda image: image.transpose(PIL.Image.Transpose.ROTATE_180)),
    Query("naval_officer", "stretched", "width x 1.5",
          lambda image: image.resize((round(image.width * 1.5), image.height))),
    Query("osprey", "close_up", "cropped to (0.24, 0.12, 0.56, 0.8)", part(0.24, 0.12, 0.56, 0.8)),
    Query("otters", "close_up", "cropped to (0.2, 0.18, 0.72, 0.84)", part(0.2, 0.18, 0.72, 0.84)),
    Query("pagoda", "recompressed", "reduced to 120 pixels, JPEG quality 15, enlarged", coarse),
    Query("raccoon", "blurred", "reduced, then blurred (Gauss, 3 pixels)",
          lambda image: reduced(image).filter(PIL.ImageFilter.GaussianBlur(3))),
    Query("rocket", "brighter", "brightness x 1.7", functools.partial(brighter, factor=1.7)),
    Query("tulips", "warmer", "red x 1.25, blue x 0.7", warmer),
)
# fmt: on


def checked(sources: Path, photograph: Photograph) -> bytes:
    """The bytes of the photograph's file, known to be those that this script was written for."""
    path = f"{photograph.package.folder}/{photograph.file}"
    try:
        data = (sources / path).read_bytes()
    except FileNotFoundError:
        raise SystemExit(
            f"{sources / path} is missing: unpack {photograph.package.name} into {sources}"
        ) from None
    digest = hashlib.sha256(data).hexdigest()
    if f"{digest}  {path}" not in (HERE / "sources.sha256").read_text().splitlines():
        raise SystemExit(f"{path} is another file than expected: its sha256 is {digest}")
    return data


def opened(sources: Path, photograph: Photograph) -> PIL.Image.Image:
    """The photograph as sRGB pixels and nothing else: no profile, comment or Exif."""
    data = checked(sources, photograph)
    if photograph.file == "face.dat":
        pixels = np.frombuffer(bz2.decompress(data), np.uint8).reshape(768, 1024, 3)
        return PIL.Image.fromarray(pixels)
    if photograph.file == "ascent.dat":
        # A pickle can run code; this one is known by its digest.
        return PIL.Image.fromarray(np.array(pickle.loads(data), np.uint8)).convert("RGB")
    image = PIL.ImageOps.exif_transpose(PIL.Image.open(io.BytesIO(data)))
    if has_other_colours(image):
        profile = PIL.ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        srgb = PIL.ImageCms.createProfile("sRGB")
        converted = PIL.ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
        assert converted is not None  # only an edit in place returns nothing
        image = converted
    return PIL.Image.fromarray(np.asarray(image.convert("RGB")))


def has_other_colours(image: PIL.Image.Image) -> bool:
    """Whether its profile says other colours than sRGB."""
    if "icc_profile" not in image.info:
        return False
    profile = PIL.ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    return "sRGB" not in PIL.ImageCms.getProfileDescription(profile)


def reduced(image: PIL.Image.Image, side: int = SIDE) -> PIL.Image.Image:
    """It with no side longer than ``side`` pixels."""
    image = image.copy()
    image.thumbnail((side, side), PIL.Image.Resampling.LANCZOS)
    return image


def write(image: PIL.Image.Image, path: Path) -> str:
    """Write the image at the size of the gallery; says how large it is."""
    small = reduced(image)
    small.save(path, "JPEG", quality=QUALITY, optimize=True)
    return f"{small.width} x {small.height}"


def origins(gallery: list[str], queries: list[str]) -> str:
    """The text of ``ORIGINS.md``."""
    licences = "\n".join(f"- {name}: <{address}>" for name, address in LICENCES.items())
    packages = "\n".join(
        f"- **{package.name}**, `{package.folder}`. Rights: {package.rights}."
        for package in PACKAGES
    )
    return f"""# Origins of the sample pictures

{len(PHOTOGRAPHS)} photographs, none a part of another, and {len(QUERIES)} queries, each a changed
copy of one of them. All may be passed on. `training/sample_gallery/build.py` made them: reduced,
brought to sRGB (`rocket` was in Adobe RGB), saved as JPEG of quality {QUALITY} without Exif data.

The licences:

{licences}

The authors named here own the photographs under a CC BY licence; they do not endorse towhee.

## Packages

{packages}

## Gallery

| file | author | licence | package and file | source | what was done |
|---|---|---|---|---|---|
{chr(10).join(gallery)}

## Queries

Boxes are left, top, right, bottom as shares of the sides. Each change was made at full size, then
the picture was reduced. `expected.json` names the gallery picture that each should find.

| file | author | licence | changed copy of | what was done |
|---|---|---|---|---|
{chr(10).join(queries)}
"""


def main() -> None:
    """Write all pictures, ``expected.json`` and ``ORIGINS.md``."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sources = Path(sys.argv[1])
    images = {photograph.name: opened(sources, photograph) for photograph in PHOTOGRAPHS}
    for folder in ("gallery", "queries"):
        (TARGET / folder).mkdir(parents=True, exist_ok=True)
        for old in (TARGET / folder).iterdir():
            old.unlink()
    rights = {}
    gallery = []
    for photograph in sorted(PHOTOGRAPHS, key=lambda photograph: photograph.name):
        image = images[photograph.name]
        size = write(image, TARGET / f"gallery/{photograph.name}.jpg")
        rights[photograph.name] = f"{photograph.author} | {photograph.licence}"
        done = f"{image.width} x {image.height} reduced to {size}"
        gallery.append(
            f"| `gallery/{photograph.name}.jpg` | {rights[photograph.name]} | "
            f"{photograph.package.name.split()[0]}: `{photograph.file}` | {photograph.source} | "
            f"{done} |"
        )
    queries = []
    for query in QUERIES:
        size = write(query.edit(images[query.of]), TARGET / f"queries/{query.name}.jpg")
        queries.append(
            f"| `queries/{query.name}.jpg` | {rights[query.of]} | `gallery/{query.of}.jpg` | "
            f"{query.done}; {size} |"
        )
    expected = {f"{query.name}.jpg": f"{query.of}.jpg" for query in QUERIES}
    (TARGET / "expected.json").write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")
    (TARGET / "ORIGINS.md").write_text(origins(gallery, queries), encoding="utf-8")
    print(f"{len(gallery)} photographs and {len(queries)} queries in {TARGET}")


if __name__ == "__main__":
    main()
