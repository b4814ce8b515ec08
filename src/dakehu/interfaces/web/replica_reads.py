"""Whole pages that only read may come from the replica of the database, for the person who has not just written something.

Innermost of all middleware: who asks, and what they may, is settled before, on the primary; the record of what was read is
written there, too. Whatever goes wrong on the replica is done again on the primary.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from dakehu.foundation.database import replica

WRITTEN = "written"  # cookie: when this browser last sent something that writes
READING = ("GET", "HEAD")
SERVED_BY = "X-Read-From"


class ReplicaReads:
    """Sends the reads of a page to the replica; sets the cookie after each request that writes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in READING and replica.ALIAS in settings.DATABASES:
            response.set_cookie(
                WRITTEN,
                str(int(time.time())),
                max_age=settings.REPLICA_AFTER_WRITE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """Answer from the replica; None, so that Django does it on the primary, where that may not be or fails."""
        if not may_read_there(request) or not replica.state.is_usable():
            return None
        try:
            with replica.reading_from_replica():
                response: HttpResponse = view(request, *args, **named)
        except DatabaseError:
            replica.state.note_trouble()
            return None
        except Exception:  # a refusal or a fault: the primary gives the same, and it is answered in the usual way
            return None
        response.headers[SERVED_BY] = replica.ALIAS
        return response


def may_read_there(request: Any) -> bool:
    """Return whether a request is for a whole page, by somebody who is signed in and has not just written. Parts of a page
    are asked for because something has changed, which the replica may not have yet."""
    return bool(
        replica.ALIAS in settings.DATABASES
        and request.method in READING
        and WRITTEN not in request.COOKIES
        and not request.headers.get("HX-Request")
        and "text/html" in request.headers.get("Accept", "")
        and getattr(request, "user", None) is not None
        and request.user.is_authenticated
    )
