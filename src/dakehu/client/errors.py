"""Exceptions of the client, with the desk's own messages."""

from collections.abc import Mapping
from typing import Any


class DeskError(Exception):
    """Base class of the client's exceptions."""


class Refused(DeskError):
    """The desk refused the request. `status`: HTTP status; `messages`: {field ("" for the whole request): [sentence]};
    `details`: the rest of the answer, such as the present values of a row that another user changed."""

    def __init__(
        self, status: int, messages: Mapping[str, list[str]], details: Mapping[str, Any] | None = None
    ) -> None:
        self.status, self.messages, self.details = status, dict(messages), dict(details or {})
        lines = [f"{field}: {text}" if field else text for field, texts in messages.items() for text in texts]
        super().__init__("\n".join(lines) or f"HTTP {status}")


class NotThere(Refused):
    """No such row, query or action exists, or it is not visible to this token."""


class Unavailable(DeskError):
    """The desk does not answer, is too busy, or returns an unexpected answer."""


class Incomplete(DeskError):
    """A table was cut off before its end: none of its rows should be used."""
