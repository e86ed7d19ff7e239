"""The network by which workers average gradients: one address of each, and no other."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

_NAME_SIZE = 15
_SIOCGIFADDR = 0x8915  # of Linux: the address of an interface


@contextlib.contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """A socket at a free port of an address, for the first of the workers."""
    with socket.create_server((address, 0)) as listener:
        yield listener


@contextlib.contextmanager
def group(
    rank: int, count: int, at: tuple[str, int], listener: socket.socket | None, hours: float
) -> Iterator[None]:
    """The group of processes of torch, while they share a course.

    torch's own store listens at all addresses of a machine; this one at that of a socket.

    Args:
        rank: of this worker.
        count: of workers.
        at: where the first of them listens.
        listener: its socket; ``None`` for the others.
        hours: for which workers wait for each other.
    """
    import torch

    longest = timedelta(hours=hours)
    interface = interface_of(own_address(at))
    if interface is not None:
        for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
            os.environ.setdefault(name, interface)
    distributed: Any = torch.distributed  # Any: not all of it is stated for checkers
    store = distributed.TCPStore(
        *at,
        count,
        is_master=listener is not None,
        timeout=longest,
        wait_for_workers=False,
        master_listen_fd=None if listener is None else listener.detach(),
    )
    distributed.init_process_group(
        "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo",
        store=store,
        rank=rank,
        world_size=count,
        timeout=longest,
    )
    try:
        yield
    finally:
        distributed.destroy_process_group()


def own_address(at: tuple[str, int]) -> str:
    """The address that this machine has on the way to another; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect(at)
        return str(way.getsockname()[0])


def interface_of(address: str) -> str | None:
    """The name of the network interface with an address, as gloo and NCCL ask for it.

    Returns:
        ``None`` where it cannot be told; they choose for themselves then.
    """
    if address.startswith("127."):
        return "lo" if sys.platform == "linux" else "lo0"
    if sys.platform != "linux":
        return None
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface without an address
                given = struct.pack("256s", name.encode()[:_NAME_SIZE])
                found: Any = fcntl.ioctl(asked.fileno(), _SIOCGIFADDR, given)
                if socket.inet_ntoa(found[20:24]) == address:
                    return name
    return None
