"""The outcome of an attempt to send a message."""

from dataclasses import dataclass
from enum import StrEnum

from dakehu.foundation.base.i18n import Bilingual


class Result(StrEnum):
    """Result of an attempt. UNKNOWN: it was sent without an answer; it may have arrived."""

    ACCEPTED = "accepted"
    TEMPORARY = "failed_temporary"
    FINAL = "failed_final"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """The outcome of an attempt: its result, and the answer of the other side or the error."""

    result: Result
    answer: Bilingual | str = ""


class Unreachable(Exception):
    """The server could not be reached or refused the session; no message was sent."""

    def __init__(self, reason: Bilingual) -> None:
        self.reason = reason
        super().__init__(str(reason))
