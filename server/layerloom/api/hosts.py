"""Under which names the server may be reached: `Host` and `Origin` compared as parsed values, never by prefix
or regex.

Pure functions over header values. A page of another name that resolves to this machine (DNS rebinding) sends
its own name as `Host` and `Origin`; both are then refused.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from layerloom.problems import Problem, ProblemError

Scheme = Literal["http", "https"]
_DEFAULT_PORTS: dict[Scheme, int] = {"http": 80, "https": 443}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")
_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})


@dataclass(frozen=True, slots=True)
class Address:
    """A way to reach the server: `https://lab.example.org` is `Address("https", "lab.example.org", 443)`."""

    scheme: Scheme
    host: str
    port: int

    @property
    def authority(self) -> str:
        """As a browser writes it in `Host`: the default port left out, IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """As a browser writes it in `Origin`."""
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """A name of the server. `port=None` is any port, for a published or forwarded one may be another than
    ours.
    """

    scheme: Scheme
    host: str
    port: int | None = None


class AllowedHosts:
    """The closed list of names, and the question that the access check asks it."""

    def __init__(self, names: Iterable[AllowedHost]) -> None:
        self.names = tuple(dict.fromkeys(names))

    def by_host(self, header: str) -> tuple[Address, ...]:
        """The addresses that a `Host` header may mean; empty where it is not ours or not well-formed."""
        parsed = parse_authority(header)
        if parsed is None:
            return ()
        host, written_port = parsed
        found = []
        for name in self.names:
            port = written_port or _DEFAULT_PORTS[name.scheme]
            if name.host == host and name.port in (None, port):
                found.append(Address(name.scheme, host, port))
        return tuple(found)


def allowed_hosts(host: str, further: Iterable[str] = ()) -> AllowedHosts:
    """Loopback names, the address that the server listens on, and what the setting adds.

    Raises:
        ProblemError: `settings.invalid` for a name that cannot be read.
    """
    names = [*_LOOPBACK]
    if host.lower() not in _EVERYWHERE:
        names.append(host.lower().strip("[]"))
    own = [AllowedHost("http", name) for name in names]
    return AllowedHosts([*own, *(parse_allowed(entry) for entry in further)])


def parse_allowed(entry: str) -> AllowedHost:
    """An entry of `LAYERLOOM_ALLOWED_HOSTS`: `name`, `name:port`, or with `http://` or `https://` before it.

    Behind a proxy that speaks TLS the name needs its `https://`, for the page's origin is then that.
    """
    scheme: Scheme = "http"
    rest = entry.strip().lower()
    if "://" in rest:
        parts = urlsplit(rest)
        if parts.scheme == "https":
            scheme = "https"
        readable = parts.scheme in _DEFAULT_PORTS and parts.path in ("", "/") and not parts.query
        rest = parts.netloc if readable and not parts.fragment else ""
    parsed = parse_authority(rest)
    if parsed is None:
        raise ProblemError(
            Problem(
                code="settings.invalid",
                message=f"`LAYERLOOM_ALLOWED_HOSTS` holds {entry!r}, which is no host.",
                hint="Write names such as `lab.local`, `10.0.0.5:8420` or `https://lab.example.org`.",
                field="LAYERLOOM_ALLOWED_HOSTS",
            )
        )
    host, port = parsed
    return AllowedHost(scheme, host, port)


def parse_authority(text: str) -> tuple[str, int | None] | None:
    """`127.0.0.1:8420` → `("127.0.0.1", 8420)`; `[::1]` → `("::1", None)`; None where it is neither."""
    text = text.lower()
    if text.startswith("["):
        host, bracket, port_text = text[1:].partition("]")
        if not bracket or "%" in host or (port_text and not port_text.startswith(":")):
            return None
        port_text = port_text[1:] if port_text else ""
        try:
            host = str(ipaddress.IPv6Address(host))
        except ValueError:
            return None
        has_port = text.endswith(f":{port_text}") and bool(port_text)
    else:
        host, colon, port_text = text.partition(":")
        has_port = bool(colon)
        if not host or not set(host) <= _NAME_CHARACTERS:
            return None
    if not has_port:
        return None if text.endswith(":") else (host, None)
    if not (port_text.isascii() and port_text.isdigit() and len(port_text) <= 5):
        return None
    port = int(port_text)
    return (host, port) if 0 < port <= 65535 else None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    name = host.lower().strip("[]")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
