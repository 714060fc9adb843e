"""Where webhooks may be sent to: public addresses only, so that nobody reaches our own network through us.

The name is resolved when the address is saved and again at every try, and the connection goes to the very address that
was checked: a name that points elsewhere a moment later (DNS rebinding) gains nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from core.errors import DomainError

LONGEST_ADDRESS = 500
LOWEST_FREE_PORT = 1024  # below it stand services that are no web servers
# Of IPv6 only this is given out for the Internet (IANA): it leaves out site-local addresses, IPv4 ones in other words
# (mapped, translated) and whatever is reserved.
GLOBAL_UNICAST = ip_network("2000::/3")
# Public by their numbers, but they lead to another address inside (Teredo, 6to4), to whoever is near (anycast of
# relays), nowhere (documentation), or to what clouds tell their own machines (192.0.0.192, 168.63.129.16).
NEVER = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/32", "2002::/16", "3fff::/20"))
)

Host = IPv4Address | IPv6Address


class AddressRefused(DomainError):
    """This address cannot be sent to, and why."""

    code = "address_refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"address": sentence})


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. ``host`` is in ASCII, ``path`` has its query."""

    is_secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The Host header: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"


def is_insecure_allowed() -> bool:
    """Whether plain HTTP and private addresses may be used: demonstrations and tests alone."""
    return bool(settings.KEPT_WEBHOOKS_INSECURE)


def read_address(address: str) -> Target:
    """Take an address apart. Raises AddressRefused for what is not an absolute https address of a plain kind."""
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address or "\\" in address:
        raise AddressRefused("Enter an address like https://example.com/hooks/kept, without spaces.")
    try:
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path.encode("ascii")
    except ValueError as error:  # also what IDNA cannot encode
        raise AddressRefused("This address cannot be read. Enter one like https://example.com/hooks/kept.") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and is_insecure_allowed()):
        raise AddressRefused("Enter an address that starts with https://: what is sent must not be read on its way.")
    if not host:
        raise AddressRefused("Enter the whole address, like https://example.com/hooks/kept.")
    if "%" in host or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("Enter an address without a user name, password or fragment.")
    is_secure = parts.scheme == "https"
    number = (443 if is_secure else 80) if port is None else port
    if number < LOWEST_FREE_PORT and number not in (443, 80 if is_insecure_allowed() else 443):
        raise AddressRefused(f"Port {number} is not one of a web server. Use 443, or one from {LOWEST_FREE_PORT} on.")
    return Target(is_secure, host, number, path)


def is_public(host: Host) -> bool:
    """Whether this is an address of the public Internet: not private, loopback, link-local (where clouds keep their
    metadata), shared, multicast, reserved, nor one that hides another.
    """
    if any(host in network for network in NEVER) or (isinstance(host, IPv6Address) and host not in GLOBAL_UNICAST):
        return False
    return host.is_global and not host.is_multicast and not host.is_reserved


def resolve(target: Target) -> list[Host]:
    """The addresses behind the name, all of them checked. Raises AddressRefused when there is none, or one is not
    public.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"The name {target.host} cannot be found.") from error
    hosts = list(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))
    if not hosts:
        raise AddressRefused(f"The name {target.host} cannot be found.")
    if not is_insecure_allowed() and not all(map(is_public, hosts)):
        raise AddressRefused(f"{target.host} leads into a private network. Webhooks are sent to public addresses only.")
    return hosts
