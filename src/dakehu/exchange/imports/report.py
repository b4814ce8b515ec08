"""The report of an evaluated file: counts, samples of every kind of difference, faults with cell and remedy.

Sensitive values (telephone, ID number) are masked, in the report as well.
"""

from collections.abc import Callable, Iterator
from typing import Any

from dakehu.exchange.imports import remedies
from dakehu.exchange.imports.dry_run import DryRun
from dakehu.exchange.mapping import merged_amounts
from dakehu.exchange.mapping.conversion import Stack
from dakehu.exchange.mapping.mapping import heading_of
from dakehu.exchange.roundtrip.deleted_rows import DeletedRow
from dakehu.exchange.roundtrip.merge import AGREED, CLASH, MINE, THEIRS, MergedCell
from dakehu.exchange.sheets.definitions import Worksheet, is_amount, kind_of_value, worksheets
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.base.i18n import Bilingual, bilingual, in_language
from dakehu.foundation.gates.input import CellError
from dakehu.foundation.gates.output import columns_of, text_of
from dakehu.foundation.imports.row_matching import CREATED, ERROR, OUTCOMES, UPDATED
from dakehu.foundation.schema.fields import FieldSpec, model_of

FAULTS_KEPT, WARNINGS_SHOWN, SAMPLES = 5000, 200, 8
OUTCOME_LABELS = (CLASH, MINE, THEIRS, AGREED)
CELLS_SHOWN, MISSING_SHOWN = 1000, 500
ROW_GONE = bilingual("整行（系统中已删除）", "The whole row (deleted on the desk)")
CHANNEL_FIELDS = ("phone", "mail", "landline", "wechat", "contact", "client_phone")


def totals(trial: DryRun) -> dict[str, int]:
    """Return counts over the rows of all sheets; contacts, coverage and history are counted only by part."""
    made = dict.fromkeys(OUTCOMES, 0)
    for rows in trial.stacks.values():
        for verdict, count in rows.row_evaluation.counts().items():
            made[verdict] += count
    return made


def counts(trial: DryRun) -> dict[str, dict[str, int]]:
    """Return the counts by part, with the rows imported along with the clients."""
    made = {name: rows.row_evaluation.counts() for name, rows in trial.stacks.items()}
    if trial.clients is not None:
        along = {"contacts": trial.clients.contacts.counts(), "history": trial.clients.histories.counts()}
        made |= {name: count for name, count in along.items() if any(count.values())}
        if trial.clients.duties:
            made["coverage"] = {**dict.fromkeys(OUTCOMES, 0), CREATED: len(trial.clients.duties)}
    return made


def report(trial: DryRun, limit: int = FAULTS_KEPT) -> dict[str, Any]:
    """Return the data that the wizard, the command line and the error workbook show; at most `limit` faults."""
    faults = list(_render_faults(trial, "faults"))
    warnings = list(_render_faults(trial, "warnings"))
    return {
        **totals(trial),
        "parts": counts(trial),
        "titles": {name: [rows.part.title.zh, rows.part.title.en] for name, rows in trial.stacks.items()},
        "samples": {name: _samples(trial, rows) for name, rows in trial.stacks.items()},
        "faults": faults[:limit],
        "faults_in_all": len(faults),
        "warnings": warnings[:WARNINGS_SHOWN],
        "warnings_in_all": len(warnings),
        "mode": trial.plan.mode,
        "key": trial.plan.key,
        **merge_report(trial),
    }


def count_undecided(trial: DryRun) -> int:
    """Return the number of conflicts, and of deletions of rows changed in the meantime, that await a decision."""
    return len(trial.meeting.open()) + sum(row.open for row in trial.missing)


