"""The photographs of the sample gallery: where each lies, whose it is, what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """A published package that carries photographs.

    Attributes:
        name: its name, version and registry.
        folder: where its photographs lie, below the folder that it was unpacked into.
        rights: where the package says what may be done with them.
    """

    name: str
    folder: str
    rights: str


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph.

    Attributes:
        name: what it shows; the name of its file in the gallery.
        package: the package that it comes from.
        file: its file, below the package's folder.
        author: who took it, as far as the package or its project says.
        licence: one of ``LICENCES``.
        source: the address that the package or its project gives.
    """

    name: str
    package: Package
    file: str
    author: str
    licence: str
    source: str


LICENCES = {
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 2.0": "https://creativecommons.org/licenses/by/2.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "public domain": "https://creativecommons.org/publicdomain/mark/1.0/",
}

SCIKIT_IMAGE = Package(
    "scikit-image 0.26.0 (PyPI)", "skimage/data", "the docstrings of `skimage.data`"
)
SCIKIT_LEARN = Package(
    "scikit-learn 1.9.1 (PyPI)",
    "sklearn/datasets/images",
    "`sklearn/datasets/images/README.txt`; for `flower.jpg` it names one photographer in words and "
    "links to another's page, which is the photograph's: both are named below",
)
MATPLOTLIB = Package(
    "matplotlib 3.11.2 (PyPI)",
    "matplotlib/mpl-data/sample_data",
    "https://github.com/matplotlib/matplotlib/pull/1599, which added the picture as public domain",
)
SCIPY = Package(
    "scipy 1.11.4 (PyPI)",
    "scipy/misc",
    "the docstrings of `scipy.misc`, which name public-domain-image.com",
)
LOMIRI = Package(
    "lomiri-wallpapers-16.04 20.04.0-4 (Debian)",
    "usr/share/backgrounds",
    "the package's `copyright` file, photograph by photograph",
)
LIBJXL = Package(
    "libjxl-testdata 0.0~git20240106 (Debian)",
    "usr/share/libjxl-testdata/external/wesaturate/500px",
    "the package's `copyright` file, and `LICENSE.md` and `README.md` beside the photographs; "
    "their names bear the photographers' accounts at wesaturate.com",
)
BUDGIE = Package(
    "budgie-backgrounds 3.0-1 (Debian)",
    "usr/share/backgrounds/budgie",
    "the package's `copyright` file (CC0 1.0 for all); photographer, source and the licence below "
    "are those that the project's pull requests state "
    "(https://github.com/BuddiesOfBudgie/budgie-backgrounds/pulls)",
)
PACKAGES = (SCIKIT_IMAGE, SCIKIT_LEARN, MATPLOTLIB, SCIPY, LOMIRI, LIBJXL, BUDGIE)

_SKIMAGE_PAGE = "https://scikit-image.org/docs/stable/api/skimage.data.html"
_LOMIRI_PAGE = "https://gitlab.com/ubports/development/core/lomiri-wallpapers"
_COMMONS = "https://commons.wikimedia.org/wiki/File:"
_FLICKR = "https://www.flickr.com/photos"

