"""The page at ``/`` in a real browser."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from live_server import running, whole
from real_browser import CONTRASTS, real_browser
from towhee import Pipeline, open_store, pipeline
from towhee.functional.origin import origin_of
from towhee.serve import ServeSettings
from towhee.serve.page.assembled import _FOLDER
from towhee.serve.served import served
from towhee.serve.service import Service
from towhee.serve.starting import ServiceOptions

KEY = "0123456789abcdef"
HOSTILE = "<img src=x onerror=document.title='taken'><script>alert(1)</script>"

DROP = """
(place, [content, name]) => {
  const bytes = Uint8Array.from(atob(content), each => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, {type: 'image/jpeg'}));
  for (const type of ['dragover', 'drop'])
    place.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
}
"""
PASTE = """
([content]) => {
  const bytes = Uint8Array.from(atob(content), each => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], 'pasted.jpg', {type: 'image/jpeg'}));
  document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with real_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, embed: Pipeline, photographs: list[Path]
) -> Iterator[str]:
    """A server of several pipelines and two collections, one of which holds hostile texts."""
    uri = f"faiss:///{tmp_path_factory.mktemp('store')}"
    origin = origin_of(embed.plan, embed.spec.name)
    with open_store(uri, "photos") as photos:
        photos.ensure(["x"], embed(photographs[:1]), {"size": [1]}, fingerprint=origin)
        sizes = [path.stat().st_size for path in photographs]
        photos.upsert([*map(str, photographs)], embed(photographs), {"size": sizes})
    with open_store(uri, "words") as words:
        vectors = embed(photographs[:2])
        words.ensure(["x"], vectors[:1], {"text": ["a"]}, fingerprint=origin)
        words.upsert([HOSTILE, "/etc/passwd"], vectors, {"text": [HOSTILE, "b"]})
    options = ServiceOptions(
        ("image-embedding", "text-embedding-hashing"),
        {},
        ServeSettings(max_body=2**20),
        10**8,
        store=uri,
        collections=("photos", "words"),
    )
    service = options.service()
    service.add(served(lambda x: x, "echo"))
    with running(whole(service)) as address:
        yield address


class Opened:
    """The page, and what it asked for and complained of while it was open."""

    def __init__(self, browser: Any, address: str, **screen: Any) -> None:
        self.address = address
        context = browser.new_context(
            permissions=["clipboard-read", "clipboard-write"], base_url=address, **screen
        )
        context.set_default_timeout(30_000)
        self.page = context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *exception: object) -> None:
        self.page.context.close()

    def choose(self, pipeline: str) -> None:
        self.page.get_by_label("Pipeline").select_option(pipeline)

    def drop(self, content: bytes, name: str = "photo.jpg") -> None:
        place = self.page.locator(".drop")
        place.evaluate(DROP, [base64.b64encode(content).decode(), name])

    def copied(self) -> Any:
        """What the button copies, when there is a result."""
        self.page.get_by_role("button", name="Copy").click()
        self.page.get_by_role("button", name="Copied").wait_for()
        return self.page.evaluate("async () => JSON.parse(await navigator.clipboard.readText())")

    def seen(self, text: str) -> None:
        """Wait until a text is there."""
        self.page.get_by_text(text).first.wait_for()


def test_a_dropped_image_gives_the_vector_of_the_api_and_its_neighbours(
    browser: Any, site: str, embed: Pipeline, photographs: list[Path]
) -> None:
    with Opened(browser, site) as opened:
        opened.drop(photographs[3].read_bytes())
        opened.seen("A vector of 384 numbers")
        vector = np.array(opened.copied(), np.float32)
        assert np.array_equal(vector, embed(photographs[3]))
        shown = opened.page.locator("#numbers").inner_text().split(", ")[:8]
        assert np.array_equal(np.array(shown, np.float32), vector[:8])
        opened.seen("Nearest to this input in photos")
        cards = opened.page.locator(".card")
        assert cards.count() == 12
        assert photographs[3].name in cards.first.inner_text()
        assert "cosine 1.0000" in cards.first.inner_text()
        assert "size: " in cards.first.inner_text()
        pictures = opened.page.locator(".card img")
        assert pictures.count() == 12
        opened.page.wait_for_function(
            "() => [...document.querySelectorAll('.card img, .drop img')]"
            ".every(each => each.naturalWidth > 0)"
        )
        assert opened.complaints == []
        assert {url.split("/")[2] for url in opened.requests if url.startswith("http")} == {
            site.removeprefix("http://")
        }
        assert {url.partition(":")[0] for url in opened.requests} <= {"http", "data", "blob"}


