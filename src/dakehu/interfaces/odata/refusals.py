"""Refusals of this interface and their format: OData's JSON error, never a stack trace."""

from typing import Any

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    410: "Gone",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplemented",
    503: "ServiceUnavailable",
}


class NotSupported(Refused):
    """A feature of OData that this interface does not support: refused early, so that a program can send a simpler request."""

    status = 501

    def __init__(self, what: Bilingual) -> None:
        super().__init__(bilingual("暂不支持{what}。", "Not supported: {what}.", what=what))


class NotAcceptable(Refused):
    status = 406


class LapsedPage(Refused):
    """The place of a page was not issued to this reader within a day."""

    status = 410


def error_body(status: int, message: str) -> dict[str, Any]:
    """Return the error object of OData 4.0."""
    return {"error": {"code": CODES.get(status, "BadRequest"), "message": message}}
