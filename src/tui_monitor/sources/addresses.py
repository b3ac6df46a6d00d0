"""Which network addresses are private: places that a public server must never send us to.

A feed from the internet that redirects to ``http://127.0.0.1:8080/`` or ``http://169.254.169.254/`` would make
the program ask machines that only this one can reach.
"""

from __future__ import annotations

import ipaddress
import socket

_LOCAL_NAMES = frozenset(
    {"localhost", "localhost.localdomain", "localhost6", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback"}
)

_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
"""Where all public addresses lie; the old forms that carry an IPv4 address (``::127.0.0.1``) lie outside."""


def is_private_address(address: str) -> bool:
    """Whether ``address`` (an IP literal) is loopback, private, link-local or otherwise not of the public internet.

    IPv6 forms that carry an IPv4 address (mapped, 6to4, NAT64) are judged by that address as well.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return not inner.is_global or inner.is_multicast
        if ip not in _PUBLIC_IPV6:
            return True
    return not ip.is_global or ip.is_multicast


def is_private_name(host: str) -> bool:
    """Whether ``host`` (a name or a literal in any spelling) is private by its mere look, without a look-up."""
    name = host.strip("[]").rstrip(".").lower()
    if not name or name in _LOCAL_NAMES or name.endswith(_LOCAL_SUFFIXES):
        return True
    try:
        # The system's resolver also reads 2130706433, 0x7f.1 and 127.1 as 127.0.0.1.
        return is_private_address(socket.inet_ntoa(socket.inet_aton(name)))
    except (OSError, UnicodeEncodeError):
        return is_private_address(name)
