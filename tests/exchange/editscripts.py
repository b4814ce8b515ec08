"""Random edit scripts on an exported workbook, and a model of the expected result that is independent of the import.

A script sorts, filters, inserts, deletes, copies, moves columns, edits and empties cells, while colleagues change and
delete rows on the desk. The model stores plain rows by id and follows three rules: what only one side changed applies,
of what both changed the preferred side applies, a row removed from its sheet is deleted only if requested and allowed.
"""

import random
import subprocess
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from django.db import models
from django.utils import timezone

from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of

KEY = "行钥"
SHEETS = {
    "clients": "基本信息",
    "investments": "投资历史",
    "interactions": "客户服务记录",
    "needs": "需求与偏好",
    "follow_ups": "定期跟进计划",
}
MODELS = {
    "clients": "clients.Client",
    "investments": "ledger.Investment",
    "interactions": "service.Interaction",
    "needs": "clients.Needs",
    "follow_ups": "service.FollowUp",
}
# {part: {field: (heading, kind, may be empty)}}
FIELDS = {
    "clients": {
        "code": ("客户号", "code", False),
        "name": ("客户姓名", "name", False),
        "occupation": ("职业", "text", True),
        "assets": ("资产规模", "money", True),
        "remark": ("备注", "text", True),
    },
    "investments": {
        "invested_on": ("投资日期", "date", False),
        "amount": ("投资金额", "money", False),
        "product": ("投资产品", "text", False),
        "result": ("投资结果", "text", True),
    },
    "interactions": {
        "held_at": ("沟通时间", "past", False),
        "summary": ("事件描述", "text", False),
        "result": ("结果", "text", True),
    },
    "needs": {"goal": ("投资目标", "text", True), "taboos": ("禁忌", "text", True)},
    "follow_ups": {"due_on": ("计划日期", "date", False), "subject": ("计划事项", "text", False)},
}
CUSTOM = {
    "x_jotting": ("批注", "text", True),
    "x_weight": ("权重", "money", True),
}  # added by the administrator to every sheet
for _part in FIELDS.values():
    _part |= CUSTOM
CHANGES = {
    "clients": ("clients.change", "client"),
    "investments": ("ledger.change_investment", "investment"),
    "interactions": ("service.change_interaction", "interaction"),
    "follow_ups": ("service.change_follow_up", "follow_up"),
}
DERIVED = {
    "pinyin",
    "initials",
    "row_version",
    "created_at",
    "changed_at",
    "last_contact_on",
    "next_contact_on",
    "id_number",
    "id_number_index",
    "done_on",
}


def rows_of(part: str) -> dict[int, dict[str, Any]]:
    """Return {id: values by column}, read directly from the table."""
    model = model_of(MODELS[part])
    names = [f.attname for f in model._meta.concrete_fields if f.attname not in DERIVED]
    return {row["id"]: _spread(row) for row in models.QuerySet(model).values(*names)}


def _spread(row: dict[str, Any]) -> dict[str, Any]:
    added = row.pop("extra")
    weight = added.get("x_weight")
    return {**row, "x_jotting": added.get("x_jotting", ""), "x_weight": None if weight is None else Decimal(weight)}


