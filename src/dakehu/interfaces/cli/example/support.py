"""Support of the demonstration: answered and waiting questions, requests with votes, known problems of which one is fixed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from dakehu.foundation.gates import perform

Acting = Callable[[str], AbstractContextManager[Any]]
PROBLEMS = (
    (
        "手机竖屏时看板列被截断（演示）",
        "insight",
        "看板超过四列时，最后一列只能看到一半。",
        "把手机横过来，或先收起一列。",
        "0.1.0",
        "0.2.0",
    ),
    ("打印客户报告时第二页没有表头（演示）", "data", "浏览器直接打印时缺表头。", "先导出 PDF 再打印。", "0.2.0", ""),
)
TICKETS = (
    (
        "lin",
        "question",
        "data",
        "怎样撤销一次导入",
        "导入时选错了文件，想全部退回。",
        "/import/",
        "import",
        True,
        "在“数据 → 撤销操作”里找到那次导入，点“撤销”。七天内可以撤销。",
        True,
    ),
    (
        "wang",
        "question",
        "calendar",
        "约见时间如何避开对方的休假",
        "排会议时看不到同事休假。",
        "/calendar/",
        "calendar",
        True,
        "新建会议时勾选参加人，忙碌与休假会以斜线显示。",
        False,
    ),
    ("gu", "fault", "data", "打印报告缺表头", "打印出来第二页没有列名。", "/export/", "export", False, "", False),
    (
        "lin",
        "question",
        "system",
        "收不到邮件提醒",
        "昨天起没有收到每日提醒邮件。",
        "/me",
        "messages",
        False,
        "",
        False,
    ),
)
WISHES = (
    (
        "lin",
        "clients",
        "客户列表一次改多位客户的标签",
        "节后要给一批客户加标签，一位一位改太慢。",
        ("wang", "gu", "zhou"),
    ),
    ("mai", "calendar", "会议纪要模板", "每次都从空白开始写。", ("lin",)),
    ("an", "insight", "透视表导出成图片", "汇报时常用。", ()),
)


def add_support(acting: Acting) -> None:
    """Enter the tickets of the demonstration's users. acting(username) → their context."""
    tickets: dict[str, Any] = {}
    for username, kind, area, subject, text, page, guide_page, is_public, answer, is_solved in TICKETS:
        with acting(username):
            given = {"kind": kind, "area": area, "subject": subject, "text": text, "is_public": is_public}
            row = perform("support.open_ticket", {**given, "page": page, "guide_page": guide_page})
        tickets[subject] = row
        if answer:
            with acting("admin"):
                perform("support.answer_ticket", {"ticket": row.pk, "text": answer})
        if is_solved:
            with acting(username):
                perform("support.solve_ticket", {"ticket": row.pk})
    for username, area, subject, text, others in WISHES:
        with acting(username):
            row = perform("support.open_ticket", {"kind": "wish", "area": area, "subject": subject, "text": text})
        for other in others:
            with acting(other):
                perform("support.add_voice", {"ticket": row.pk})
    for title, area, description, workaround, affected, fixed_in in PROBLEMS:
        with acting("admin"):
            about = {"title": title, "area": area, "description": description, "workaround": workaround}
            problem = perform("support.add_problem", {**about, "affected_version": affected})
        if fixed_in:
            with acting("lin"):
                perform("support.subscribe_problem", {"known_problem": problem.pk})
            with acting("admin"):
                perform("support.fix_problem", {"known_problem": problem.pk, "fixed_in": fixed_in})
        else:
            with acting("admin"):
                perform("support.link_problem", {"ticket": tickets["打印报告缺表头"].pk, "problem": problem.pk})
