"""Where a webhook may go: only to addresses of the open internet, unless private ones are allowed."""

import asyncio
import socket
from ipaddress import IPv6Address, ip_address


class PrivateAddress(ValueError):
    """The host has an address that is not on the open internet."""


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, multicast and reserved addresses."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


async def resolve(host: str, port: int, allow_private: bool) -> str:
    """An address of `host` to connect to. Raises PrivateAddress if any of its addresses is not public.

    The caller connects to this very address: to resolve the name again would let a name server
    answer differently the second time. Raises OSError when the host is not found.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(is_public(address) for address in addresses):
        raise PrivateAddress("the host has an address that is not public")
    return addresses[0]
