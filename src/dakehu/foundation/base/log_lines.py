"""Log formatting: lines of text or JSON, each with the number of its request, none with personal values.

A name or an ID number can reach a log through the text of an exception, a URL or a library's message. Therefore, of an
exception only its class and frames are written, never its text; of a library's message the template without its
values; of a URL nothing. The desk's own messages refer to rows by id only.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dakehu.foundation.base.request_number import current_number

OWN, FRAMEWORK = "dakehu", "django"
HIDDEN = "…"
FRAMES = 40  # number of innermost frames written for a fault


class RequestNumber(logging.Filter):
    """Adds to every record the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True: every record is written."""
        record.number = current_number()
        return True


class TextLines(logging.Formatter):
    """One line of text for each record, and one for each frame of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record."""
        facts = facts_of(record)
        fault = facts.pop("fault", None)
        number = f" [{facts['request']}]" if facts.get("request") else ""
        lines = [f"{facts['at']} {facts['level']} {facts['logger']}{number} {facts['message']}"]
        if fault:
            lines += [f"    {frame}" for frame in fault["frames"]]
            lines.append("    " + " ← ".join(fault["kinds"]))
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """One JSON object for each record: at, level, logger, message, request, fault and the record's own facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return json.dumps(facts_of(record), ensure_ascii=False)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the loggable fields of a record; its `facts` (numbers, names of routes) are added unchanged."""
    facts: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": message_of(record),
    }
    if number := getattr(record, "number", ""):
        facts["request"] = number
    facts |= getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1] is not None:
        facts["fault"] = fault_of(record.exc_info[1])
    return facts


def message_of(record: logging.LogRecord) -> str:
    """Return the message of a record without values that may be personal.

    The desk's own lines are written with their values, exceptions by their class. Django's are written with numbers
    only. For other libraries the location in the code is given instead of the message.
    """
    library = record.name.partition(".")[0]
    if library not in (OWN, FRAMEWORK):
        return f"{Path(record.pathname).name}:{record.lineno} {record.funcName}"
    if status := getattr(record, "status_code", None):
        return f"answered {status} at {_route_of(getattr(record, 'request', None))}"
    if not isinstance(record.args, tuple):
        return str(record.msg) if not record.args else HIDDEN
    keep = _own_value if library == OWN else _number_only
    try:
        return str(record.msg) % tuple(keep(value) for value in record.args) if record.args else str(record.msg)
    except (TypeError, ValueError):  # a template of numbers whose values are hidden
        return HIDDEN


def _route_of(request: Any) -> str:
    """Return the name of the route of a request: its URL may contain user input."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name or match.route) if match is not None else "an unknown address"


def _own_value(value: Any) -> Any:
    return kind_of(value) if isinstance(value, BaseException) else value


def _number_only(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else HIDDEN


def kind_of(fault: BaseException) -> str:
    """Return the class of an exception, with its errno or database error code."""
    name = type(fault).__name__
    code = getattr(fault, "sqlstate", None) or (fault.errno if isinstance(fault, OSError) else None)
    return f"{name} {code}" if code else name


def fault_of(fault: BaseException) -> dict[str, Any]:
    """Return classes and frames of an exception: {kinds: [outermost first], frames: ["file:line function"]}."""
    kinds: list[str] = []
    seen: set[int] = set()
    inner: BaseException | None = fault
    while inner is not None and id(inner) not in seen:
        seen.add(id(inner))
        kinds.append(kind_of(inner))
        inner = inner.__cause__ or (None if inner.__suppress_context__ else inner.__context__)
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    return {
        "kinds": kinds,
        "frames": [f"{_relative_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _relative_path(path: str) -> str:
    """Return a path relative to the package, so that the log is the same on every machine."""
    parts = Path(path).parts
    for top in ("site-packages", "src"):
        if top in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(top) :])
    return Path(path).name
