"""How a file is read and what it would change, for display: labels from field facts, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from dakehu.domains.clients.bulk_import.matching import KEYS
from dakehu.exchange.imports.wizard import KEY_NAMES, MODE_NAMES
from dakehu.exchange.mapping.detection import kinds_of_values
from dakehu.exchange.mapping.mapping import KEEP
from dakehu.exchange.sheets import definitions
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.imports.row_matching import MODES, OUTCOMES
from dakehu.interfaces.web.views.imports import column_readings

ASIS = "="  # the select's value for a column whose profile mapping is more than one field
HOW: dict[str, tuple[Bilingual, str]] = {
    "name": (bilingual("名称一致", "By its name"), "good"),
    "alias": (bilingual("常见别名", "By an alias"), "accent"),
    "content": (bilingual("按内容猜测", "By its content"), "teal"),
    "hand": (bilingual("手工指定", "By hand"), "violet"),
    "profile": (bilingual("沿用来源设置", "As remembered"), "violet"),
}
MODE_ABOUT = {
    "both": bilingual("新客户新增，已有客户更新", "New clients are added, known ones updated"),
    "create": bilingual("已有的客户跳过", "Known clients are skipped"),
    "update": bilingual("没有的客户跳过", "Unknown clients are skipped"),
}
LEDGER_FILE_COUNTS = ("created", "updated", "unchanged")
VERDICT_WORDS = {
    "created": (bilingual("新增", "New"), "good", bilingual("系统里还没有的", "Not on the desk yet")),
    "updated": (bilingual("更新", "Updated"), "accent", bilingual("至少有一格不同", "At least one cell differs")),
    "unchanged": (bilingual("不变", "Unchanged"), "", bilingual("与系统一致", "Same as on the desk")),
    "skipped": (bilingual("跳过", "Skipped"), "", bilingual("按所选方式不处理", "Left out by the mode chosen")),
    "errors": (bilingual("错误", "Errors"), "bad", bilingual("需要改正的行", "Rows to mend")),
}
EXTRA_PARTS = {
    "contacts": bilingual("联系方式", "Contacts"),
    "history": bilingual("历史版本", "Earlier data"),
    "coverage": bilingual("服务关系", "Coverage"),
}
FATE_WORDS = {
    "clash": (bilingual("请决定", "Decide"), "bad"),
    "file": (bilingual("以表格为准", "The file counts"), "accent"),
    "desk": (bilingual("以系统为准", "The desk counts"), ""),
    "mine": (bilingual("采用表格", "From the file"), "good"),
    "theirs": (bilingual("保留系统", "The desk stays"), ""),
    "same": (bilingual("两边相同", "Both the same"), ""),
}
LAYOUTS = {"rows": bilingual("每行一位", "One row each"), "card": bilingual("竖排卡片", "Card: field and value")}


def describe_mapping(plan: dict[str, Any]) -> dict[str, Any]:
    """Return the plan of a batch for the columns page: every table, column, guess and choice."""
    parts = definitions.worksheets()
    tables = [_table(number, table, parts) for number, table in enumerate(plan["tables"])]
    return {
        "tables": tables,
        "ready": any(t["part"] and t["mapped"] for t in tables),
        "mode": plan["mode"],
        "key": plan["key"],
        "rates": column_readings.shown_rates(plan),
        "modes": [(name, MODE_NAMES[name], MODE_ABOUT[name]) for name in MODES],
        "keys": [(name, KEY_NAMES[name]) for name in KEYS],
        "profiles": sorted({t["profile"] for t in tables if t["profile"]}),
    }


def _table(number: int, table: dict[str, Any], parts: dict[str, definitions.Worksheet]) -> dict[str, Any]:
    part = parts.get(table["part"])
    fields = [(parameter.name, part.spec(parameter.name).label) for parameter in part.parameters] if part else []
    fields = fields or column_readings.ledger_fields(table["part"])
    names, kinds = dict(fields), kinds_of_values(table["part"])
    columns = [
        {**_column(number, column, names), **column_readings.readings(number, column, kinds)}
        for column in table["columns"]
    ]
    ledger = [(name, words) for name, (words, _) in column_readings.KINDS.items()]
    first, last = table["first_row"] + 1, table["last_row"] + 1
    return {
        "number": number,
        "part_name": f"t{number}.part",
        "header_name": f"t{number}.header",
        "sheet": table["sheet"],
        "part": table["part"],
        "layout": LAYOUTS.get(table["layout"], table["layout"]),
        "card": table["layout"] == "card",
        "header": table["header_row"] + 1,
        "first": first,
        "last": last,
        "lines": max(last - first + 1 - len(table["skipped"]), 0),
        "skipped": len(table["skipped"]),
        "parts": [
            ("", bilingual("不导入这张表", "Leave this table out")),
            *((name, p.title) for name, p in parts.items()),
            *ledger,
        ],
        "title": part.title if part else dict(ledger).get(table["part"], ""),
        "asks": table.get("asks", ""),
        "numbered": any(column["units"] or column["orders"] for column in columns),
        "fields": fields,
        "columns": columns,
        "mapped": sum(1 for c in columns if c["mapped"]),
        "profile": table["profile"],
        "unmapped": [c["heading"] for c in columns if not c["mapped"] and c["heading"]],
    }


def _column(number: int, column: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    feeds = column["feeds"]
    plain = len(feeds) == 1 and not feeds[0]["values"] and feeds[0]["otherwise"] == KEEP
    chosen = feeds[0]["field"] if plain else ASIS if feeds else ""
    word, tone = HOW.get(column["how"] if feeds else "", (bilingual("不导入", "Left out"), ""))
    suggestion = names.get(column["suggestion"], "") if not feeds else ""
    if suggestion:
        word, tone = bilingual("可能是“{name}”", "Perhaps “{name}”", name=suggestion), "warn"
    if column["how"] == "unfit" and not feeds:
        word, tone = (
            bilingual("内容不像“{name}”，没有采用", "Does not hold “{name}”; left out", name=suggestion),
            "warn",
        )
    return {
        "name": f"t{number}.c{column['index']}",
        "index": column["index"],
        "letter": letters(column["index"]),
        "heading": column["heading"],
        "samples": column.get("samples", [])[:3],
        "chosen": chosen,
        "mapped": bool(feeds),
        "asis": [] if plain else [names.get(f["field"], f["field"]) for f in feeds],
        "how": word,
        "tone": tone,
        "suggested": column["suggestion"] if suggestion else "",
    }


def changes(plan: dict[str, Any], posted: QueryDict) -> dict[str, Any]:
    """Return the form's changes to the plan, as input of `intake.correct`. A table whose part or heading row
    changes is read again, so its column choices, made under the old reading, are ignored."""
    made: dict[str, Any] = {
        "mode": posted.get("mode") or plan["mode"],
        "key": posted.get("key") or plan["key"],
        "tables": {},
    }
    rates = column_readings.posted_rates(posted["rates"]) if "rates" in posted else plan.get("rates", {})
    if rates != plan.get("rates", {}):
        made["rates"] = rates
    for number, table in enumerate(plan["tables"]):
        wanted: dict[str, Any] = {}
        part, header = posted.get(f"t{number}.part"), posted.get(f"t{number}.header", "")
        if part is not None and part != table["part"]:
            wanted["part"] = part
        answered = table.get("asks") == "heading" and header == str(table["header_row"] + 1)
        if header.isdigit() and (answered or int(header) != table["header_row"] + 1):
            wanted["header_row"] = int(header) or "none"
        if table["part"] and (answered or not wanted):
            columns = {}
            for column in table["columns"]:
                chosen = posted.get(f"t{number}.c{column['index']}")
                if chosen is not None and chosen != ASIS and chosen != _column(number, column, {})["chosen"]:
                    columns[str(column["index"])] = chosen
            said = {"columns": columns, **column_readings.posted_readings(number, table, posted)}
            wanted |= {name: of_columns for name, of_columns in said.items() if of_columns}
        if wanted:
            made["tables"][str(number)] = wanted
    return made


def report(result: dict[str, Any]) -> dict[str, Any]:
    """Return a report for the differences and result pages."""
    titles = {name: Bilingual(*both) for name, both in result.get("titles", {}).items()} | EXTRA_PARTS
    mine = 1 if language() == "en" else 0
    parts = definitions.worksheets()
    return {
        "report": result,
        "tiles": [_tile(verdict, result.get(verdict, 0)) for verdict in OUTCOMES],
        "verdicts": [VERDICT_WORDS[v][0] for v in OUTCOMES],
        "by_part": [
            (titles.get(name, name), [f"{counts.get(v, 0):,}" for v in OUTCOMES])
            for name, counts in result.get("parts", {}).items()
        ],
        "samples": [
            {"name": name, "title": titles.get(name, name), "rows": [_sample(row, parts[name], mine) for row in rows]}
            for name, rows in result.get("samples", {}).items()
            if rows and name in parts
        ],
        "meeting": _render_merge(result, mine),
        "errors": [fault_in_words(f) for f in result.get("faults", [])],
        "left_out": ignored_parts(result),
        "warnings": [fault_in_words(f) for f in result.get("warnings", [])],
        "work": result.get("undecided", 0)
        + sum(m["may_go"] for m in result.get("missing", []))
        + result.get("created", 0)
        + result.get("updated", 0)
        + sum(
            counts.get("created", 0) + counts.get("updated", 0)
            for name, counts in result.get("parts", {}).items()
            if name in EXTRA_PARTS
        ),
    }


def _render_merge(result: dict[str, Any], mine: int) -> dict[str, Any]:
    """Return the differing cells of rows re-imported from an export, and rows missing in the file, for display."""
    cells = [_render_merged_cell(cell, mine) for cell in result.get("cells", [])]
    missing = [
        {**m, "title": m["title"][mine], "why": m["why"][mine], "cancels": m["may_go"] and m["part"] == "follow_ups"}
        for m in result.get("missing", [])
    ]
    return {
        "rows": cells,
        "missing": missing,
        "clashes": result.get("fates", {}).get("clash", 0),
        "expired": result.get("expired", 0),
    }


def _render_merged_cell(cell: dict[str, Any], mine: int) -> dict[str, Any]:
    clash = cell["fate"] == "clash"
    word, tone = FATE_WORDS[cell["decided"] or "clash" if clash else cell["fate"]]
    if cell["fate"] == "mine" and not cell["mine"]:
        word = bilingual("清空", "Emptied")
    gone = not cell["field"]
    return {
        **cell,
        "label": cell["label"][mine],
        "clash": clash,
        "word": word,
        "tone": tone,
        "empty_mine": bilingual("保留您的这一行", "Keep your row") if gone else bilingual("（清空）", "(emptied)"),
        "empty_current": bilingual("保持删除", "Leave it deleted") if gone else "–",
    }


def _tile(verdict: str, count: int) -> dict[str, Any]:
    word, _, explains = VERDICT_WORDS[verdict]
    wrong = verdict == "errors" and count
    return {
        "count": f"{count:,}",
        "label": word,
        "explains": explains,
        "note": bilingual("改正后再导入", "Mend, then import") if wrong else "",
        "note_tone": "bad" if wrong else "",
    }


def _sample(row: dict[str, Any], part: definitions.Worksheet, mine: int) -> dict[str, Any]:
    word, tone, _ = VERDICT_WORDS[row["verdict"]]
    known = {parameter.name for parameter in part.parameters}
    cells = [
        {"label": c["label"][mine], "before": c["before"], "after": c["after"]} for c in row.get("changes", [])
    ] or [
        {"label": part.spec(name).label if name in known else name, "before": "", "after": value}
        for name, value in row.get("values", {}).items()
    ]
    return {
        "word": word,
        "tone": tone,
        "sheet": row["sheet"],
        "row": row["row"],
        "cells": cells,
        "new": row["verdict"] == "created",
    }


def ignored_parts(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return columns that match no field and cells outside the tables, with place and reason in the reader's language.

    `add` is the address of the form for a custom field of an unknown heading, "" for a user who may not add one.
    """
    may_add = current_actor().may(ACTIONS["fields.add"].needs)
    columns = [
        {
            "sheet": column["sheet"],
            "range": column["column"],
            "cells": column["filled"],
            "why": column[language()],
            "add": _custom_field_address(column) if may_add and column["model"] else "",
        }
        for column in result.get("ignored", [])
    ]
    return columns + [{**rest, "why": rest[language()]} for rest in result.get("left_out", [])]


def _custom_field_address(column: dict[str, Any]) -> str:
    return f"{reverse('system-fields-add')}?{urlencode({'zh': column['heading'], 'model': column['model']})}"


def fault_in_words(fault: dict[str, Any]) -> dict[str, Any]:
    """Return a fault with its message and remedy in the reader's language."""
    code = language()
    return {**fault, "message": fault[code], "remedy": fault[f"remedy_{code}"]}


def ledger_file_context(report: dict[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of a price file's and a feed's pages from its report. `labels`: {field: heading of its column}."""
    errors, warnings = (
        [{**fault_in_words(fault), "column": labels.get(fault["field"], "")} for fault in report[name]]
        for name in ("faults", "warnings")
    )
    return {
        "report": report,
        "left_out": ignored_parts(report),
        "errors": errors,
        "warnings": warnings,
        "tiles": [{"label": VERDICT_WORDS[name][0], "count": f"{report[name]:,}"} for name in LEDGER_FILE_COUNTS],
        "is_news": any(report.get(name) for name in ("created", "updated", "removed")),
    }
