"""A request as it may be shown: whole, and without its secrets."""

import json
from dataclasses import dataclass

from dispatcher.gateways.redact import Redactor
from dispatcher.gateways.request import Rendered


@dataclass(frozen=True, slots=True)
class Shown:
    """What goes to a gateway, secrets masked."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | dict[str, str] | None  # fields of a form by name


def show(request: Rendered, base_url: str, redactor: Redactor) -> Shown:
    """Mask a request for people."""
    fields = request.multipart or request.form
    body: str | dict[str, str] | None = None
    if fields is not None:
        body = {name: redactor.clean(text) for name, text in fields.items()}
    elif request.json is not None:
        value = json.loads(request.json)
        body = redactor.clean(json.dumps(value, ensure_ascii=False))
    return Shown(
        method=request.method,
        url=redactor.clean(base_url + request.path),
        headers={
            name: "***"
            if name.lower() == "authorization"
            else redactor.clean(value)
            for name, value in request.headers.items()
        },
        body=body,
    )