def merge_report(trial: DryRun) -> dict[str, Any]:
    """Return the merge result of a re-imported export: differing cells, conflicts first, and missing rows."""
    cells = sorted(trial.meeting.cells, key=lambda c: (c.fate != CLASH, bool(c.decided), c.fate == THEIRS))
    return {
        "keyed": sum(map(len, trial.meeting.keys.values())),
        "expired": len(trial.meeting.expired),
        "undecided": count_undecided(trial),
        "fates": {fate: sum(cell.fate == fate for cell in cells) for fate in OUTCOME_LABELS},
        "cells": [_cell(trial, cell) for cell in cells[:CELLS_SHOWN]],
        "missing": [_render_deleted_row(trial, row) for row in trial.missing[:MISSING_SHOWN]],
        "missing_in_all": len(trial.missing),
        "deleted": sum(row.goes for row in trial.missing),
    }


def _cell(trial: DryRun, cell: MergedCell) -> dict[str, Any]:
    rows = trial.stacks[cell.part]
    number, row = rows.origin[cell.row]
    grid, facts = trial.grids[number], _facts(rows.part, cell.field)
    secret = facts is not None and (facts.sensitivity == SECRET or cell.field in CHANNEL_FIELDS)
    texts = {"base": cell.base, "mine": cell.mine, "current": cell.current}
    if secret and facts is not None:
        texts = {name: text if "*" in text else _mask(facts)(text) if text else "" for name, text in texts.items()}
    who = next((rows.columns[n][cell.row] for n in ("name", "client_name", "client_code") if n in rows.columns), "")
    return {
        "mark": cell.mark,
        "part": cell.part,
        "sheet": grid.plan.sheet,
        "row": grid.lines[row],
        "cell": grid.address(cell.field, row),
        "field": cell.field,
        "who": str(who or ""),
        "label": [facts.zh, facts.en] if facts else [ROW_GONE.zh, ROW_GONE.en],
        **{name: text[:200] for name, text in texts.items()},
        "fate": cell.fate,
        "decided": cell.decided,
        "known": cell.known,
    }


def _render_deleted_row(trial: DryRun, row: DeletedRow) -> dict[str, Any]:
    title, why = worksheets()[row.part].title, row.why_not
    return {
        "mark": row.mark,
        "part": row.part,
        "title": [title.zh, title.en],
        "text": row.text,
        "may_go": why is None,
        "why": [why.zh, why.en] if why else ["", ""],
        "changed": row.changed,
        "goes": row.goes,
        "undecided": row.open,
    }


def join_reports(result: dict[str, Any], more: dict[str, Any], limit: int) -> dict[str, Any]:
    """Return the report of one slice merged into that of the previous slices ({} for none)."""
    if not result:
        return more
    made = {**more, **{name: result[name] + more[name] for name in (*OUTCOMES, "faults_in_all", "warnings_in_all")}}
    made["faults"] = (result["faults"] + more["faults"])[:limit]
    made["warnings"] = (result["warnings"] + more["warnings"])[:WARNINGS_SHOWN]
    made["parts"] = {
        name: {v: result["parts"].get(name, {}).get(v, 0) + more["parts"].get(name, {}).get(v, 0) for v in OUTCOMES}
        for name in {**result["parts"], **more["parts"]}
    }
    made["titles"] = {**result["titles"], **more["titles"]}
    made["samples"] = {
        name: _first_of_each(result["samples"].get(name, []) + more["samples"].get(name, []))
        for name in {**result["samples"], **more["samples"]}
    }
    return made


def _first_of_each(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for kind in (UPDATED, CREATED) for row in [s for s in samples if s["verdict"] == kind][:SAMPLES]]


def _render_faults(trial: DryRun, which: str) -> Iterator[dict[str, Any]]:
    for rows in trial.stacks.values():
        for fault in sorted(getattr(rows.row_evaluation, which), key=lambda f: f.row):
            yield render_report(trial, rows, fault)


def _facts(part: Worksheet, name: str) -> FieldSpec | None:
    return part.spec(name) if any(t.name == name for t in part.parameters) else None


