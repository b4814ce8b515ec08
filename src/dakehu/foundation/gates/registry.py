"""Queries and actions by name: every interface reads by `ask` and writes by `perform`."""

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
    """An entry of the register of questions."""

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
# Interfaces by which a query about one client is a reading of that client; a page records its readings by itself.
RECORDED_DOORS = frozenset({"api", "mcp", "cli"})
_read_observer: list[Callable[..., None]] = []
_list_observer: list[Callable[[Any, int | None, int], None]] = []


def set_read_observer(observer: Callable[..., None]) -> None:
    """Called once at start-up by the domain that keeps the read log: `observer(client id, is_continued=…)` is told of
    every reading."""
    _read_observer[:] = [observer]


def set_list_observer(observer: Callable[[Any, int | None, int], None]) -> None:
    """Called once at start-up by the domain that supervises exports: `observer(result, limit, offset)` is told of every list
    that a program asks for, and raises Refused where so much of it may not leave."""
    _list_observer[:] = [observer]


def observe_reading(client: Any, *, is_continued: bool = False) -> None:
    """Tell the read log that the actor reads a client, or reads on: a further part of what was opened."""
    for observer in _read_observer:
        observer(client.pk, is_continued=is_continued)


LIMIT = 1000


def query(name: str, *, needs: str, zh: str, en: str, parameters: Iterable[Any] = ()) -> Callable[[Body], Body]:
    """Register a question. The body takes keyword arguments and returns rows, a row, a dict or a list of dicts.

    Raises ValueError for a name that another module registered.
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
    """Answer a question by its name, as plain values. Lists come as {"count", "rows"} (at most 1,000 rows;
    give `limit` and `offset` for others). A name of the version before is accepted too."""
    return _plain(*run_query(name, raw, LIMIT))


def run_query(name: str, raw: dict[str, Any], most: int | None = None) -> tuple[Any, int | None, int]:
    """Return (what a query answers, limit, offset) before any of it is rendered. `limit` is at most `most`, None for all.

    Rows are read within the reader's scope, but not masked: nothing of them may leave but by a renderer of the gates.
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
    """Take a number of rows out of raw input. Raises Refused for what is none."""
    given = raw.pop(name, None)
    if given in (None, ""):
        return default
    if not (str(given).isascii() and str(given).isdecimal() and int(given) < 2**31):
        raise refusal(name, "应为不小于 0 的整数。", "Must be a whole number, not negative.")
    return int(given)


def perform(name: str, raw: dict[str, Any]) -> Any:
    """Do a registered action with raw input, as every interface does. Returns what the action returns.
    A name of the version before is accepted too."""
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
    """What an action returned, as plain values for API and command line."""
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