def test_a_neighbour_is_searched_from_by_the_keyboard(
    browser: Any, site: str, embed: Pipeline, photographs: list[Path]
) -> None:
    with Opened(browser, site) as opened:
        opened.page.locator(".drop").wait_for()
        opened.page.evaluate(PASTE, [base64.b64encode(photographs[0].read_bytes()).decode()])
        opened.seen("Nearest to this input in photos")
        second = opened.page.locator(".card").nth(1)
        path = second.get_attribute("title")
        second.focus()
        opened.page.keyboard.press("Enter")
        opened.seen(f"Nearest to {Path(path).name} in photos")
        first = opened.page.locator(".card").first
        assert first.get_attribute("title") == path
        assert first.evaluate("each => each === document.activeElement")
        asked = {"key": path, "topk": 12}
        by_api = httpx.post(f"{site}/v1/search", json=asked).json()["results"]
        titles = [each.get_attribute("title") for each in opened.page.locator(".card").all()]
        assert titles == [each["key"] for each in by_api]
        assert opened.complaints == []


def test_texts_go_to_pipelines_of_texts(browser: Any, site: str) -> None:
    hashing = pipeline("text-embedding-hashing")
    with Opened(browser, site) as opened:
        opened.choose("text-embedding-hashing")
        opened.page.get_by_role("textbox", name="Text").fill("a small brown bird")
        opened.page.keyboard.press("Control+Enter")
        opened.seen("A vector of")
        assert np.array_equal(np.array(opened.copied(), np.float32), hashing("a small brown bird"))
        opened.seen("photos holds vectors of image-embedding: choose that pipeline")
        opened.choose("echo")
        opened.page.get_by_role("textbox", name="Text").fill('{"n": [1, 2]}')
        opened.page.get_by_role("button", name="Run").click()
        opened.seen("Result")
        assert opened.copied() == {"n": [1, 2]}
        assert opened.complaints == []


def test_hostile_names_texts_and_keys_are_shown_as_text(
    browser: Any, site: str, photographs: list[Path]
) -> None:
    with Opened(browser, site) as opened:
        name = HOSTILE.replace("/", "\N{DIVISION SLASH}")
        opened.drop(photographs[0].read_bytes(), name)
        opened.seen("Nearest to this input in photos")
        assert opened.page.locator(".drop .name").inner_text() == name
        opened.page.get_by_label("Search in").select_option("words")
        opened.seen("Nearest to this input in words")
        assert opened.page.locator(".card").first.get_attribute("title") == HOSTILE
        opened.seen(f"text: {HOSTILE}")
        assert opened.page.get_by_text("no picture").count() == 2, "of nothing but images"
        opened.choose("echo")
        opened.page.get_by_role("textbox", name="Text").fill(HOSTILE)
        opened.page.get_by_role("button", name="Run").click()
        opened.seen("Result")
        assert opened.copied() == HOSTILE
        assert opened.page.title() == "towhee"
        assert opened.page.locator("script").count() == 1
        assert opened.complaints == []


def test_scripts_and_styles_that_get_into_the_page_do_not_run(browser: Any, site: str) -> None:
    with Opened(browser, site) as opened:
        opened.page.evaluate(
            """() => {
              const script = document.createElement('script');
              script.textContent = "document.title = 'taken'";
              document.body.append(script);
              const link = '<a onclick="1" style="color:red">x</a>';
              document.body.insertAdjacentHTML('beforeend', link);
            }"""
        )
        assert opened.page.title() == "towhee"
        assert any("Content Security Policy" in each for each in opened.complaints)
        elsewhere = "fetch('http://127.0.0.2:9/').then(() => 'sent', each => each.name)"
        assert opened.page.evaluate(elsewhere) == "TypeError"
    policy = httpx.get(site).headers["content-security-policy"]
    assert "unsafe" not in policy


def test_errors_are_said_in_words(browser: Any, site: str) -> None:
    with Opened(browser, site) as opened:
        opened.drop(b"no image at all")
        said = opened.page.locator("#said.bad")
        said.wait_for()
        assert "image" in said.inner_text()
        opened.drop(b"x" * (2**20 + 1))
        opened.seen("The file has 1 MiB; the server takes at most 1 MiB.")
        opened.page.route("**/v1/pipelines/**", lambda route: route.abort())
        opened.drop(b"no image at all")
        opened.seen("The server does not answer, or ended the connection.")