class Script:
    """One script. Call `colleagues` (as a permitted user) and `save` in any order, then import, then `expected`."""

    def __init__(self, seed: int, path: Path) -> None:
        self.chance, self.path = random.Random(seed), path
        self.base = {part: rows_of(part) for part in SHEETS}
        self.desk = {part: dict(rows) for part, rows in self.base.items()}
        self.edits: dict[tuple[str, int], dict[str, Any]] = {}
        self.taken_out: set[tuple[str, int]] = set()
        self.fresh: dict[str, list[dict[str, Any]]] = {part: [] for part in SHEETS}
        self.copied: list[dict[str, Any]] = []
        self.prefer = self.chance.choice(["file", "desk"])
        self.delete_missing = self.chance.random() < 0.6
        self.count = 0
        self.book = openpyxl.load_workbook(path)

    # --- values ------------------------------------------------------------------------------------

    def value(self, kind: str) -> Any:
        self.count += 1
        pick = self.chance
        if kind == "code":
            return f"N{pick.randrange(10**6):06}{self.count}"
        if kind == "name":
            return pick.choice("赵钱孙李周吴郑王") + pick.choice("安然思远子墨清和") + pick.choice("一宁川禾")
        if kind == "money":
            return Decimal(pick.randrange(1, 10**9)).scaleb(-2).quantize(Decimal("0.01"))
        if kind == "date":
            return date(2027, 1, 1) + timedelta(days=pick.randrange(700))
        if kind == "past":
            return timezone.make_aware(datetime(2025, 1, 1) + timedelta(minutes=pick.randrange(10**5)))
        ends = ["", " 3×5", "=1+1", "\n第二行", "（全角，标点）", " <b>&amp;", "'引号", "00123"]
        return f"{pick.choice(['稳健', '多元', 'Mixed text', '长期 持有'])}{self.count}{pick.choice(ends)}"

    # --- the desk in between ------------------------------------------------------------------------

    def colleagues(self) -> None:
        """Change and delete some rows with the ordinary actions."""
        for part, rows in self.base.items():
            for number in rows:
                if part in CHANGES and self.chance.random() < 0.3:
                    name = self.chance.choice([n for n in FIELDS[part] if n != "code"])
                    wanted = self.value(FIELDS[part][name][1])
                    if (part, number) in self.edits and name in self.edits[part, number] and self.chance.random() < 0.3:
                        wanted = self.edits[part, number][name] or wanted  # both sides make the same change
                    verb, called = CHANGES[part]
                    perform(verb, {called: number, name: wanted})
                    self.desk[part][number] = {**self.desk[part][number], name: wanted}
        for number in self.base["investments"]:
            if self.chance.random() < 0.1:
                perform("ledger.remove_investment", {"investment": number})
                del self.desk["investments"][number]

    # --- the workbook ------------------------------------------------------------------------------

    def edit(self) -> None:
        for part, title in SHEETS.items():
            sheet = self.book[title]
            head = [c.value for c in sheet[1]]
            looks = _looks(sheet)
            body = [[c.value for c in row] for row in sheet.iter_rows(min_row=2, max_row=1 + len(self.base[part]))]
            numbers = self._in_order(part)
            rows = list(zip(numbers, body, strict=True))
            rows = self._cells(part, head, rows)
            rows = self._rows(part, head, rows)
            if self.chance.random() < 0.7:
                self.chance.shuffle(rows)
            places = list(range(len(head)))
            if self.chance.random() < 0.5:
                self.chance.shuffle(places)
            self._write(sheet, [head[p] for p in places], [[row[p] for p in places] for _, row in rows])
            for cells in sheet.iter_rows(min_row=2, max_row=2 * len(rows) + 2):
                for at, cell in enumerate(cells):
                    cell.number_format = looks[places[at]]

    def _in_order(self, part: str) -> list[int]:
        """Return the ids of a part's rows in the order of the export."""
        rows, clients = self.base[part], self.base["clients"]
        by = (lambda r: r["code"]) if part == "clients" else (lambda r: (clients[r["client_id"]]["code"], r["id"]))
        return [row["id"] for row in sorted(rows.values(), key=by)]

    def _cells(self, part: str, head: list[str], rows: list[Any]) -> list[Any]:
        for number, row in rows:
            for name, (heading, kind, may_be_empty) in FIELDS[part].items():
                if self.chance.random() < 0.2:
                    wanted = None if may_be_empty and self.chance.random() < 0.3 else self.value(kind)
                    if wanted is None and self.base[part][number][name] in (None, ""):
                        continue  # emptying an empty value is no edit
                    row[_place(head, heading)] = _cell(wanted)
                    self.edits.setdefault((part, number), {})[name] = wanted
        return rows

    def _rows(self, part: str, head: list[str], rows: list[Any]) -> list[Any]:
        kept = []
        for number, row in rows:
            if part != "clients" and self.chance.random() < 0.12:
                self.taken_out.add((part, number))
                if self.chance.random() < 0.5:
                    kept.append((0, [row[p] if head[p].startswith(KEY) else None for p in range(len(head))]))
                continue
            kept.append((number, row))
        if part in ("investments", "follow_ups") and self.chance.random() < 0.6:
            kept.insert(self.chance.randrange(len(kept) + 1), (0, self._new(part, head)))
        if part == "investments" and kept and self.chance.random() < 0.4:
            number, row = self.chance.choice(kept)
            if number and "product" not in self.edits.get((part, number), {}):
                copy = list(row)
                copy[_place(head, "投资产品")] = product = self.value("text") + "副本"
                kept.append((0, copy))
                self.copied.append({"of": number, "product": product})
        return kept

    def _new(self, part: str, head: list[str]) -> list[Any]:
        client = self.chance.choice(list(self.base["clients"].values()))
        made = {name: self.value(kind) for name, (_, kind, _) in FIELDS[part].items()}
        row: list[Any] = [None] * len(head)
        row[_place(head, "客户号")] = client["code"]
        for name, value in made.items():
            row[_place(head, FIELDS[part][name][0])] = _cell(value)
        self.fresh[part].append({**made, "client_id": client["id"]})
        return row

    def _write(self, sheet: Any, head: list[str], rows: list[list[Any]]) -> None:
        spread = [row for row in rows for row in ([row] if self.chance.random() > 0.1 else [row, [None] * len(head)])]
        for at, row in enumerate([head, *spread, *[[None] * len(head)] * (len(rows) + 5)], 1):
            for place, value in enumerate(row, 1):
                sheet.cell(at, place).value = value
        for at in range(2, len(rows) + 2):  # rows hidden as by a filter
            sheet.row_dimensions[at].hidden = self.chance.random() < 0.3

    def save(self, through: str = "") -> Path:
        """Write the file; `through` converts it with LibreOffice: "xlsx", "ods", or "both" for ods and back."""
        self.book.save(self.path)
        path = self.path
        for ending in {"": (), "xlsx": ("xlsx",), "ods": ("ods",), "both": ("ods", "xlsx")}[through]:
            folder = path.parent / f"office-{ending}"
            command = [
                "soffice",
                "--headless",
                f"-env:UserInstallation=file://{self.path.parent}/profile",
                "--convert-to",
                ending,
                "--outdir",
                str(folder),
                str(path),
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=180)
            path = folder / f"{path.stem}.{ending}"
        return path

    # --- the expected result ----------------------------------------------------------------------

    def expected(self) -> tuple[dict[str, dict[int, dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
        """Return ({part: {id: row}} of existing rows, {part: new rows by the fields given})."""
        stand = {part: {n: self._merged(part, n, row) for n, row in rows.items()} for part, rows in self.desk.items()}
        fresh = {part: list(rows) for part, rows in self.fresh.items()}
        for part, number in self.taken_out:
            row = stand[part].get(number)
            if row is None or not self.delete_missing:
                continue
            touched = self.desk[part][number] != self.base[part][number]
            if touched and self.prefer == "desk":
                continue
            if part == "investments":
                del stand[part][number]
            elif part == "follow_ups":
                row["state"] = "cancelled"
        for (part, number), edits in self.edits.items():
            if number not in self.desk[part] and (part, number) not in self.taken_out and self.prefer == "file":
                fresh[part].append({n: v for n, v in {**self.base[part][number], **edits}.items() if n != "id"})
        for copy in self.copied:
            row = {**self.base["investments"][copy["of"]], **self.edits.get(("investments", copy["of"]), {})}
            fresh["investments"].append({**{n: v for n, v in row.items() if n != "id"}, "product": copy["product"]})
        return stand, fresh

    def _merged(self, part: str, number: int, desk: dict[str, Any]) -> dict[str, Any]:
        made = dict(desk)
        if (part, number) in self.taken_out:
            return made
        for name, mine in self.edits.get((part, number), {}).items():
            was = self.base[part][number][name]
            mine = mine if mine is not None else (None if was is None or isinstance(was, Decimal) else "")
            if mine == was:
                continue
            if desk[name] in (was, mine) or self.prefer == "file":
                made[name] = mine
        return made

    def dates(self, stand: Any, fresh: Any) -> dict[int, date | None]:
        """Return the next contact of every client: the earliest date of the client's open plans."""
        plans = [*stand["follow_ups"].values(), *fresh["follow_ups"]]
        open_on = {
            client: [p["due_on"] for p in plans if p["client_id"] == client and p.get("state", "planned") == "planned"]
            for client in stand["clients"]
        }
        return {client: min(days, default=None) for client, days in open_on.items()}


def _place(head: list[str], heading: str) -> int:
    return next(at for at, text in enumerate(head) if text.split()[0] == heading)


def _looks(sheet: Any) -> list[str]:
    """Return the number format of each column, which moves with it even where cells are empty."""
    spans = {span.min: (span.max, span.number_format) for span in sheet.column_dimensions.values()}
    return [look for first, (last, look) in sorted(spans.items()) for _ in range(first, last + 1)]


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return clock.local(value).replace(tzinfo=None) if isinstance(value, datetime) else value
