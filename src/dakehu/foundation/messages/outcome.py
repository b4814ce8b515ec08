"""What is known after an attempt to hand a message over."""

from dataclasses import dataclass
from enum import StrEnum

from dakehu.foundation.base.i18n import Bilingual


class Result(StrEnum):
    """How an attempt ended. UNKNOWN: it was handed over, and no answer came; it may have arrived."""

    ACCEPTED = "accepted"
    TEMPORARY = "failed_temporary"
    FINAL = "failed_final"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """The end of an attempt: its result, and the answer of the other side or what went wrong."""

    result: Result
    answer: Bilingual | str = ""


class Unreachable(Exception):
    """The server could not be reached or refused the session; no message was handed over."""

    def __init__(self, reason: Bilingual) -> None:
        self.reason = reason
        super().__init__(str(reason))
