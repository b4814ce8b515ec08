"""Keep requests of the survey form out of the log: a line with a token and a minute must not reveal who answered."""

import logging

PREFIX = "/s/"


class SurveyFilter(logging.Filter):
    """Drops Django's log records about requests of the form: refused and unknown links, stale forms, too many requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record may be logged; faults of the desk itself contain no path and may (see web.middleware)."""
        request = getattr(record, "request", None)
        return not str(getattr(request, "path", "")).startswith(PREFIX)
