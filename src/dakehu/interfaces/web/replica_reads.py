"""Full pages that only read may be served from the database replica, for users who have not just written.

Innermost middleware: authentication and rights are checked before, on the primary; the read log is
written there, too. A request that fails on the replica is repeated on the primary.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from dakehu.foundation.database import replica

WRITTEN = "written"  # cookie: when this browser last sent a write request
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
        """Answer from the replica; return None where that is not allowed or fails, so that Django uses the primary."""
        if not may_read_there(request) or not replica.state.is_usable():
            return None
        try:
            with replica.reading_from_replica():
                response: HttpResponse = view(request, *args, **named)
        except DatabaseError:
            replica.state.note_trouble()
            return None
        except Exception:  # a refusal or a fault: repeated on the primary and answered in the usual way
            return None
        response.headers[SERVED_BY] = replica.ALIAS
        return response


def may_read_there(request: Any) -> bool:
    """Return whether a request is for a full page, by a signed-in user who has not just written. Parts of a page
    are requested after a change, which the replica may not have yet."""
    return bool(
        replica.ALIAS in settings.DATABASES
        and request.method in READING
        and WRITTEN not in request.COOKIES
        and not request.headers.get("HX-Request")
        and "text/html" in request.headers.get("Accept", "")
        and getattr(request, "user", None) is not None
        and request.user.is_authenticated
    )