def render_report(trial: DryRun, rows: Stack, fault: CellError) -> dict[str, Any]:
    """Return one fault or warning: sheet, line, cell, heading, value, what is wrong and the remedy."""
    number, row = rows.origin[fault.row]
    grid = trial.grids[number]
    facts = _facts(rows.part, fault.field)
    parameter = next((t for t in rows.part.parameters if t.name == fault.field), None)
    remedy = (
        remedies.ROW
        if parameter is None
        else remedies.remedy_for(fault.field, kind_of_value(parameter), example=facts.example if facts else "")
    )
    if parameter is not None and merged_amounts.is_merged(fault.value):
        message, remedy = merged_amounts.REASONS[is_amount(parameter)]
        fault = CellError(fault.row, fault.field, merged_amounts.strip_mark(fault.value), message)
    value, message = fault.value[:80], fault.message
    if facts is not None and (facts.sensitivity == SECRET or fault.field in CHANNEL_FIELDS):
        value, message = _covered_value(fault, facts)
    return {
        "table": trial.plan.tables.index(grid.of or grid.plan),
        "sheet": grid.plan.sheet,
        "row": grid.lines[row],
        "cell": grid.address(fault.field, row),
        "column": heading_of(grid.plan, fault.field) or (facts.zh if facts else ""),
        "part": rows.part.name,
        "field": fault.field,
        "value": value,
        "zh": message.in_("zh"),
        "en": message.in_("en"),
        "remedy_zh": remedy.in_("zh"),
        "remedy_en": remedy.in_("en"),
    }


def _mask(spec: FieldSpec) -> Callable[[str], str]:
    return spec.mask or (lambda text: text[:3] + "****" + text[-2:] if len(text) > 7 else "****")


def _covered_value(fault: CellError, spec: FieldSpec) -> tuple[str, Bilingual]:
    mask = _mask(spec)
    value = mask(fault.value) if fault.value else ""
    both = [
        fault.message.in_(code).replace(fault.value, value) if fault.value else fault.message.in_(code)
        for code in ("zh", "en")
    ]
    return value, Bilingual(*both)


def _samples(trial: DryRun, rows: Stack) -> list[dict[str, Any]]:
    """Return the first changes, by cell, and the first new rows."""
    columns = {c.name: c for c in columns_of(model_of(rows.part.model))}
    made = []
    for row in list(rows.row_evaluation.differences)[:SAMPLES]:
        if rows.row_evaluation.verdicts[row] == ERROR:
            continue
        number, line = rows.origin[row]
        changes = [
            {
                "field": n,
                "label": [columns[n].spec.zh, columns[n].spec.en] if n in columns else _label(rows.part, n),
                "before": _text(before, columns.get(n)),
                "after": _text(after, columns.get(n)),
            }
            for n, (before, after) in rows.row_evaluation.differences[row].items()
        ]
        made.append(
            {
                "verdict": UPDATED,
                "sheet": trial.grids[number].plan.sheet,
                "row": trial.grids[number].lines[line],
                "changes": changes,
            }
        )
    for row in rows.row_evaluation.rows(CREATED)[:SAMPLES]:
        number, line = rows.origin[row]
        values = {
            n: _text(column[row], columns.get(n))
            for n, column in rows.columns.items()
            if n in columns and column[row] not in (None, "")
        }
        made.append(
            {
                "verdict": CREATED,
                "sheet": trial.grids[number].plan.sheet,
                "row": trial.grids[number].lines[line],
                "values": values,
            }
        )
    return made


def _label(part: Worksheet, name: str) -> list[str]:
    facts = _facts(part, name)
    return [facts.zh, facts.en] if facts else [name, name]


def _text(value: Any, column: Any) -> str:
    if value in (None, ""):
        return ""
    if column is not None and column.spec.sensitivity == SECRET:
        return "•••"
    if hasattr(value, "_meta") or column is None or column.kind == "key":
        return str(value)
    with in_language("zh"):
        return text_of(value, column)[:200]
