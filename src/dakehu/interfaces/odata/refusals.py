"""Refusals of this interface, and how each is said: OData's JSON error, never a stack trace."""

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
    """OData knows it, this interface does not: said at once, so that a program asks in simpler words."""

    status = 501

    def __init__(self, what: Bilingual) -> None:
        super().__init__(bilingual("暂不支持{what}。", "Not supported: {what}.", what=what))


class NotAcceptable(Refused):
    status = 406


class LapsedPage(Refused):
    """The place of a page is not one that was given to this reader today."""

    status = 410


def error_body(status: int, message: str) -> dict[str, Any]:
    """The error object of OData 4.0."""
    return {"error": {"code": CODES.get(status, "BadRequest"), "message": message}}
