"""Queries and actions by name: every interface reads with `ask` and writes with `perform`."""

import base64
import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.files.store import Content
from dakehu.foundation.gates.input import parse_input
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.schema.parameters import Parameter

Body = TypeVar("Body", bound=Callable[..., Any])


@dataclass(frozen=True)
class Query:
    """An entry in the registry of queries."""

    name: str
    needs: str
    zh: str
    en: str
    parameters: tuple[Parameter, ...]
    body: Callable[..., Any]
    doc: str

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


QUERIES: dict[str, Query] = {}
# Interfaces in which a query about one client is a read of that client; pages record their reads themselves.
RECORDED_DOORS = frozenset({"api", "mcp", "cli"})
_read_observer: list[Callable[..., None]] = []
_list_observer: list[Callable[[Any, int | None, int], None]] = []


def set_read_observer(observer: Callable[..., None]) -> None:
    """Set the read observer, once at start-up, by the domain of the read log: `observer(client id, is_continued=…)` is
    called for every read."""
    _read_observer[:] = [observer]


def set_list_observer(observer: Callable[[Any, int | None, int], None]) -> None:
    """Set the list observer, once at start-up, by the domain that supervises exports: `observer(result, limit,
    offset)` is called for every list that a program requests, and raises Refused where it exceeds the allowed
    amount."""
    _list_observer[:] = [observer]


def observe_reading(client: Any, *, is_continued: bool = False) -> None:
    """Report to the read log that the actor reads a client, or continues with a further part of it."""
    for observer in _read_observer:
        observer(client.pk, is_continued=is_continued)


LIMIT = 1000


def query(name: str, *, needs: str, zh: str, en: str, parameters: Iterable[Any] = ()) -> Callable[[Body], Body]:
    """Register a query. The body takes keyword arguments and returns rows, a row, a dict or a list of dicts.

    Raises ValueError for a name registered by another module.
    """
    flat: list[Parameter] = []
    for item in parameters:
        flat.extend([item] if isinstance(item, Parameter) else item)

    def wrap(body: Body) -> Body:
        @functools.wraps(body)
        def run(**given: Any) -> Any:
            if not current_actor().may(needs):
                raise NotAllowed(bilingual(zh, en), needs)
            return body(**given)

        known = QUERIES.get(name)
        if known is not None and known.body.__module__ != body.__module__:
            raise ValueError(f"two queries are called {name}: in {known.body.__module__} and in {body.__module__}")
        QUERIES[name] = Query(name, needs, zh, en, tuple(flat), run, inspect.getdoc(body) or "")
        return run  # type: ignore[return-value]

    return wrap


def ask(name: str, raw: dict[str, Any]) -> Any:
    """Return the result of a query by its name, as plain values. Lists are {"count", "rows"} (at most 1,000 rows; pass
    `limit` and `offset` for others). Former names are accepted too."""
    return _plain(*run_query(name, raw, LIMIT))


def run_query(name: str, raw: dict[str, Any], most: int | None = None) -> tuple[Any, int | None, int]:
    """Return (result of a query, limit, offset) before rendering. `limit` is at most `most`, None for all.

    Rows are read within the reader's scope, but not masked: output must use a renderer of the gates.
    Raises NotFound, NotAllowed, and Refused for input that cannot be read.
    """
    asked = QUERIES.get(current_name(Kind.QUERY, name))
    if asked is None:
        raise NotFound(bilingual("查询", "query"), name)
    if not current_actor().may(asked.needs):
        raise NotAllowed(asked.label, asked.needs)
    raw = dict(raw)
    known = {t.name for t in asked.parameters}
    limit = most if "limit" in known else _take_row_count(raw, "limit", most)
    if limit is not None and most is not None:
        limit = min(limit, most)
    offset = 0 if "offset" in known else _take_row_count(raw, "offset", 0) or 0
    given = parse_input(asked.parameters, raw)
    answer = asked.body(**given)
    if current_actor().door in RECORDED_DOORS and isinstance(given.get("client"), models.Model):
        observe_reading(given["client"])
    if current_actor().door in RECORDED_DOORS:
        for observer in _list_observer:
            observer(answer, limit, offset)
    return answer, limit, offset


def _take_row_count(raw: dict[str, Any], name: str, default: int | None) -> int | None:
    """Parse a number of rows from raw input. Raises Refused for an invalid one."""
    given = raw.pop(name, None)
    if given in (None, ""):
        return default
    if not (str(given).isascii() and str(given).isdecimal() and int(given) < 2**31):
        raise refusal(name, "应为不小于 0 的整数。", "Must be a whole number, not negative.")
    return int(given)


def perform(name: str, raw: dict[str, Any]) -> Any:
    """Perform a registered action with raw input, as every interface does. Returns the action's result.
    Former names are accepted too."""
    wanted = ACTIONS.get(current_name(Kind.ACTION, name))
    if wanted is None or not wanted.is_public:
        raise NotFound(bilingual("操作", "action"), name)
    wanted.check_allowed()
    try:
        return wanted.body(**parse_input(wanted.parameters, raw))
    except Conflict as conflict:
        if conflict.row is not None and not conflict.current:
            conflict.current = render_row(conflict.row)
        raise


def answer(result: Any) -> Any:
    """Return the result of an action as plain values for API and command line."""
    return _plain(result, LIMIT, 0)


def rows_between(rows: Any, limit: int | None, offset: int) -> Any:
    """Return `limit` rows (None: all) after the first `offset`."""
    return rows[offset : None if limit is None else offset + limit]


def _plain(result: Any, limit: int | None, offset: int) -> Any:
    if isinstance(result, models.QuerySet):
        return {"count": result.count(), "rows": render_rows(rows_between(result, limit, offset), beside=True)}
    if isinstance(result, models.Model):
        return render_row(result, beside=True)
    if isinstance(result, (list, tuple)) and result and isinstance(result[0], models.Model):
        return {"count": len(result), "rows": render_rows(rows_between(result, limit, offset))}
    if isinstance(result, dict):
        return {k: _plain(v, limit, offset) for k, v in result.items()}
    if isinstance(result, Content):
        return base64.b64encode(result.whole()).decode()
    return result
