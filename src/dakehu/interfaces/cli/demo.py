"""The demonstration: a brokerage of three branches, imported by the ordinary actions and served.

Its data directory is `demo-home` in the current directory unless DAKEHU_HOME is set. A second run reuses the same data.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import ROLES
from dakehu.domains.tiers import assign
from dakehu.exchange.imports import service as import_service
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import perform
from dakehu.interfaces.cli import server
from dakehu.interfaces.cli.example import (
    EXAMPLE,
    EXAMPLE_DAY,
    advice,
    appraisals,
    calendar,
    calendars,
    campaigns,
    cases,
    comments,
    conduct,
    feedback,
    feeds,
    growth,
    innovation,
    insight,
    learning,
    mails,
    market,
    messages,
    moments,
    outgoing,
    outreach,
    privacy,
    risk,
    suitability,
    support,
    surveys,
    wording,
    work,
    write_book,
)
from dakehu.interfaces.cli.example.people import BRANCHES, STAFF, TEAMS

FRESH = timedelta(days=7)
MONTHS = 12  # ends of months at which the demonstration's clients were assigned tiers
EXAMPLES = Path(__file__).parents[4] / "examples"
SIGN_INS = "sign-ins.txt"
LEADS = {"zhou": ("lin", "gu", "shen"), "meng": ("wang", "hao")}  # whose calendars are filled
FEEDS = "每日数据"  # the folder of the daily files in the data directory


def main(host: str, port: int, *, serve: bool = True, browser: bool = True) -> int:
    """Prepare the demonstration if needed, print the sign-ins, and serve it."""
    table = Path(settings.DAKEHU_HOME) / SIGN_INS
    server.make_ready()
    if not table.exists():
        prepare(table)
    _print_message(table.read_text(encoding="utf-8"))
    return server.serve(host, port, browser=browser) if serve else 0


def prepare(table: Path) -> dict[str, Any]:
    """Fill an empty desk; returns the report of the import. Raises Refused where the desk is already in use."""
    with acting_as(system_actor("look whether the desk is empty", "cli")):
        if team.users().exists():
            raise Refused(
                bilingual(
                    "数据目录 {home} 里已有人员，演示不会写入。请用 DAKEHU_HOME 指定一个空目录。",
                    "{home} already holds a desk; the demo leaves it alone. Name an empty directory in DAKEHU_HOME.",
                    home=settings.DAKEHU_HOME,
                )
            )
    with undo_entries.without_undo():
        return _fill(table)


def _fill(table: Path) -> dict[str, Any]:
    """Write the staff, clients, services, trades and prices of the demonstration; none of it can be undone."""
    password = new_password()
    with acting_as(system_actor("set up the demonstration brokerage（演示）", "cli")):
        _print_message(str(bilingual("建立三家营业部与人员…", "Three branches and their staff …")))
        _add_staff(password)
        _print_message(str(bilingual("导入演示表格…", "Importing the example workbook …")))
        report = import_service.run_import(workbook(Path(settings.DAKEHU_HOME)))
        if report["errors"]:
            raise Refused(
                bilingual(
                    "演示表格有 {n} 处错误，没有导入。",
                    "The example workbook has {n} faults; nothing was imported.",
                    n=report["errors"],
                )
            )
    _print_message(str(bilingual("导入演示交割单…", "Importing the example statement of trades …")))
    _trade(Path(settings.DAKEHU_HOME))
    _print_message(str(bilingual("给客户定级…", "Tiers of the clients …")))
    _tier()
    _print_message(str(bilingual("登记投诉、承诺、同意与隔离…", "Complaints, promises, consents and a wall …")))
    _add_daily_work()
    _print_message(str(bilingual("归档往来邮件…", "Mails with clients …")))
    with acting_as(system_actor("mails of the demonstration brokerage（演示）", "cli")):
        mails.write_mails(clock.today(), team.find_user("lin"), lambda name: _acting_as_user(team.find_user(name)))
    _print_message(str(bilingual("登记线索、公海与商机…", "Prospects, the pool and opportunities …")))
    growth.fill(clock.today(), lambda name: _acting_as_user(team.find_user(name)), _codes)
    _print_message(str(bilingual("登记限额、提醒线与回顾，计算超限…", "Limits, lines and reviews; breaches …")))
    risk.fill(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    risk.flag_days(clock.today())
    _print_message(str(bilingual("计算关键时刻…", "Moments …")))
    moments.evaluate_days(clock.today(), lambda name: _acting_as_user(team.find_user(name)), ("lin", "wang", "mai"))
    messages.send_messages(lambda name: _acting_as_user(team.find_user(name)), ("lin", "wang"))
    wording.add_wording(lambda name: _acting_as_user(team.find_user(name)), "he", "lin")
    cases.fill(lambda name: _acting_as_user(team.find_user(name)))
    conduct.add_conduct(clock.today(), lambda name: _acting_as_user(team.find_user(name)), "he", "lin")
    _print_message(str(bilingual("安排会议、联系计划与目标…", "Meetings, contact plans and goals …")))
    calendar.fill(clock.today(), lambda name: _acting_as_user(team.find_user(name)), LEADS)
    calendars.add_calendars(lambda name: _acting_as_user(team.find_user(name)))
    _print_message(str(bilingual("编写营销活动…", "Campaigns …")))
    campaigns.fill(lambda name: _acting_as_user(team.find_user(name)))
    suitability.fill(lambda name: _acting_as_user(team.find_user(name)))
    surveys.fill(lambda name: _acting_as_user(team.find_user(name)))
    advice.add_advice(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    _print_message(str(bilingual("急跌致电…", "Calls after a shock …")))
    outreach.add_outreach(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    outgoing.add_outgoing(lambda name: _acting_as_user(team.find_user(name)))
    _print_message(str(bilingual("登记任务、清单、休假与交接…", "Tasks, checklists, absences and hand-overs …")))
    work.write(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    comments.write(lambda name: _acting_as_user(team.find_user(name)))
    feedback.fill(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    learning.add_learning(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    support.add_support(lambda name: _acting_as_user(team.find_user(name)))
    privacy.add_requests(clock.today(), lambda name: _acting_as_user(team.find_user(name)), "he", "lin")
    insight.add_reports(lambda name: _acting_as_user(team.find_user(name)), "an", "zhou")
    _print_message(str(bilingual("考核一个季度…", "A quarter's appraisal …")))
    appraisals.fill(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    innovation.fill(clock.today(), lambda name: _acting_as_user(team.find_user(name)))
    _write_sign_in_table(table, password)
    return report


def new_password() -> str:
    """Return one password for the demonstration that satisfies the desk's own rules."""
    return f"Yanshi-{secrets.token_hex(4)}-{secrets.randbelow(90) + 10}"


