"""HTTP itself: one session, one exchange at a time, and what is known after.

Everything turns on one question: can the request have left? Until a
connection stands it cannot; from then on only an answer tells.
"""

import time
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from yarl import URL

from dispatcher import __version__
from dispatcher.gateways.body import LONGEST_BODY, Answer, read
from dispatcher.gateways.definition import Limits
from dispatcher.gateways.request import Rendered
from dispatcher.gateways.retry_after import http_date, seconds_to_wait

# A connection idle for longer is not used again. Servers close idle ones
# after 5 s (Node) or more; one that closes while our request is on its way
# leaves an unknown that nobody can settle. A POST is never repeated for it.
REUSE_SECONDS = 2.0
TRANSPORT_ERRORS = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """An exchange that failed on the way."""

    may_have_left: bool
    error: str  # may hold what the server wrote


class Transport:
    """The connections to one gateway."""

    def __init__(
        self,
        base_url: str,
        limits: Limits,
        *,
        timeout_seconds: float,
        connections: int,
    ) -> None:
        self._base_url = base_url
        self._timeout = aiohttp.ClientTimeout(
            total=min(
                timeout_seconds, limits.answer_seconds or timeout_seconds
            ),
            # waiting for one of the connections is bounded by the total
            sock_connect=limits.connect_seconds,
        )
        self._connections = min(connections, limits.concurrency or connections)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool; nothing is sent yet."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=REUSE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"drip-dispatcher/{__version__}"},
            timeout=self._timeout,
            trace_configs=[_connection_trace()],
        )

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def exchange(
        self, request: Rendered, form: str
    ) -> Answer | NoAnswer:
        """Make the request, once, and read the answer as ``form``."""
        if self._session is None:
            message = "a gateway is used before open"
            raise RuntimeError(message)
        phase = SimpleNamespace(connected=False)
        try:
            return await self._exchange(self._session, request, phase, form)
        except TRANSPORT_ERRORS as error:
            said = f"{type(error).__name__}: {error}".rstrip(": ")
            return NoAnswer(phase.connected, said)

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        request: Rendered,
        phase: SimpleNamespace,
        form: str,
    ) -> Answer:
        headers, data = _body(request)
        response = await session.request(
            request.method,
            URL(self._base_url + request.path, encoded=True),
            headers={**request.headers, **headers},
            data=data,
            allow_redirects=False,
            trace_request_ctx=phase,
        )
        try:
            raw = await _read(response)
        finally:
            response.close()  # back in the pool already if read to its end
        answered_at = _answered_at(response)
        asked = response.headers.get("Retry-After")
        retry_after = seconds_to_wait(asked, answered_at) if asked else None
        return read(response.status, raw, retry_after, form, answered_at)


def _connection_trace() -> aiohttp.TraceConfig:
    """Note on each request when it gets a connection, new or used.

    Exact where the exception's type is not: a total time-out looks alike
    before and after the connection stands.
    """

    async def connected(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _params: object,
    ) -> None:
        context.trace_request_ctx.connected = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(connected)
    trace.on_connection_reuseconn.append(connected)
    return trace


def _body(
    request: Rendered,
) -> tuple[dict[str, str], bytes | aiohttp.FormData | None]:
    if request.json is not None:
        return {"Content-Type": "application/json"}, request.json
    fields = request.multipart or request.form
    if fields is None:
        return {}, None
    form = aiohttp.FormData(default_to_multipart=request.multipart is not None)
    for name, value in fields.items():
        form.add_field(name, value)
    return {}, form


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body as far as it came, and hardly more than anyone needs.

    The status is known by now, so a body that breaks off is not a missing
    answer: it is judged as what it is.
    """
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > LONGEST_BODY:
                break
    except TRANSPORT_ERRORS:
        pass
    return bytes(body)


def _answered_at(response: aiohttp.ClientResponse) -> float:
    """By the gateway's own clock, so that ours may be wrong."""
    return http_date(response.headers.get("Date", "")) or time.time()
