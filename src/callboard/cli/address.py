"""The address to listen on: reserved before any worker starts, and held until all have ended."""

from __future__ import annotations

import errno
import socket
import time

from callboard.errors import CallboardError

RELEASE_LIMIT_S = 1.0
"""Seconds to wait for a port: a server that was killed a moment ago may not have released it yet."""


class AddressError(CallboardError):
    """The address cannot be listened on."""

    code = "address"


def reserve_address(host: str, port: int) -> socket.socket:
    """A socket that is bound to the address, but does not listen; port 0 becomes a free port.

    Workers bind to it as well, each with an accept queue of its own (SO_REUSEPORT, socket(7)). That option
    would also let a second server share the port by mistake, and get some of the connections. So the address
    is first bound without the option, which fails while another server listens there. Raises `AddressError`.
    """
    family, address = _resolve(host, port)
    limit = time.monotonic() + RELEASE_LIMIT_S
    while True:
        try:
            _bound(family, address, shared=False).close()
            return _bound(family, address, shared=True)
        except OSError as error:
            # Only a port in use may become free; every other reason stays.
            if error.errno != errno.EADDRINUSE or time.monotonic() > limit:
                raise AddressError(_reason(error, host, port)) from error
        time.sleep(0.05)


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise AddressError(f"host: {host!r} is no address of this machine") from error
    # If a name has addresses of both families (localhost), IPv4: so that `127.0.0.1` in a URL reaches us.
    family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    return family, (str(address[0]), int(address[1]))


def _bound(family: socket.AddressFamily, address: tuple[str, int], *, shared: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Without SO_REUSEADDR, connections of an earlier server in TIME_WAIT would keep the port in use.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    return listener


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is in use by another program. --port takes another one, 0 any free one."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} of {host} is not ours to listen on; take one above 1023."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine."
    return f"{host}:{port} cannot be listened on: {error.strerror}"
