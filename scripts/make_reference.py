#!/usr/bin/env python
"""Write docs/reference from the registers: actions, queries, settings, commands, roles, the data dictionary, the feeds.

python scripts/make_reference.py          writes the pages
python scripts/make_reference.py --check  lists outdated pages, status 1 if any
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "<!-- Written by scripts/make_reference.py; change the code it speaks of, then run it again. -->\n"


def cell(text: Any) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ").strip()


def table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(list(heads))]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def roles_with(permission: str) -> str:
    from dakehu.domains.team.roles import ROLES

    if not permission:
        return "每个人 everybody"
    return ", ".join(name for name, role in ROLES.items() if permission in role.permissions)


def takes_table(parameters: Iterable[Any]) -> str:
    from dakehu.foundation.gates.input import field_behind, spec_behind
    from dakehu.foundation.gates.output import kind_of

    rows = []
    for parameter in parameters:
        facts, behind = spec_behind(parameter), field_behind(parameter)
        words = parameter.choice_set if parameter.choice_set is not None else getattr(behind, "choice_set", None)
        kind = kind_of(behind) if behind is not None else ("key" if parameter.model else parameter.kind)
        choices = ", ".join(f"`{m.value}` {m.zh} {m.en}" for m in words) if words is not None else ""
        rows.append(
            (
                f"`{parameter.name}`" + (" *" if parameter.required else ""),
                facts.heading,
                kind,
                choices or facts.example,
            )
        )
    return (
        table(("参数 parameter (* = required)", "含义 meaning", "kind", "可选值 choices / example"), rows)
        if rows
        else ""
    )


def entries(title: str, register: dict[str, Any]) -> str:
    parts = [f"# {title}\n", NOTE]
    for name, entry in sorted(register.items()):
        parts.append(f"## `{name}`\n\n{entry.zh} · {entry.en}\n")
        if not getattr(entry, "is_public", True):
            parts.append("只由其他操作调用 · called by other actions only.\n")
        parts.append(f"权限 needs: `{entry.needs or '—'}` ({roles_with(entry.needs)})\n")
        irreversible = getattr(entry, "irreversible", None)
        if irreversible:
            parts.append(f"不能撤销 cannot be undone: {irreversible.in_('zh')} {irreversible.in_('en')}\n")
        if entry.doc:
            parts.append(entry.doc + "\n")
        parts.append(takes_table(entry.parameters))
    return "\n".join(part for part in parts if part)


def actions() -> str:
    from dakehu.foundation.actions.registry import ACTIONS

    return entries("操作 Actions", ACTIONS)


def queries() -> str:
    from dakehu.foundation.gates import QUERIES

    return entries("查询 Queries", QUERIES)


def settings() -> str:
    from dakehu.foundation.base.env import SETTINGS

    home = str(Path.home())
    rows = [
        (f"`{name}`", f"`{default.replace(home, '~')}`" if default else "—", zh, en)
        for name, (default, zh, en) in sorted(SETTINGS.items())
    ]
    more = "秘密设置可改用 `…_FILE` 指向文件 · a secret may be read from the file that `…_FILE` names.\n"
    return f"# 设置 Settings\n\n{NOTE}\n{more}\n" + table(("变量 variable", "缺省 default", "用途", "what for"), rows)


def commands() -> str:
    from dakehu.interfaces.cli.arguments import parser

    chosen = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    parts = ["# 命令 Commands\n", NOTE]
    for name, sub in chosen.choices.items():
        rows = []
        for option in sub._actions:
            if isinstance(option, argparse._HelpAction):
                continue
            shown = ", ".join(option.option_strings) or str(option.metavar or option.dest)
            given = "|".join(str(choice) for choice in option.choices or ())
            rows.append((f"`{shown}`", given, option.help or ""))
        parts += [f"## `dakehu {name}`\n", f"{sub.description}\n", table(("option", "choices", "用途 what for"), rows)]
    return "\n".join(parts)


def roles() -> str:
    from dakehu.domains.team.permissions import Permission
    from dakehu.domains.team.roles import ROLES

    described = table(
        ("role", "名称 name", "看到 sees", "清晰到 cleared for", "做什么", "what it does"),
        [
            (f"`{name}`", f"{r.name.zh} {r.name.en}", r.reach, r.clearance.name.lower(), r.zh, r.en)
            for name, r in ROLES.items()
        ],
    )
    granted = table(
        ("permission", *ROLES),
        [(f"`{p}`", *("✓" if p in r.permissions else "" for r in ROLES.values())) for p in Permission],
    )
    return f"# 角色与权限 Roles and rights\n\n{NOTE}\n{described}\n{granted}"


def dictionary() -> str:
    """Return every described field of every model, and how long client data is kept."""
    from django.apps import apps

    from dakehu.foundation.gates import columns_of
    from dakehu.foundation.schema.retention import retention_table

    kept = dict(retention_table())
    parts = ["# 数据字典 Data dictionary\n", NOTE]
    for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
        columns = columns_of(model) if model.__module__.startswith("dakehu.") else []
        if not columns:
            continue
        names = model.names
        parts.append(f"## `{model._meta.label}` {names.zh} · {names.en} ({names.en_plural})\n")
        held = kept.get(model._meta.label)
        if held is not None:
            parts.append(f"保存期限 kept: {held.years} 年 years · {held.basis_zh} · {held.basis_en} ({held.kind})\n")
        rows = [
            (
                f"`{c.name}`",
                c.spec.heading,
                c.kind,
                c.spec.sensitivity.name.lower(),
                "、".join(c.spec.aliases),
                ", ".join(f"`{m.value}` {m.zh} {m.en}" for m in c.choice_set) if c.choice_set is not None else "",
                " ".join(t for t in (c.spec.help_zh, c.spec.help_en, applies_text(model, c.spec)) if t),
            )
            for c in columns
        ]
        parts.append(
            table(
                ("field", "名称 heading", "kind", "sensitivity", "别名 aliases", "可选值 choices", "说明 about"), rows
            )
        )
    return "\n".join(parts)


def applies_text(model, spec) -> str:
    """Return the rows to which a field applies, in both languages."""
    from dakehu.foundation.schema.fields import applies_note

    note = applies_note(model, spec)
    return f"{note.in_('zh')} {note.in_('en')}" if note else ""


def renamed_page() -> str:
    """Return every public name and address of the previous version with the current one."""
    from django.urls import get_resolver

    from dakehu.foundation.base.renamed import Kind
    from dakehu.foundation.base.renamed import renamed_pairs as names_of
    from dakehu.interfaces.web.urls.moved import MOVED

    titles = {
        Kind.ACTION: "操作与步骤 Actions and steps",
        Kind.QUERY: "查询 Queries",
        Kind.MODEL: "数据表 Models",
        Kind.JOB: "后台任务 Job kinds",
        Kind.EVENT: "事件 Events",
    }
    heads = ("0.1.0", "现在 now")
    parts = ["# 改名对照 Renamed since 0.1.0\n", NOTE, RENAMED_NOTE]
    for kind, title in titles.items():
        parts += [f"## {title}\n", table(heads, [(f"`{old}`", f"`{new}`") for old, new in names_of(kind)])]
    routes = get_resolver().reverse_dict
    pages = []
    for old, route in sorted(MOVED.items()):
        present = re.sub(r"%\(([a-z_]+)\)s", r"<\1>", routes[route][0][0][0])
        pages.append((f"`/{re.sub('<[a-z]+:', '<', old)}`", f"`/{present}`"))
    parts += ["## 页面地址 Addresses of pages\n", table(heads, pages)]
    api = [("`/api/v1/q/<name>`", "`/api/v1/queries/<name>`"), ("`/api/v1/do/<name>`", "`/api/v1/actions/<name>`")]
    parts += ["## 接口地址 Addresses of the API\n", table(heads, api)]
    return "\n".join(parts)


RENAMED_NOTE = (
    "旧名在下一版之前仍可使用：页面跳转（301、308），接口带 `Deprecation` 和 `Link`，命令行在标准错误输出提示一行；"
    "已存的操作日志、撤销资料、任务和批次照旧显示并可用（decisions/0062）。权限、设置和命令行选项没有改名。\n\n"
    "Old names are accepted until the next version: pages redirect (301, 308), the API answers with `Deprecation` and "
    "`Link`, the command line prints one line to standard error. Stored audit entries, undo logs, jobs and batches are "
    "shown and work as before (decisions/0062). No permission, setting or command line option was renamed.\n"
)


def feeds() -> str:
    """Return every feed with its columns."""
    from dakehu.domains.ledger.feeds.declarations import FEEDS
    from dakehu.exchange.feeds.template import describe_content

    parts = [
        "# 每日数据 Daily data\n",
        "每种数据的列、别名、单位和到达时间。文件可以是 csv、xlsx 等；列的次序不限，带 * 的必须有。\n\n"
        "The columns, aliases and units of each feed, and when it is due. A file may be csv, xlsx or another table, in any order of "
        "columns; those with * must be there.\n",
    ]
    storages = {
        "day": "每天一份 the rows of a day",
        "snapshot": "全量，到下一份为止 all that is true, until the next",
        "events": "当天公布的 what became known on the day",
    }
    for feed in FEEDS.values():
        due = (
            f"+{feed.due_after} 交易日 trading day(s), {feed.due:%H:%M}"
            if feed.every_day
            else "有则送 when there is any"
        )
        parts.append(f"## `{feed.name}` {feed.zh} {feed.en}\n")
        parts.append(f"{feed.description.zh}\n\n{feed.description.en}\n")
        seen = "合规 compliance" if feed.is_secret else "管理员 administrators"
        key = ", ".join(f"`{name}`" for name in feed.key)
        rows = [
            ("键 key", key),
            ("存法 kept as", storages[feed.storage]),
            ("应到 due", due),
            ("谁可导入 imported by", seen),
        ]
        parts.append(table(("", ""), rows))
        columns = [
            (
                f"`{column.name}`" + (" *" if column.required else ""),
                column.heading,
                ", ".join(column.aliases),
                f"{describe_content(column).zh} / {describe_content(column).en}",
                column.example,
            )
            for column in feed.file_columns
        ]
        parts.append(table(("列 column", "表头 heading", "别名 aliases", "内容 holds", "示例 example"), columns))
    return "\n".join(parts)


def moments() -> str:
    """Return the table of all types of moments."""
    from dakehu.domains.service.moments.deadlines import text_of
    from dakehu.domains.service.moments.queries import sources_of
    from dakehu.domains.service.moments.types import moment_types

    rows = [
        (
            f"`{one.id}`",
            f"{one.zh} {one.en}",
            f"P{one.priority}" + (" 必做 mandatory" if one.mandatory else ""),
            f"`{one.rule}`" + (f" (P1: `{one.urgent}`)" if one.urgent else ""),
            f"{text_of(one.deadline, 'zh')} · {text_of(one.deadline, 'en')}",
            f"{one.action.zh} {one.action.en}",
            ", ".join(f"{source.zh} {source.en}" for source in sources_of(one)),
        )
        for one in moment_types().values()
    ]
    heads = ("编号 id", "事件 moment", "优先级 priority", "触发条件 rule", "时限 deadline", "要求 action", "数据 needs")
    return "\n".join(["# 关键时刻 Moments\n", NOTE, MOMENTS_NOTE, table(heads, rows)])


MOMENTS_NOTE = (
    "门槛与时限是内部做法，不是法规；团队负责人可以在规则页修改并留版本。M38 只有合规可见。"
    "\n\nThresholds and deadlines are house practice and no law; a lead may change them, in versions. M38 is seen by compliance only.\n"
)

PAGES = {
    "actions.md": actions,
    "queries.md": queries,
    "settings.md": settings,
    "commands.md": commands,
    "roles.md": roles,
    "data-dictionary.md": dictionary,
    "feeds.md": feeds,
    "moments.md": moments,
    "../renamed.md": renamed_page,
}


def pages() -> dict[str, str]:
    """Return {file name: text} of the whole reference; Django must be set up."""
    return {name: make().rstrip() + "\n" for name, make in PAGES.items()}


def main() -> int:
    checking = "--check" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as home:
        os.environ["DAKEHU_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
        import django

        django.setup()
        made = pages()
    behind = [
        name
        for name, text in made.items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text(encoding="utf-8") != text
    ]
    for name in behind:
        print(f"{name}: {'behind the code' if checking else 'written'}")
        if not checking:
            REFERENCE.mkdir(parents=True, exist_ok=True)
            (REFERENCE / name).write_text(made[name], encoding="utf-8")
    return 1 if checking and behind else 0


if __name__ == "__main__":
    sys.exit(main())
