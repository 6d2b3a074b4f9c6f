"""Tells systemd how the service does, where it asks (sd_notify)."""

import contextlib
import os
import socket

READY, STOPPING = "READY=1", "STOPPING=1"


def notify(state: str) -> None:
    """Send one state to $NOTIFY_SOCKET; without one do nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name in the kernel's own space
        address = "\0" + address[1:]
    with (
        # whoever does not listen is no reason not to send
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd,
    ):
        to_systemd.sendto(state.encode(), address)
