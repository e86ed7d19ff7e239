"""The decoding operators take whatever shows an image, and say what they take."""

from __future__ import annotations

import io
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from towhee.errors import DataError, FetchError, UnreadableImageError, UsageError
from towhee.operators.image_decode.cv2 import Cv2ImageDecode, Cv2RgbImageDecode
from towhee.operators.image_decode.pil import PilImageDecode
from towhee.types.image import Image

COLOUR = (200, 100, 50)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "colour.png"
    PIL.Image.new("RGB", (3, 2), COLOUR).save(path)
    return path


@pytest.fixture
def server(file: Path) -> Iterator[str]:
    """A loopback server: /image is the file, /page an HTML page with status 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = file.read_bytes() if self.path.startswith("/image") else b"<html>sign in</html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def forms(file: Path) -> dict[str, object]:
    rgb = np.full((2, 3, 3), COLOUR, np.uint8)
    return {
        "path": file,
        "str": str(file),
        "bytes": file.read_bytes(),
        "bytearray": bytearray(file.read_bytes()),
        "memoryview": memoryview(file.read_bytes()),
        "file object": io.BytesIO(file.read_bytes()),
        "PIL image": PIL.Image.new("RGB", (3, 2), COLOUR),
        "RGB Image": Image(rgb, "RGB"),
        "BGR Image": Image(rgb, "RGB").to("BGR"),
        "RGBA Image": Image(rgb, "RGB").to("RGBA"),
        "array": rgb,
        "array with alpha": np.dstack([rgb, np.full((2, 3), 255, np.uint8)]),
    }


@pytest.mark.parametrize("form", forms(Path(__file__)))
@pytest.mark.parametrize(
    ("operator", "mode"),
    [(Cv2ImageDecode, "BGR"), (Cv2RgbImageDecode, "RGB"), (PilImageDecode, "RGB")],
)
def test_each_form_of_an_image_gives_the_same_pixels(
    operator: type[PilImageDecode], mode: str, form: str, file: Path
) -> None:
    image = operator()(forms(file)[form])
    assert image.mode == mode
    assert image.shape == (2, 3, 3)
    assert image[1, 2].tolist() == list(COLOUR if mode == "RGB" else COLOUR[::-1])


def test_an_open_file_is_read(file: Path) -> None:
    with file.open("rb") as opened:
        assert PilImageDecode()(opened)[0, 0].tolist() == list(COLOUR)


def test_a_pil_image_that_is_not_yet_read_is_turned_upright_as_its_file_is(tmp_path: Path) -> None:
    path = tmp_path / "turned.png"
    exif = PIL.Image.Exif()
    exif[274] = 6
    PIL.Image.new("RGB", (3, 2), COLOUR).save(path, exif=exif.tobytes())
    with PIL.Image.open(path) as opened:
        assert PilImageDecode()(opened).shape == PilImageDecode()(path).shape == (3, 2, 3)
        assert opened.size == (3, 2)  # the user's own image stays as it was


def test_a_truncated_pil_image_names_its_file(file: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    PIL.Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[:3000])
    with PIL.Image.open(file) as opened, pytest.raises(UnreadableImageError, match=r"colour\.png"):
        PilImageDecode()(opened)


def test_grey_arrays_become_colour() -> None:
    for shape in ((2, 3), (2, 3, 1)):
        assert PilImageDecode()(np.full(shape, 9, np.uint8)).tolist() == [[[9] * 3] * 3] * 2


def test_transparency_lies_on_white_in_arrays_images_and_pil_images_alike() -> None:
    clear = np.full((1, 1, 4), (255, 0, 0, 0), np.uint8)
    forms = [clear, Image(clear, "RGBA"), Image(clear, "BGRA"), PIL.Image.fromarray(clear)]
    assert [PilImageDecode()(form)[0, 0].tolist() for form in forms] == [[255, 255, 255]] * 4
    assert PilImageDecode("RGBA")(clear)[0, 0].tolist() == [255, 0, 0, 0]


def test_a_channel_cut_out_of_an_image_is_grey() -> None:
    image = Image(np.full((2, 3, 3), COLOUR, np.uint8), "RGB")
    assert PilImageDecode()(image[:, :, 0])[0, 0].tolist() == [200, 200, 200]
    with pytest.raises(DataError, match="float64"):
        PilImageDecode()(image / 255)


@pytest.mark.parametrize(
    ("mode", "expected"), [("rgb", "RGB"), ("bgr", "BGR"), ("Rgb", "RGB"), ("L", "L")]
)
def test_the_mode_is_taken_in_any_case(mode: str, expected: str, file: Path) -> None:
    assert Cv2ImageDecode(mode)(file).mode == expected


@pytest.mark.parametrize("mode", ["hsv", "", None, 3])
def test_another_mode_is_refused_with_the_choices(mode: str) -> None:
    with pytest.raises(UsageError, match="one of RGB, BGR, RGBA, BGRA, L, not"):
        Cv2ImageDecode(mode)


def test_wrong_limits_and_hosts_are_refused_at_once() -> None:
    with pytest.raises(UsageError, match="max_pixels"):
        PilImageDecode(max_pixels=0)
    with pytest.raises(UsageError, match="allow_hosts"):
        PilImageDecode(allow_hosts="intranet.example")
    with pytest.raises(UsageError, match="allow_hosts"):
        PilImageDecode(allow_hosts=("http://intranet.example/",))


def test_a_batch_keeps_its_order(file: Path) -> None:
    images = PilImageDecode().batch([file, np.zeros((1, 1), np.uint8)])
    assert [image.shape for image in images] == [(2, 3, 3), (1, 1, 3)]


@pytest.mark.parametrize("value", [None, 3, 2.5, ["a.jpg"], {"path": "a.jpg"}, object()])
def test_a_value_of_another_kind_is_refused_with_its_type(value: object) -> None:
    with pytest.raises(DataError) as caught:
        PilImageDecode()(value)
    assert str(caught.value).startswith(f"a {type(value).__name__} is no image; pass a path")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 2, 3), np.float32), "array of float32 .*round"),
        (np.zeros((3, 8, 8), np.uint8), r"\(3, 8, 8\) .*channels come first.*transpose"),
        (np.zeros((4, 8, 8, 3), np.uint8), "a batch; pass its elements"),
        (np.zeros((8, 8, 2), np.uint8), r"\(8, 8, 2\) is no image"),
        (np.zeros((0, 8, 3), np.uint8), r"\(0, 8, 3\) has no pixels"),
        (np.zeros(5, np.uint8), r"\(5,\) is no image"),
    ],
)
def test_an_array_that_is_no_image_is_refused_with_the_remedy(
    array: np.ndarray, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        PilImageDecode()(array)


def test_a_missing_file_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        PilImageDecode()(str(tmp_path / "cat.jpg"))
    assert str(caught.value).count("cat.jpg") == 1
    assert "does not exist" in str(caught.value)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").touch()
    with pytest.raises(DataError, match=r"cat\.jpg is empty \(0 bytes\)"):
        PilImageDecode()(tmp_path / "cat.jpg")


def test_the_pixel_limit_reaches_every_form(file: Path) -> None:
    decode = PilImageDecode(max_pixels=5)
    for form in (file, file.read_bytes(), PIL.Image.new("RGB", (3, 2))):
        with pytest.raises(UnreadableImageError, match="6 pixels, more than the limit of 5"):
            decode(form)


def test_an_address_is_fetched_where_its_host_is_allowed(server: str) -> None:
    decode = PilImageDecode(allow_hosts=(server,))
    assert decode(f"http://{server}/image?token=secret")[0, 0].tolist() == list(COLOUR)
    with pytest.raises(FetchError, match="loopback"):
        PilImageDecode()(f"http://{server}/image")


def test_a_page_behind_an_address_is_called_one_without_the_query(server: str) -> None:
    with pytest.raises(UnreadableImageError) as caught:
        PilImageDecode(allow_hosts=(server,))(f"http://{server}/page?token=secret")
    assert str(caught.value).startswith(f"http://{server}/page?… cannot be read as an image")
    assert "looks like an HTML page" in str(caught.value)


def test_operators_travel_to_workers() -> None:
    operator = pickle.loads(pickle.dumps(Cv2ImageDecode("rgb", max_pixels=9)))
    assert operator(np.zeros((1, 1), np.uint8)).mode == "RGB"
    assert operator.placement == "threads"


@pytest.mark.parametrize("operator", [PilImageDecode, Cv2ImageDecode])
def test_a_photograph_may_be_decoded_at_a_part_of_its_size(
    operator: type[PilImageDecode], tmp_path: Path
) -> None:
    path = tmp_path / "large.jpg"
    PIL.Image.new("RGB", (640, 480), COLOUR).save(path)
    assert operator(min_side=120)(path).shape == (120, 160, 3)
    with pytest.raises(UsageError, match="min_side is at least 1, not 0"):
        operator(min_side=0)
