from __future__ import annotations

import pytest

from tui_monitor.sources.addresses import is_private_address, is_private_name
from tui_monitor.sources.transport import host_of


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("8.8.8.8", False), ("2606:4700::1111", False), ("10.1.2.3", True), ("172.16.0.1", True), ("192.168.1.1", True),
        ("127.0.0.1", True), ("169.254.169.254", True), ("0.0.0.0", True), ("100.64.0.1", True), ("224.0.0.1", True),
        ("::1", True), ("fe80::1%eth0", True), ("fc00::1", True), ("::ffff:127.0.0.1", True), ("::ffff:8.8.8.8", False),
        ("::127.0.0.1", True), ("::ffff:0:7f00:1", True), ("64:ff9b:1::a00:1", True), ("fec0::1", True), ("::", True),
        ("::ffff:7f00:1", True), ("2001:0:7f00:1::", True), ("255.255.255.255", True), ("198.18.0.1", True),
        ("2002:7f00:1::", True), ("64:ff9b::a00:1", True), ("64:ff9b::808:808", False), ("not an address", False),
    ],
)  # fmt: skip
def test_private_addresses(address: str, private: bool) -> None:
    assert is_private_address(address) is private


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("example.com", False), ("localhost", True), ("LOCALHOST.", True), ("a.localhost", True), ("nas.local", True),
        ("127.1", True), ("0177.0.0.1", True), ("017700000001", True), ("0x7f000001", True), ("0xa9fea9fe", True),
        ("2130706433", True), ("127.0.0.1.", True), ("8.8.8.8", False), ("[::1]", True), ("[::ffff:7f00:1]", True),
        ("localhost6", True), ("", True), (host_of("http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/"), True),
        ("数据.example", False),
    ],
)  # fmt: skip
def test_private_names(host: str, private: bool) -> None:
    assert is_private_name(host) is private
