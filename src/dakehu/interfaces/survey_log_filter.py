"""Keep requests of the survey form out of the log: who answered must not follow from a line with a token and a minute."""

import logging

PREFIX = "/s/"


class SurveyFilter(logging.Filter):
    """Drop what Django writes about a request of the form: refused and unknown links, stale forms, too many requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line may be written; faults of the desk itself name no path and may (see web.middleware)."""
        request = getattr(record, "request", None)
        return not str(getattr(request, "path", "")).startswith(PREFIX)
