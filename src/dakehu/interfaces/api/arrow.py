"""Queries as Arrow streams: small ones in one piece, long ones batch by batch while they are read. Each is recorded once."""

import threading
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from dakehu.domains.team.pulls import record_arrow_pull
from dakehu.exchange.arrow.rows import BATCH
from dakehu.exchange.arrow.stream import MEDIA_TYPE, read_query, stream_of
from dakehu.foundation.access.actor import acting_as, current_actor
from dakehu.foundation.base.errors import TooManyRequests
from dakehu.foundation.base.i18n import in_language, language

SHAPE = ("columns", "part")
PAGED = ("order", "limit", "offset", *SHAPE)
AT_ONCE = 2  # long streams of one process: each occupies one of its threads
WAIT = 5  # seconds after which to retry

_places = threading.BoundedSemaphore(AT_ONCE)


def is_wanted(request: HttpRequest) -> bool:
    """Return whether the Accept header requests Arrow."""
    return MEDIA_TYPE in request.headers.get("Accept", "")


def arrow_answer(name: str, raw: dict[str, Any]) -> HttpResponseBase:
    """Answer a query as an Arrow stream. `columns` names columns, comma separated; `part` a table among several.

    Raises TooManyRequests while the process serves its maximum of long streams, and the refusals of the query.
    """
    shape = {key: str(raw.pop(key, "") or "") for key in SHAPE}
    columns = [one.strip() for one in shape["columns"].split(",") if one.strip()]
    source = read_query(name, raw, columns, shape["part"])
    is_long = source.count > BATCH
    if is_long and not _places.acquire(blocking=False):
        raise TooManyRequests(WAIT)
    try:
        record_arrow_pull(query=name, asked=_audit_parameters(raw, shape), rows=source.count)
        parts = stream_of(source, {"query": name})
        if is_long:
            return StreamingHttpResponse(_LongStream(parts), content_type=MEDIA_TYPE)
        return HttpResponse(b"".join(parts), content_type=MEDIA_TYPE)
    except BaseException:
        if is_long:
            _places.release()
        raise


def _audit_parameters(raw: dict[str, Any], shape: dict[str, str]) -> dict[str, Any]:
    """Return the parameters for the audit: of filters and searches the names only, since their values may be personal."""
    asked = {**raw, **shape}
    filters = asked.pop("filters", None)
    made = {key: str(asked[key]) for key in PAGED if asked.get(key)}
    by = [key for key in asked if key not in PAGED] + (list(filters) if isinstance(filters, dict) else [])
    return {**made, "by": by} if by else made


class _LongStream:
    """A stream read after the view has ended: each batch as the same actor, in the same language."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts, self.actor, self.language = parts, current_actor(), language()
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with in_language(self.language), acting_as(self.actor):
            return next(self.parts)

    def close(self) -> None:
        """Release the slot, once."""
        if self._is_open:
            self._is_open = False
            _places.release()

    __del__ = close
