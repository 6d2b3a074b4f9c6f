"""GOWA's side of the conversation: what it reads and what it says."""

from dataclasses import dataclass
from urllib.parse import unquote_plus
from uuid import uuid4

from aiohttp import web

from dispatcher.demo.received import Sending


@dataclass(frozen=True, slots=True)
class Reply:
    """What GOWA answers; ``{phone}`` in the text is the recipient's JID."""

    status: int
    code: str
    text: str


INTERNAL = "INTERNAL_SERVER_ERROR"
NOT_ACCEPTED = {
    "not_on_whatsapp": Reply(
        400, "INVALID_JID", "Phone {phone} is not on whatsapp"
    ),
    "device_logged_out": Reply(
        401, "AUTHENTICATION_ERROR", "you are not logged in"
    ),
    "device_down": Reply(
        401,
        "AUTHENTICATION_ERROR",
        "you are not connect to services server, please reconnect",
    ),
    "reachout_timelock": Reply(
        429,
        "WA_REACHOUT_TIMELOCK",
        "WhatsApp rejected this send with error 463 (reach-out timelock).",
    ),
    "refused_by_whatsapp": Reply(500, INTERNAL, "server returned error 479"),
    "media_failed": Reply(
        500, INTERNAL, "failed to download image from URL HTTP 404"
    ),
    "starting": Reply(
        503,
        "DEVICE_MANAGER_UNAVAILABLE",
        "Device manager is not initialized",
    ),
}
# here only the log knows whether the message left: `accepted` says so
AMBIGUOUS = {
    "gateway_timeout": Reply(
        504,
        "GATEWAY_TIMEOUT",
        "Request timed out waiting for WhatsApp server response",
    ),
    "server_error": Reply(500, INTERNAL, "websocket disconnected"),
}
REPLIES = NOT_ACCEPTED | AMBIGUOUS
SUCCESS = Reply(200, "SUCCESS", "Message sent to {phone}")
STATE_REPLIES = {
    "connected": REPLIES["device_logged_out"],
    "disconnected": REPLIES["device_down"],
}
UNKNOWN_DEVICE = Reply(404, "DEVICE_NOT_FOUND", "device not found")
NO_DEVICE = Reply(400, "DEVICE_ID_REQUIRED", "device_id is required")


def device_id(request: web.Request) -> str:
    """Read as GOWA reads it: as a part of a URL's query."""
    return unquote_plus(request.headers.get("X-Device-Id", "")).strip()


def invalid(sending: Sending) -> str | None:
    """Why GOWA refuses a message on sight, if it does."""
    if not sending.phone:
        return "phone: cannot be blank."
    if sending.phone.startswith("0"):
        return "phone number must be in international format"
    if sending.type == "text" and not sending.text:
        return "message: cannot be blank."
    if sending.type != "text" and not sending.media_url:
        return f"either {sending.type} or its URL must be provided"
    return None


def new_id() -> str:
    """A message id in WhatsApp's shape."""
    return "3EB0" + uuid4().hex[:18].upper()


def answer(
    reply: Reply, phone: str = "", message_id: str | None = None
) -> web.Response:
    """A reply as GOWA writes it."""
    text = reply.text.replace("{phone}", f"{phone}@s.whatsapp.net")
    if reply is SUCCESS:
        return success(text, {"message_id": message_id, "status": text})
    body = {"code": reply.code, "message": text, "results": None}
    return web.json_response(body, status=reply.status)


def success(text: str, results: object) -> web.Response:
    """A 200 as GOWA writes it."""
    body = {"code": SUCCESS.code, "message": text, "results": results}
    return web.json_response(body)
