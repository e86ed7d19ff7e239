"""From the address of a store to what libpq connects by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from towhee.errors import UsageError, one_line
from towhee.search.stores.schema import require_name
from towhee.search.stores.uri import StoreUri

OPTIONS = ("schema", "language")

_DEFAULTS: dict[str, Any] = {
    "application_name": "towhee",
    "client_encoding": "utf8",
    "connect_timeout": 10,
    # A host that is gone without a word is noticed within a minute, not within two hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a PostgreSQL is, and where in it the collections are.

    Attributes:
        parameters: of libpq, with the password.
        shown: what messages call it.
        secrets: texts that no message may hold.
        schema: the schema of PostgreSQL that holds the collections.
        language: the text search configuration of new collections.
    """

    parameters: dict[str, Any] = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(repr=False)
    schema: str = "towhee"
    language: str = "simple"

    @classmethod
    def of(cls, uri: StoreUri, options: Mapping[str, Any]) -> Address:
        """The address of a store; its own options may stand behind the question mark too.

        Raises:
            UsageError: for parameters that libpq does not know, and options that mean nothing.
        """
        parts = urlsplit(uri.text)
        # What is libpq's stays as it is written: a plus sign is none of its blanks.
        asked = [part for part in parts.query.split("&") if part]
        ours = dict(parse_qsl("&".join(part for part in asked if _is_ours(part)))) | dict(options)
        rest = "&".join(part for part in asked if not _is_ours(part))
        text = f"postgresql://{parts.netloc}{parts.path}" + (f"?{rest}" if rest else "")
        secrets: tuple[str, ...] = (
            uri.text,
            text,
            parts.password or "",
            unquote(parts.password or ""),
            dict(parse_qsl(rest)).get("password", ""),
        )
        try:
            given = conninfo_to_dict(text)
        except ProgrammingError as error:
            said = without_secrets(one_line(error), secrets)
            raise UsageError(f"the address {uri.shown} cannot be read: {said}") from None
        language = ours.get("language", "simple")
        if not isinstance(language, str) or not language:
            raise UsageError(f"language= names a text search configuration, not {language!r}")
        schema = ours.get("schema", "towhee")
        require_name("a schema of PostgreSQL", schema)
        secrets = (*secrets, str(given.get("password") or ""))
        return cls({**_DEFAULTS, **given}, uri.shown, secrets, str(schema), language)


def _is_ours(part: str) -> bool:
    return part.partition("=")[0] in OPTIONS


def without_secrets(said: str, secrets: tuple[str, ...]) -> str:
    """What another library says, without passwords."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        said = said.replace(secret, "***")
    return said
