"""Addresses of hosts: which are public, and which may be asked for a link.

The texts of a site may come from anybody, and so may the redirects of other sites and what their names resolve to.
None of them may lead a program inside a private network to an address of that network.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence

_GLOBAL = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL = ("localhost", "localhost.localdomain")
BAD_PORTS = frozenset((
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080))
"""The ports that browsers refuse (https://fetch.spec.whatwg.org/#port-blocking): something else than HTTP is there."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(text: str) -> bool:
    """Returns whether an address is one of the public internet, also if it is wrapped in another one."""
    address = _parsed(text)
    if address is None:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inner = _inner(address)
    if inner:
        return all(each.is_global and not each.is_multicast for each in inner)
    return address in _GLOBAL and address.is_global


def is_link_local(text: str) -> bool:
    """Returns whether an address is one of the local link, where clouds tell their secrets."""
    address = _parsed(text)
    return address is not None and any(
        each.is_link_local for each in (address, *(_inner(address) if address.version == 6 else ())))


def names_private(host: str) -> bool:
    """Returns whether the name of a host says itself that it is private: an address, or `localhost`."""
    host = host.strip("[]").rstrip(".").lower()
    if host in _LOCAL or host.endswith(".localhost"):
        return True
    return _parsed(host) is not None and not is_public(host)


def allowed(host: str, addresses: Sequence[str], *, is_named: bool, private_hosts: Collection[str]) -> list[str]:
    """Returns the addresses of a host that may be asked.  `is_named` tells whether a link of the site itself names this
    host; `private_hosts` are those that the config allows."""
    if host.strip("[]").rstrip(".").lower() in private_hosts:
        return list(addresses)
    if is_named and names_private(host):
        return [address for address in addresses if not is_link_local(address)]
    return [address for address in addresses if is_public(address)]


def _parsed(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _inner(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """Returns the addresses of IPv4 that an address of IPv6 stands for."""
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return list(address.teredo)
    return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)] if address in _NAT64 else []
