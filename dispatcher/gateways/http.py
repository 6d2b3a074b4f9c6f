"""The one HTTP adapter; what differs between gateways is in their files.

Everything turns on one question: can the message have left? Until a
connection stands it cannot, so the failure is NOT_SENT and may be retried.
From then on only the gateway's own answer tells, and its absence is UNKNOWN.
"""

import base64
import re
import time
from email.utils import parsedate_to_datetime
from types import SimpleNamespace, TracebackType
from typing import Self

import aiohttp
from yarl import URL

from dispatcher import __version__
from dispatcher.config import Auth
from dispatcher.domain import Device, Fault, Message, Outcome, Result
from dispatcher.gateways import answer as answers
from dispatcher.gateways.answer import Answer, Redactor
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.request import Objection, Rendered, build

LONGEST_BODY = 64 * 1024
# A connection idle for longer is not used again. Servers close idle ones
# after 5 s (Node) or more; one that closes while our request is on its way
# leaves an unknown that nobody can settle. A POST is never repeated for it.
REUSE_SECONDS = 2.0
LONGEST_RETRY_AFTER = 24 * 3600.0
TRANSPORT_ERRORS = (aiohttp.ClientError, TimeoutError, OSError)


class HttpGateway:
    """One gateway of ``dispatcher.yml``, spoken to as its definition says."""

    def __init__(
        self,
        definition: Definition,
        *,
        base_url: str,
        auth: Auth | None = None,
        timeout_seconds: float = 60,
        connections: int = 500,
    ) -> None:
        self._definition = definition
        self._base_url = base_url
        self._authorization = _authorization(auth) if auth else None
        self._redactor = (
            Redactor.of_basic_auth(
                auth.username.get_secret_value(),
                auth.password.get_secret_value(),
            )
            if auth
            else Redactor()
        )
        self._timeout = aiohttp.ClientTimeout(
            total=timeout_seconds,
            connect=definition.timeouts.connect_seconds,
        )
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool; nothing is sent yet."""
        headers = {"User-Agent": f"drip-dispatcher/{__version__}"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=REUSE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            timeout=self._timeout,
            trace_configs=[_connection_trace()],
        )

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def send(self, device: Device, message: Message) -> Outcome:
        """Send one message, once, and say what is known about it."""
        request = build(self._definition, device, message)
        if isinstance(request, Objection):
            return Outcome(
                Result.NOT_SENT, request.fault, error=request.reason
            )
        phase = SimpleNamespace(connected=False)
        try:
            answer = await self._exchange(request, phase)
        except TRANSPORT_ERRORS as error:
            return self._no_answer(error, connected=phase.connected)
        return answers.classify(self._definition, answer, self._redactor)

    async def _exchange(
        self, request: Rendered, phase: SimpleNamespace
    ) -> Answer:
        if self._session is None:
            message = "HttpGateway.send before open"
            raise RuntimeError(message)
        headers, data = _body(request)
        response = await self._session.request(
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
        return answers.read(response.status, raw, _retry_after(response))

    def _no_answer(self, error: Exception, *, connected: bool) -> Outcome:
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        reason = self._redactor.clean(said)
        return Outcome(
            Result.UNKNOWN if connected else Result.NOT_SENT,
            Fault.GATEWAY_UNAVAILABLE,
            error=(
                f"no answer after the request may have left ({reason})"
                if connected
                else f"no connection to the gateway ({reason})"
            ),
        )


def _authorization(auth: Auth) -> str:
    pair = (
        f"{auth.username.get_secret_value()}:"
        f"{auth.password.get_secret_value()}"
    )
    return "Basic " + base64.b64encode(pair.encode()).decode()


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
    """The body as far as it came, and no more than anyone needs.

    The status is known by now, so a body that breaks off is not a missing
    answer: it is judged as what it is.
    """
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) >= LONGEST_BODY:
                break
    except TRANSPORT_ERRORS:
        pass
    return bytes(body[:LONGEST_BODY])


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Seconds from a Retry-After header, which may also be a date."""
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(float(value), LONGEST_RETRY_AFTER)
    until = _http_date(value)
    if until is None:
        return None
    # by the gateway's own clock, so that ours may be wrong
    now = _http_date(response.headers.get("Date", "")) or time.time()
    return min(max(until - now, 0.0), LONGEST_RETRY_AFTER)


def _http_date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
