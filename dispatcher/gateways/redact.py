"""Takes our own credentials out of what is stored and shown."""

import base64
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

AUTHORIZATION = re.compile(
    r"(authorization\W{1,5})((basic|bearer)\s+)?[^\s\"',}]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Knows each secret in every form a gateway could echo it in."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[str]) -> "Redactor":
        """Know these."""
        forms = {form for secret in secrets for form in _forms(secret)}
        # the longest first: one form may contain another
        return cls(tuple(sorted(forms, key=len, reverse=True)))

    def __repr__(self) -> str:
        return "Redactor()"

    def clean(self, text: str) -> str:
        """Text as it may be stored and shown."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        # the search is dear and the word rare; only ASCII is sure without it
        if not text.isascii() or "authorization" in text.lower():
            text = AUTHORIZATION.sub(r"\1***", text)
        return text.replace("\x00", "\ufffd")  # which Postgres refuses


def basic_pair(username: str, password: str) -> str:
    """What an Authorization header says after ``Basic``."""
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def _forms(secret: str) -> set[str]:
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
    }