def workbook(home: Path) -> Path:
    """Return the stored example while it is recent, else the same brokerage as of today."""
    kept, today = EXAMPLES / EXAMPLE, clock.today()
    made = home / EXAMPLE
    if kept.exists() and timedelta(0) <= today - EXAMPLE_DAY <= FRESH:
        shutil.copyfile(kept, made)
        return made
    return write_book(made, today)


def _trade(home: Path) -> None:
    """Import two years of invented trades and prices and a year of daily data, by the ordinary actions, and run
    the close of the last day."""
    today = clock.today()
    days = trading_days.trading_days_between(today - timedelta(days=730), today - timedelta(days=1))
    with acting_as(system_actor("trades of the demonstration brokerage（演示）", "cli")):
        import_service.run_import(market.write_statement(home / market.STATEMENT, days, today))
        import_service.run_import(market.write_prices(home / market.PRICES, days))
        _print_message(str(bilingual("导入十二个月的每日数据…", "Importing twelve months of daily data …")))
        for path in feeds.write_feeds(home / FEEDS, days, today):
            report = import_service.run_import(path)
            if report["errors"]:
                raise Refused(
                    bilingual(
                        "{name} 有 {n} 处错误。", "{name} has {n} faults.", name=path.name, n=report["faults_in_all"]
                    )
                )
        close_run.close(day=days[-1])


def _tier() -> None:
    """Add the default scheme, in force for a year and assigned at month ends, and a draft for the what-if page."""
    today = clock.today()
    days = trading_days.trading_days_between(today - timedelta(days=400), today - timedelta(days=1))
    ends = [day for day, following in pairwise(days) if day.month != following.month][-MONTHS:]
    with acting_as(system_actor("tiers of the demonstration brokerage（演示）", "cli")):
        scheme = perform("tiers.create_scheme", {"name": "现行分级方案（演示）"})
        perform("tiers.activate_scheme", {"scheme": scheme.pk, "effective_from": ends[0]})
        for day in (*ends, days[-1]):
            assign.run(day)
        bounds = {"T3": 2_000_000, "T4": 5_000_000}
        perform("tiers.create_scheme", {"name": "下调门槛（演示草稿）", "bounds": bounds})


def _add_staff(password: str) -> None:
    for branch in BRANCHES:
        perform("team.create_branch", {"code": branch.code, "name": branch.name, "city": branch.city})
    for name, code in TEAMS:
        perform("team.create_team", {"name": name, "branch": code})
    for member in STAFF:
        first = new_password()
        user = perform(
            "team.add_user",
            {
                "username": member.username,
                "name": member.name,
                "role": member.role,
                "team": member.team,
                "password": first,
            },
        )
        with _acting_as_user(user):
            perform("team.change_my_password", {"current": first, "password": password})


@contextmanager
def _acting_as_user(user: Any) -> Iterator[None]:
    with acting_as(replace(team.actor_of(user), door="cli")):
        yield


def _codes(count: int) -> list[str]:
    """Return the first codes of the present actor's clients."""
    return [row.code for row in clients.clients().order_by("code")[:count]]