# fmt: off
PHOTOGRAPHS = (
    Photograph("astronaut", SCIKIT_IMAGE, "astronaut.png",
               "NASA", "public domain", "https://flic.kr/p/r9qvLn"),
    Photograph("brick_wall", SCIKIT_IMAGE, "brick.png",
               "CC0Textures", "CC0 1.0", "https://cc0textures.com/view.php?tex=Bricks25"),
    Photograph("cameraman", SCIKIT_IMAGE, "camera.png",
               "Lav Varshney", "CC0 1.0",
               "https://github.com/scikit-image/scikit-image/issues/3927"),
    Photograph("cat", SCIKIT_IMAGE, "chelsea.png",
               "Stefan van der Walt", "CC0 1.0", f"{_SKIMAGE_PAGE}#skimage.data.chelsea"),
    Photograph("coffee_cup", SCIKIT_IMAGE, "coffee.png",
               "Rachel Michetti, courtesy of Pikolo Espresso Bar", "CC0 1.0",
               f"{_SKIMAGE_PAGE}#skimage.data.coffee"),
    Photograph("galaxies", SCIKIT_IMAGE, "hubble_deep_field.jpg",
               "NASA", "public domain",
               "http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/"),
    Photograph("grass", SCIKIT_IMAGE, "grass.png",
               "linolafett", "CC0 1.0",
               "https://www.deviantart.com/linolafett/art/Grass-01-434853879"),
    Photograph("gravel", SCIKIT_IMAGE, "gravel.png",
               "CC0Textures", "CC0 1.0", "https://cc0textures.com/view.php?tex=Gravel04"),
    Photograph("retina", SCIKIT_IMAGE, "retina.jpg",
               "Mikael Häggström", "CC0 1.0",
               f"{_COMMONS}Fundus_photograph_of_normal_left_eye.jpg"),
    Photograph("rocket", SCIKIT_IMAGE, "rocket.jpg",
               "SpaceX", "public domain", f"{_FLICKR}/spacexphotos/16511594820/"),
    Photograph("writing", SCIKIT_IMAGE, "text.png",
               "not stated", "public domain", "https://en.wikipedia.org/wiki/File:Corner.png"),
    Photograph("dahlia", SCIKIT_LEARN, "flower.jpg",
               "vultilion (the README's words: danielbuechele)", "CC BY 2.0",
               f"{_FLICKR}/vultilion/6056698931/"),
    Photograph("pagoda", SCIKIT_LEARN, "china.jpg",
               "danielbuechele", "CC BY 2.0", f"{_FLICKR}/danielbuechele/6061409035/"),
    Photograph("naval_officer", MATPLOTLIB, "grace_hopper.jpg",
               "United States Navy", "public domain",
               "https://github.com/matplotlib/matplotlib/pull/1599"),
    Photograph("raccoon", SCIPY, "face.dat",
               "not stated", "public domain",
               "http://www.public-domain-image.com (raccoon-procyon-lotor.jpg)"),
    Photograph("steel_stairs", SCIPY, "ascent.dat",
               "not stated", "public domain",
               "http://www.public-domain-image.com/people-public-domain-images-pictures/ "
               "(accent-to-the-top.jpg)"),
    Photograph("autumn_meadow", LOMIRI, "aitzgorri_by_Aitzol_Berasategi.jpg",
               "Aitzol Berasategi", "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("dandelions", LOMIRI, "seeding_by_Clements_Engelhardt.jpg",
               "Clemens Engelhardt", "CC0 1.0", _LOMIRI_PAGE),
    Photograph("dogs", LOMIRI, "friends_by_Aitzol_Berasategi.jpg",
               "Aitzol Berasategi", "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("drum", LOMIRI, "Wine_by_Jakkub_Mede.jpg",
               "Jakub Mede", "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("fig", LOMIRI, "Picture_0B_by_freespace.jpg",
               'Trevor "Freespace"', "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("forest_stream", LOMIRI, "life_by_Aitzol_Berasategi.jpg",
               "Aitzol Berasategi", "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("hilltop_sunset", LOMIRI, "sunset_by_Aitzol_Berasategi.jpg",
               "Aitzol Berasategi", "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("mountain_path", LOMIRI, "picosdeeuropa_by_Aitzol_Berasategi.jpg",
               "Aitzol Berasategi", "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("paintbrushes", LOMIRI, "Picture_1A_by_freespace.jpg",
               'Trevor "Freespace"', "CC BY 4.0", _LOMIRI_PAGE),
    Photograph("cherry_blossom", LIBJXL, "u76c0g_bliznaca_srgb8.png",
               "bliznaca", "CC0 1.0", "https://www.wesaturate.com/"),
    Photograph("rocky_shore", LIBJXL, "cvo9xd_keong_macan_srgb8.png",
               "keong_macan", "CC0 1.0", "https://www.wesaturate.com/"),
    Photograph("tulips", LIBJXL, "tmshre_riaphotographs_srgb8.png",
               "riaphotographs", "CC0 1.0", "https://www.wesaturate.com/"),
    Photograph("blue_flowers", BUDGIE, "blue-periwinkle.jpg",
               "Noah Silliman", "CC0 1.0", f"{_COMMONS}Blue_periwinkle_(Unsplash).jpg"),
    Photograph("colosseum", BUDGIE, "roman-colosseum.jpg",
               "Bence Boros", "CC0 1.0", f"{_COMMONS}Colosseum_colors_(Unsplash).jpg"),
    Photograph("courtyard", BUDGIE, "casa-mila.jpg",
               "Alexandre Perotto", "CC0 1.0",
               f"{_COMMONS}Casa_Mila,_Barcelona,_Spain_(Unsplash).jpg"),
    Photograph("mountain_lake", BUDGIE, "lake-sherburne.jpg",
               "Jacob W. Frank, National Park Service", "public domain",
               f"{_COMMONS}Lake-sherburne-964855.jpg"),
    Photograph("osprey", BUDGIE, "perched-osprey.jpg",
               "United States National Park Service", "public domain",
               f"{_COMMONS}Osprey_(Pandion_haliaetus)_perched_along_the_Gardner_River_"
               "(29132705308).jpg"),
    Photograph("otters", BUDGIE, "oakland-zoo-otters.jpg",
               "Derrick Coetzee", "CC0 1.0",
               f"{_COMMONS}Wet_river_otter_(Lontra_canadensis)_resting_on_land_at_Oakland_Zoo.jpg"),
    Photograph("sand_dune", BUDGIE, "extreme-desert-hike.jpg",
               "Luca Zanon", "CC0 1.0", f"{_COMMONS}Extreme_Desert_Hike_(Unsplash).jpg"),
    Photograph("saturn", BUDGIE, "saturnian-profile.jpg",
               "NASA, JPL-Caltech, Space Science Institute, Julius Enriquez", "public domain",
               "https://www.jpl.nasa.gov/images/pia17218-a-farewell-to-saturn"),
    Photograph("skyline", BUDGIE, "singaporean-cityscape.jpg",
               "Romain Guy", "CC0 1.0", f"{_FLICKR}/romainguy/26461942322/"),
    Photograph("spiral_facade", BUDGIE, "abstract-spiral.jpg",
               "Samuel Zeller", "CC0 1.0", f"{_COMMONS}Abstract_spiral_pattern_(Unsplash).jpg"),
    Photograph("street_at_sunset", BUDGIE, "beacon-street-sunset.jpg",
               "Matthew Landers", "CC0 1.0",
               f"{_COMMONS}11_Beacon_St,_Boston,_United_States_(Unsplash).jpg"),
    Photograph("tea_garden", BUDGIE, "tea-gardens.jpg",
               "Vivek Kumar", "CC0 1.0", f"{_COMMONS}Amidst_the_Tea_Gardens_(Unsplash).jpg"),
    Photograph("wren", BUDGIE, "canyon-wren.jpg",
               "Brad Sutton, National Park Service", "public domain",
               f"{_COMMONS}Canyon_wren_(Catherpes_mexicanus)_(33368883441).jpg"),
)
# fmt: on
