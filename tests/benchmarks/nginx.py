"""nginx answering as GOWA does: a gateway that costs next to nothing."""

import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

_START_SECONDS = 10.0
_REQUESTS = re.compile(r"^ \d+ \d+ (\d+)", re.MULTILINE)
_CONFIG = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /send/message {{
            default_type application/json;
            return 200 '{answer}';
        }}
        location = /requests {{ stub_status; }}
    }}
}}
"""
_ANSWER = (
    '{"code":"SUCCESS",'
    '"message":"Message sent to 60111000001@s.whatsapp.net",'
    '"results":{"message_id":"3EB0B430B6F8F1D0E053","status":"sent"}}'
)


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running server."""

    base_url: str

    def requests(self) -> int:
        """Return how many came, this one among them."""
        with urllib.request.urlopen(  # noqa: S310  # our own http URL
            f"{self.base_url}/requests"
        ) as answer:
            found = _REQUESTS.search(answer.read().decode())
        assert found is not None
        return int(found.group(1))


@contextmanager
def serving(folder: Path) -> Iterator[Nginx]:
    """Run nginx with one worker; its files are below ``folder``.

    Raises UsageError when it is not installed, RuntimeError when it ends.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/bin:/usr/bin")
    if program is None:
        message = "nginx is not there; install it: apt-get install nginx-light"
        raise click.UsageError(message)
    folder.mkdir(exist_ok=True)
    port = _free_port()
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, answer=_ANSWER))
    with subprocess.Popen([program, "-c", str(config)]) as process:
        try:
            yield _ready(process, Nginx(f"http://127.0.0.1:{port}"))
        finally:
            process.terminate()


def _ready(process: subprocess.Popen[bytes], nginx: Nginx) -> Nginx:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            nginx.requests()
        except OSError:
            time.sleep(0.05)
        else:
            return nginx
    message = "nginx did not start; see what it wrote above"
    raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