def _add_daily_work() -> None:
    """Add data not in the workbook: complaints, promises, choices, tags, key dates, a wall, a view."""
    today = clock.today()
    with _acting_as_user(team.find_user("admin")):
        perform(
            "fields.add",
            {
                "zh": "首选联系时段",
                "en": "Preferred hours",
                "kind": "单选",
                "listed": True,
                "options": "上午 | Morning\n下午 | Afternoon\n收盘后 | After the close",
            },
        )
    for name in ("lin", "wang", "mai"):
        with _acting_as_user(team.find_user(name)):
            _serve(_codes(6), today)
            moments.describe_clients(today)
    with _acting_as_user(team.find_user("lin")):
        perform(
            "team.save_view",
            {
                "page": "clients",
                "name": "私人财富客户",
                "shared": True,
                "state": {"query": urlencode({"segment.eq": "私人财富", "sort": "-assets"})},
            },
        )
        walled = _codes(7)[-1]
        _belong()
    with _acting_as_user(team.find_user("he")):
        perform(
            "clients.set_information_wall", {"client": walled, "walled": True, "reason": "演示：参与一项未公开项目"}
        )


def _belong() -> None:
    """Add a household, companies of one controller, and one client who was added twice."""
    people = [row.code for row in clients.clients().filter(kind="person").order_by("code")[:12]]
    firms = [row.code for row in clients.clients().exclude(kind="person").order_by("code")[:2]]
    by_age = list(clients.clients().filter(kind="person", birth_on__isnull=False).order_by("birth_on", "code")[:40])
    a, b, c, d = (row.code for row in (*by_age[:2], *by_age[-2:]))  # two parents and two of an age to be their children
    owner = next(code for code in people[7:] if code not in (a, b, c, d))
    home = perform("clients.create_group", {"client": a, "kind": "家庭", "name": "一家四口（演示）"})["group"]
    for code, relation in ((b, "配偶"), (c, "子女"), (d, "子女")):
        perform("clients.add_member", {"client": a, "group": home, "member": code, "relation": relation})
    held = perform("clients.create_group", {"client": owner, "kind": "实控人", "name": "同一实控人（演示）"})["group"]
    for code in firms:
        perform("clients.add_member", {"client": owner, "group": held, "member": code, "relation": "被控制企业"})
    twice = clients.clients().filter(code=people[6]).first()
    perform("clients.create", {"name": twice.name, "birth_on": twice.birth_on, "source": "同事转介", "anyway": True})


def _serve(codes: list[str], today: date) -> None:
    a, b, c, d, e, f = codes
    perform(
        "compliance.register_complaint",
        {
            "client": a,
            "subject": "对账单连续两月延迟",
            "detail": "客户要求书面说明原因。",
            "received_on": today - timedelta(days=6),
        },
    )
    perform(
        "service.open_request",
        {"client": b, "kind": "需求", "subject": "申请开通港股通", "opened_on": today - timedelta(days=2)},
    )
    perform("service.open_request", {"client": c, "kind": "建议", "subject": "希望月报缩短到一页"})
    kept = perform(
        "service.log_interaction",
        {
            "client": d,
            "held_at": f"{today - timedelta(days=4)} 10:30",
            "channel": "电话",
            "summary": "客户想核对去年的费用明细。",
            "result": "已答应整理。",
            "promise": "整理费用明细并发到邮箱",
            "promise_due_on": today - timedelta(days=1),
        },
    )
    perform("service.keep_promise", {"interaction": kept.pk})
    perform(
        "service.log_interaction",
        {
            "client": e,
            "held_at": f"{today - timedelta(days=1)} 14:00",
            "channel": "微信",
            "summary": "客户询问到期资金的几种安排。",
            "result": "先了解期限与用款计划。",
            "promise": "发一页说明，列出各自的风险与费用",
            "promise_due_on": today,
            "next_in_days": 7,
            "next_subject": "听取客户对说明的意见",
        },
    )
    perform(
        "clients.record_consent", {"client": f, "purpose": "营销推广", "state": "拒绝", "evidence": "电话录音（演示）"}
    )
    for code in (a, b):
        perform(
            "clients.record_consent",
            {"client": code, "purpose": "日常服务", "state": "同意", "evidence": "开户协议（演示）"},
        )
        perform("clients.tag", {"client": code, "name": "重点维护"})
        perform("clients.change", {"client": code, "首选联系时段": "收盘后"})
    perform("clients.tag", {"client": d, "name": "打新常客"})
    perform(
        "clients.add_key_date",
        {
            "client": c,
            "kind": "到期日",
            "on": today + timedelta(days=3),
            "yearly": False,
            "label": "服务协议续签（演示）",
        },
    )


def _write_sign_in_table(table: Path, password: str) -> None:
    """Write the sign-ins to a file readable only by the owner of the data directory."""
    lines = ["演示券商（纯属虚构）· 登录名与密码", "Demonstration brokerage (invented) · sign-ins", ""]
    for member in STAFF:
        role = ROLES[member.role]
        lines.append(f"  {member.username:<8}{role.name.zh} {role.name.en:<24}{member.name} {member.team}")
    lines += ["", f"  密码 Password: {password}", ""]
    with os.fdopen(os.open(table, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def _print_message(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
