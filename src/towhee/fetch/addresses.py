"""Which IP addresses are public: the ones that a stranger's link may make this machine call."""

from __future__ import annotations

import ipaddress

_IPV6_PUBLIC = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NOT_PUBLIC = {
    "of the 6to4 relays": ipaddress.ip_network("192.88.99.0/24"),
    "of IETF protocols": ipaddress.ip_network("192.0.0.0/24"),
    "of IETF protocols, Teredo among them": ipaddress.ip_network("2001::/23"),
    "of the documentation": ipaddress.ip_network("2001:db8::/32"),
    "a 6to4 tunnel": ipaddress.ip_network("2002::/16"),
    "reserved for documentation": ipaddress.ip_network("3fff::/20"),
}


def why_not_public(address: str) -> str | None:
    """Why an IP address is not one of the public Internet, or None if it is.

    IPv6 addresses that carry an IPv4 address (mapped, compatible, 6to4, Teredo) are none of
    them. A NAT64 address, which is how a network of IPv6 alone reaches an IPv4 host, is
    judged by the IPv4 address in it.

    Example:
        >>> why_not_public("127.0.0.1")
        'loopback'
        >>> why_not_public("64:ff9b::10.0.0.1")
        'private behind NAT64'
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "no IP address"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _NAT64:
            embedded = why_not_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
            return embedded and f"{embedded} behind NAT64"
        if parsed.ipv4_mapped is not None:
            return "an IPv4 address mapped to IPv6"
    for kind in ("unspecified", "loopback", "link_local", "multicast", "private", "reserved"):
        if getattr(parsed, f"is_{kind}"):
            return kind.replace("_", "-")
    for name, network in _NOT_PUBLIC.items():
        if parsed in network:
            return name
    if not parsed.is_global or (parsed.version == 6 and parsed not in _IPV6_PUBLIC):
        return "not global"
    return None
