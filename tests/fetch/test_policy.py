"""Limits and allowed hosts are checked when a policy is made."""

from __future__ import annotations

import dataclasses

import pytest

from towhee.errors import UsageError
from towhee.fetch import DEFAULT, FetchPolicy


def test_the_default_is_what_the_documentation_says() -> None:
    assert FetchPolicy(64 * 1024 * 1024, 30.0, 5, ()) == DEFAULT
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULT.max_bytes = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("entry", "host", "port", "is_allowed"),
    [
        ("intranet.example", "intranet.example", 80, True),
        ("intranet.example", "intranet.example", 9000, True),
        ("Intranet.Example.", "intranet.example", 80, True),
        ("intranet.example:8000", "intranet.example", 8000, True),
        ("intranet.example:8000", "intranet.example", 80, False),
        ("intranet.example", "a.intranet.example", 80, False),
        ("intranet.example", "intranet.example.org", 80, False),
        ("127.0.0.1:8000", "127.0.0.1", 8000, True),
        ("[::1]:8000", "::1", 8000, True),
        ("[::1]", "::1", 80, True),
    ],
)
def test_a_host_is_allowed_by_its_exact_name(
    entry: str, host: str, port: int, is_allowed: bool
) -> None:
    assert FetchPolicy(allow_hosts=(entry,)).allows(host, port) is is_allowed


def test_the_environment_allows_more_hosts_and_is_read_at_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = FetchPolicy()
    assert not policy.allows("127.0.0.1", 8000)
    monkeypatch.setenv("TOWHEE_ALLOW_HOSTS", "intranet.example, 127.0.0.1:8000,")
    assert policy.allows("127.0.0.1", 8000)
    assert policy.allows("intranet.example", 80)
    monkeypatch.setenv("TOWHEE_ALLOW_HOSTS", "http://intranet.example")
    with pytest.raises(UsageError, match="TOWHEE_ALLOW_HOSTS takes names"):
        policy.allows("127.0.0.1", 8000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_bytes": 0},
        {"timeout_seconds": 0},
        {"timeout_seconds": float("nan")},
        {"timeout_seconds": float("inf")},
        {"max_redirects": -1},
        {"allow_hosts": "intranet.example"},
        {"allow_hosts": ("http://intranet.example",)},
        {"allow_hosts": ("*.example",)},
        {"allow_hosts": ("",)},
    ],
)
def test_a_limit_or_host_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        FetchPolicy(**wrong)  # type: ignore[arg-type]
