"""Addresses are taken apart strictly, and shown without their secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee.errors import FetchError
from towhee.fetch.location import Location, parse_location, shown_url


def test_an_address_is_taken_apart() -> None:
    assert parse_location(" HTTPS://Example.ORG:8443/a b.jpg?q=ü&x=%20#top\n") == Location(
        "https",
        "example.org",
        8443,
        "/a%20b.jpg?q=%C3%BC&x=%20",
        "HTTPS://Example.ORG:8443/a b.jpg?…",
    )


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("http://example.org", "example.org", 80, "example.org"),
        ("https://example.org:443/", "example.org", 443, "example.org"),
        ("http://example.org:443/", "example.org", 443, "example.org:443"),
        ("http://example.org./", "example.org", 80, "example.org"),
        ("http://my_bucket.example.org/", "my_bucket.example.org", 80, "my_bucket.example.org"),
        ("http://[2606:4700::1111]:81/", "2606:4700::1111", 81, "[2606:4700::1111]:81"),
        ("http://münchen.example/", "xn--mnchen-3ya.example", 80, "xn--mnchen-3ya.example"),
        ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "localhost", 80, "localhost"),
        ("http://１２７.０.０.１/", "127.0.0.1", 80, "127.0.0.1"),  # noqa: RUF001
        ("http://127。0。0。1/", "127.0.0.1", 80, "127.0.0.1"),
    ],
)
def test_the_host_is_the_one_that_is_looked_up(
    url: str, host: str, port: int, authority: str
) -> None:
    location = parse_location(url)
    assert (location.host, location.port, location.authority) == (host, port, authority)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://example.org/a.jpg", "only http and https addresses are, not ftp"),
        ("file:///etc/passwd", "not file; pass the path of the file instead"),
        ("data:image/png;base64,AAAA", "not data; decode it and pass the bytes"),
        ("s3://bucket/a.jpg", "not s3; pass a signed https address"),
        ("gopher://example.org/", "not gopher"),
        ("javascript://example.org/%0a", "not javascript"),
        ("http://", "names no host"),
        ("http:///a.jpg", "names no host"),
        ("http:a.jpg", "names no host"),
        ("http://me@example.org/", "holds credentials"),
        ("http://me:secret@example.org/", "holds credentials"),
        ("http://@example.org/", "holds credentials"),
        ("http://example.org\\@evil.example/", "backslashes"),
        ("http://example.org/a\r\nHost: evil.example", "control characters"),
        ("http://exa\tmple.org/", "control characters"),
        ("http://exa mple.org/", "is no host name"),
        ("http://%6c%6fcalhost/", "is no host"),
        ("http://example.org:0x50/", "no valid address"),
        ("http://example.org:99999/", "no valid address"),
        ("http://example..org/", "is no host name"),
        ("http://-example.org/", "is no host name"),
        ("http://127.1/", "unusual form"),
        ("http://127.0.0.0x1/", "unusual form"),
        ("http://0x7f000001/", "unusual form"),
        ("http://0x7f.1/", "unusual form"),
        ("http://2130706433/", "unusual form"),
        ("http://0177.0.0.1/", "unusual form"),
        ("http://127.0.0.1.1/", "unusual form"),
        ("http://[::1/", "no valid address"),
        ("http://[fe80::1%25eth0]/", "no host"),
        ("http://[example.org]/", "no valid address"),
    ],
)
def test_an_address_that_means_nothing_or_harm_is_refused(url: str, message: str) -> None:
    with pytest.raises(FetchError) as caught:
        parse_location(url)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_behind_http_is_taken_apart_or_refused(text: str) -> None:
    try:
        location = parse_location(f"http://{text}")
    except FetchError:
        return
    assert location.host.isascii()
    assert location.target.isascii()
    assert location.target.isprintable()
    assert location.target.startswith("/")
    assert " " not in location.host + location.target


def test_credentials_and_queries_are_not_shown() -> None:
    assert shown_url("https://me:secret@example.org/a?b=secret#c") == "https://example.org/a?…"
    assert shown_url("https://me:se@cret@example.org/a") == "https://example.org/a"
    assert shown_url("https:me:secret@example.org/a") == "https:example.org/a"
    assert shown_url("https://example.org/a#secret") == "https://example.org/a"
    assert shown_url("http://a/b\r\nc") == "http://a/b??c"
    assert len(shown_url("https://example.org/" + "a" * 5000)) == 200
