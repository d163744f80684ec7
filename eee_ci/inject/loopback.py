"""Connections that stay within the process: to a server on a loopback address whose code runs here as well,
and so is seen like any other that a test calls."""

from __future__ import annotations

import socket
import weakref
from typing import TYPE_CHECKING, Any, Callable  # noqa: UP035 - Python 3.8

from .signs import TALKS

if TYPE_CHECKING:
    from .scene import Scene

FAMILIES = (socket.AF_INET, socket.AF_INET6)
SHARING = getattr(socket, "SO_REUSEPORT", 0)  # several processes listen at one address
OCTETS = 4


class Loopback:
    """Who bound which socket. What is not known to stay within is told as without us."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.owners: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        self.handlers: dict[str, Callable[[Any], None]] = {
            event: self.judged(event, stays)
            for event, stays in (
                ("socket.bind", self.bound),
                ("socket.connect", self.connected),
                ("socket.sendmsg", self.sent),
                ("socket.getaddrinfo", self.asked),
            )
        }

    def judged(self, event: str, stays: Callable[[Any], bool]) -> Callable[[Any], None]:
        def heard(arguments: Any) -> None:
            if not stays(arguments):
                self.scene.current.distrust(event, TALKS[event])

        return heard

    def bound(self, arguments: Any) -> bool:
        """Whose it is counts: who connects to what another test file has left open depends on that one."""
        own, address = arguments
        if not (is_stream(own) and is_loopback(host(address))):
            return False
        try:
            self.owners[own] = self.scene.current.label
        except TypeError:  # one of the C module's own, which cannot be referred to weakly
            return False
        return True

    def connected(self, arguments: Any) -> bool:
        own, address = arguments
        if not (is_stream(own) and is_loopback(host(address))):
            return False
        scope = self.scene.current
        known = {scope.label, *scope.fixtures}
        return any(label in known and serves(other, address) for other, label in list(self.owners.items()))

    def sent(self, arguments: Any) -> bool:
        """Without an address it goes where the connection leads."""
        own, address = arguments
        return address is None and is_stream(own)

    def asked(self, arguments: Any) -> bool:
        """Nobody is asked about a numeric address."""
        return is_loopback(arguments[0])


def host(address: Any) -> Any:
    """Of the address of a socket of the internet."""
    return address[0] if isinstance(address, tuple) and address else None


def is_stream(one: Any) -> bool:
    """Is it one of the internet with a connection?"""
    return one.family in FAMILIES and one.type == socket.SOCK_STREAM


def is_loopback(name: Any) -> bool:
    """Is it a numeric address that never leaves the machine?"""
    if isinstance(name, bytes):
        name = name.decode("ascii", "replace")
    if not isinstance(name, str):
        return False
    parts = name.split(".")
    return name == "::1" or (
        len(parts) == OCTETS and parts[0] == "127" and all(part.isdecimal() for part in parts)
    )


def serves(server: Any, address: Any) -> bool:
    """Does a socket listen at an address, and nobody else with it?"""
    try:
        shared = SHARING and server.getsockopt(socket.SOL_SOCKET, SHARING)
        listens = server.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        return bool(listens and not shared) and server.getsockname()[:2] == tuple(address[:2])
    except OSError:  # it is closed
        return False
