"""Only addresses of the public Internet count as public."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee.fetch.addresses import why_not_public

REFUSED = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "private",
    "10.0.0.1": "private",
    "100.64.0.1": "not global",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "192.0.0.8": "private",
    "192.88.99.1": "of the 6to4 relays",
    "192.168.1.1": "private",
    "198.18.0.1": "private",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "private",
    "255.255.255.255": "private",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "reserved",
    "::ffff:127.0.0.1": "an IPv4 address mapped to IPv6",
    "::ffff:8.8.8.8": "an IPv4 address mapped to IPv6",
    "64:ff9b::127.0.0.1": "loopback behind NAT64",
    "64:ff9b::169.254.169.254": "link-local behind NAT64",
    "64:ff9b::10.0.0.1": "private behind NAT64",
    "64:ff9b:1::8.8.8.8": "",
    "100::1": "private",
    "2001::1": "private",
    "2001:db8::1": "private",
    "2002:7f00:1::": "a 6to4 tunnel",
    "2002:808:808::": "a 6to4 tunnel",
    "3fff::1": "",
    "5f00::1": "",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "",
    "ff02::1": "multicast",
    "": "no IP address",
    "localhost": "no IP address",
}


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_says_why(address: str) -> None:
    why = why_not_public(address)
    assert why is not None
    if REFUSED[address] not in ("", "private", "reserved"):  # Python versions name some anew
        assert why == REFUSED[address]


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"],
)
def test_a_public_address_is_one(address: str) -> None:
    assert why_not_public(address) is None


@given(st.ip_addresses())
def test_what_the_standard_library_calls_not_global_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if why_not_public(str(address)) is None:
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_loopback