def test_figures_are_those_of_the_service(browser: Any, site: str, photographs: list[Path]) -> None:
    with Opened(browser, site) as opened:
        figures = opened.page.locator("#figures")
        figures.get_by_text("Requests a second").wait_for()
        for _ in range(3):
            content = photographs[0].read_bytes()
            sent = httpx.post(f"{site}/v1/pipelines/image-embedding", files={"input": content})
            assert sent.status_code == 200
        opened.page.wait_for_function("() => /p50\\n+[\\d.]+ ms/.test(document.body.innerText)")
        assert "Inputs a batch\n1\n" in figures.inner_text()
        assert opened.complaints == []


def test_quantiles_are_those_of_prometheus(browser: Any) -> None:
    page = browser.new_page()
    page.evaluate(f"() => {{ {(_FOLDER / 'figures.js').read_text()}; window.q = quantile; }}")
    # 10 requests more: 6 within 0.1 s, 3 more within 0.5 s, one longer than that.
    rows = [("0.1", 6), ("0.5", 9), ("+Inf", 10)]
    now = [{"name": "t_bucket", "labels": {"le": le}, "value": n + 5} for le, n in rows]
    before = [{**each, "value": 5} for each in now]
    found = [
        page.evaluate("([share, now, before]) => q(share, now, before, 't')", [share, now, before])
        for share in (0.3, 0.75, 0.99)
    ]
    assert found == pytest.approx([0.05, 0.1 + 0.4 * (7.5 - 6) / 3, 0.5])
    assert page.evaluate("([now]) => q(0.5, now, now, 't')", [now]) is None
    page.context.close()


def test_a_key_is_asked_for_and_kept_for_the_tab(browser: Any) -> None:
    service = Service(ServeSettings(keys={KEY: "me"}))
    service.add(served(lambda x: x, "echo"))
    with running(whole(service)) as address, Opened(browser, address) as opened:
        page = opened.page
        opened.seen("an API key is needed")
        page.get_by_role("textbox", name="Key").fill("another-key-of-someone")
        page.keyboard.press("Enter")
        opened.seen("this API key is not known")
        page.get_by_role("textbox", name="Key").fill(KEY)
        page.get_by_role("button", name="Use it").click()
        page.get_by_role("textbox", name="Text").fill("a")
        page.get_by_role("button", name="Run").click()
        opened.seen("Result")
        assert page.evaluate("localStorage.length + document.cookie.length") == 0
        page.reload()
        page.get_by_role("textbox", name="Text").wait_for()
        assert not page.locator("#ask-key").is_visible()
        other = page.context.new_page()
        other.goto(address)
        other.get_by_text("an API key is needed").wait_for()
        other.keyboard.press("Escape")
        other.get_by_text("Without an API key the server does not answer.").wait_for()


def test_all_of_it_is_reached_by_the_keyboard(browser: Any, site: str) -> None:
    with Opened(browser, site) as opened:
        opened.choose("echo")
        reached = []
        opened.page.evaluate("document.activeElement.blur()")
        for _ in range(4):
            opened.page.keyboard.press("Tab")
            reached.append(opened.page.evaluate("document.activeElement.tagName"))
        assert reached == ["SELECT", "SELECT", "TEXTAREA", "BUTTON"]


def test_a_file_is_chosen_by_the_keyboard(browser: Any, site: str, photographs: list[Path]) -> None:
    with Opened(browser, site) as opened:
        opened.page.locator(".drop").wait_for()
        opened.page.get_by_label("Search in").focus()
        opened.page.keyboard.press("Tab")
        # The browser's own dialog is not to be seen from here, but what opens it.
        opened.page.evaluate(
            """() => document.activeElement.addEventListener('click', event => {
              event.preventDefault();
              document.title = event.target.type + ' opens';
            })"""
        )
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_function("() => document.title === 'file opens'")
        opened.page.locator(":focus").set_input_files(photographs[0])
        opened.seen("Nearest to this input in photos")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_telephone_and_its_text_stands_out(
    browser: Any, site: str, photographs: list[Path], scheme: str
) -> None:
    screen = {"viewport": {"width": 375, "height": 700}, "is_mobile": True, "has_touch": True}
    with Opened(browser, site, color_scheme=scheme, **screen) as opened:
        opened.drop(photographs[0].read_bytes(), "n" * 200)
        opened.seen("Nearest to this input in photos")
        assert opened.page.evaluate("document.scrollingElement.scrollWidth") <= 375
        ground = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = sum(map(int, ground.removeprefix("rgb(").removesuffix(")").split(", ")))
        assert (brightness > 3 * 128) == (scheme == "light")
        assert opened.page.evaluate(CONTRASTS) == []


def test_a_server_may_do_without_the_page() -> None:
    service = Service(ServeSettings(has_page=False))
    service.add(served(lambda x: x, "echo"))
    with running(whole(service)) as address:
        assert httpx.get(address).status_code == 404
