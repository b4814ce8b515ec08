"""What can go wrong between a program and the desk, in the desk's own sentences."""

from collections.abc import Mapping
from typing import Any


class DeskError(Exception):
    """The base of every error of this client."""


class Refused(DeskError):
    """The desk said no. `status` is HTTP's, `messages` {field ("" for all of it): [sentence]}, `details` whatever else the
    desk answered, such as the present values of a row that somebody else changed."""

    def __init__(
        self, status: int, messages: Mapping[str, list[str]], details: Mapping[str, Any] | None = None
    ) -> None:
        self.status, self.messages, self.details = status, dict(messages), dict(details or {})
        lines = [f"{field}: {text}" if field else text for field, texts in messages.items() for text in texts]
        super().__init__("\n".join(lines) or f"HTTP {status}")


class NotThere(Refused):
    """There is no such row, query or action, or this token may not know of it."""


class Unavailable(DeskError):
    """The desk does not answer, is too busy, or answers what is no answer of a desk."""


class Incomplete(DeskError):
    """A table ended before its end: nothing of it should be used."""
