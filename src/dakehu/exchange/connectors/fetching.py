"""The first half of a run: fetch the changed rows of every table, page by page, each stored before the next is
requested.

Fetched pages survive a killed process: the next run continues from the last stored page. A table whose columns
changed in between is fetched again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from dakehu.exchange.connectors import row_files
from dakehu.exchange.connectors.models import Connection, Run, RunState, SourceTable
from dakehu.exchange.connectors.source import (
    ID,
    MODIFIED,
    MOMENT,
    Account,
    CrmSource,
    SourceColumn,
    SourceTableShape,
    source_refusal,
    unexpected_answer,
)
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual

DAYS = 30  # that fetched pages are kept if the connection is not run again
OVERLAP = timedelta(minutes=2)  # a run re-reads changes of this period before the previous run began


def fetch(run: Run, source: CrmSource, progress: Callable[..., None]) -> list[SourceTableShape]:
    """Fetch what changed in each table and store it with the run; return the tables. Raises Refused."""
    system = str(run.connection)
    with incomplete_answers_as_refusal(system):
        source.sign_in()
        shapes = source.describe()
    known = {row.name: row for row in SourceTable.objects.filter(connection=run.connection)}
    _note(run, [*_changed_columns(shapes, known), *_unread_parts(source)])
    for number, shape in enumerate(shapes):
        progress(
            0.05 + 0.55 * number / len(shapes),
            bilingual("正在读取“{table}”", "Reading “{table}”", table=shape.label),
        )
        stored = known.get(shape.name)
        with incomplete_answers_as_refusal(system):
            _fetch_table(run, source, shape, stored.cursor if stored else "")
    with act("connections.fetch"):
        run.state = RunState.FETCHED.value
        run.save()
    return shapes


def _fetch_table(run: Run, source: CrmSource, shape: SourceTableShape, since: str) -> None:
    """Fetch one table from where the run was interrupted."""
    state = run.fetched.get(shape.name, {})
    if state.get("done") and state.get("columns") == _plain(shape):
        return
    if state.get("columns") != _plain(shape):
        state = {
            "columns": _plain(shape),
            "label": shape.label,
            "since": since,
            "pages": [],
            "place": "",
            "done": False,
            "deleted": [],
        }
    for page in source.pages(shape, state["since"], state["place"]):
        with act("connections.fetch"):
            if page.rows.height:
                key = row_files.save(f"{shape.name} {len(state['pages'])}", page.rows, DAYS)
                state = {**state, "pages": [*state["pages"], {"key": key, "rows": page.rows.height}]}
            state = {**state, "place": page.place, "done": False}
            _save_table_state(run, shape.name, state)
    deleted = source.deleted(shape, state["since"])
    with act("connections.fetch"):
        _save_table_state(run, shape.name, {**state, "done": True, "deleted": deleted})


def _save_table_state(run: Run, table: str, state: dict[str, Any]) -> None:
    """Save the state of one table with the run."""
    run.fetched = {**run.fetched, table: state}
    run.save()


def _plain(shape: SourceTableShape) -> list[dict[str, Any]]:
    """Return the columns of a table as JSON."""
    return [asdict(column) for column in shape.columns]


def shape_of(run: Run, table: str) -> SourceTableShape:
    """Return a table as the run read it."""
    state = run.fetched[table]
    return SourceTableShape(table, state["label"], tuple(SourceColumn(**column) for column in state["columns"]))


def rows_of(run: Run, table: str) -> pl.DataFrame:
    """Return the fetched rows of a table, each record once, in its last version."""
    pages = [row_files.load(page["key"]) for page in run.fetched[table]["pages"]]
    empty = pl.DataFrame(schema={ID: pl.String, MODIFIED: pl.String})
    return row_files.merge(empty, pl.concat(pages, how="diagonal")) if pages else empty


def cursor_of(run: Run, rows: pl.DataFrame, before: str) -> str:
    """Return up to when a table was read: the latest change seen, but no later than shortly before the run."""
    latest = max(rows[MODIFIED].to_list(), default="") if rows.height else ""
    begun = clock.local(run.started_at - OVERLAP).strftime(MOMENT)
    return max(before, min(latest, begun)) if _is_moment(latest) else before


def _is_moment(text: str) -> bool:
    """Return whether a text is a timestamp of a source."""
    try:
        datetime.strptime(text, MOMENT)  # noqa: DTZ007  (only its form is checked)
    except ValueError:
        return False
    return True


# --- notes on the schema ----------------------------------------------------------------------


def _changed_columns(shapes: list[SourceTableShape], known: dict[str, SourceTable]) -> Iterator[Bilingual]:
    """Yield each table and column that was added, removed or changed its type since it was last read."""
    for shape in shapes:
        if shape.name not in known:
            continue
        before = {column["name"]: column for column in known[shape.name].columns}
        now = {column.name: column for column in shape.columns}
        for name in sorted({*before, *now}):
            label = now[name].label if name in now else before[name]["label"]
            values = {"table": shape.label, "column": label}
            if name not in before:
                yield bilingual("“{table}”新增了“{column}”列。", "“{table}” has a new column “{column}”.", **values)
            elif name not in now:
                yield bilingual(
                    "“{table}”不再有“{column}”列，系统中已有的内容保留。",
                    "“{table}” no longer has the column “{column}”; what the desk holds stays.",
                    **values,
                )
            elif now[name].kind != before[name]["kind"]:
                yield bilingual(
                    "“{table}”的“{column}”列换了类型。",
                    "The column “{column}” of “{table}” changed its kind.",
                    **values,
                )
    for name in sorted(set(known) - {shape.name for shape in shapes}):
        yield bilingual(
            "对方系统不再提供“{table}”，没有读取。",
            "The source no longer offers “{table}”; it was not read.",
            table=known[name].label or name,
        )


def _unread_parts(source: CrmSource) -> Iterator[Bilingual]:
    """Yield what the source has and the desk does not read."""
    if source.not_read:
        yield bilingual(
            "对方系统还有这些表，本系统不读取：{tables}",
            "The source has further tables that the desk does not read: {tables}",
            tables=source.not_read[:40],
        )
    for table, labels in getattr(source, "left_out", {}).items():
        if labels:
            yield bilingual(
                "“{table}”超过对方一次可读的列数，这些列没有读取：{columns}",
                "“{table}” has more columns than the source gives at once; these were not read: {columns}",
                table=table,
                columns=labels,
            )


def _note(run: Run, notes: list[Bilingual]) -> None:
    """Store notes on a run, in both languages."""
    with act("connections.fetch"):
        run.notes = [[note.in_("zh"), note.in_("en")] for note in notes]
        run.save()


@contextmanager
def incomplete_answers_as_refusal(system: str) -> Iterator[None]:
    """Turn an incomplete response into a refusal with a text."""
    try:
        yield
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise unexpected_answer(system, f"{type(error).__name__} {error}"[:80]) from error


def open_account(connection: Connection) -> Account:
    """Return the credentials of a connection; decryption is audited. Raises Refused without secrets."""
    if connection.app_secret is None or connection.grant is None:
        raise source_refusal(
            bilingual(
                "“{name}”还没有密钥。请管理员在“更换密钥”中填写。",
                "“{name}” has no secrets. An administrator enters them under “Replace the secrets”.",
                name=connection.name,
            )
        )
    with act("connections.open_secrets"):
        secret, grant = connection.app_secret.open(), connection.grant.open()
    return Account(
        connection.address,
        connection.app_id,
        connection.sign_in_address,
        str(connection.sign_in),
        connection.acts_for,
        secret,
        grant,
    )
