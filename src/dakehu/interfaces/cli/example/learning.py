"""Learning of the demonstration: articles, courses, an exam, certificates of which one expires soon, and hours of training."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.example import ladder, record_checks
from dakehu.interfaces.cli.example.exam_questions import QUESTIONS

Acting = Callable[[str], AbstractContextManager[Any]]
ARTICLES = (
    (
        "KB-001",
        "高风险产品的告知与留痕",
        "suitability",
        "/suitability/ /advice/",
        True,
        120,
        "## 先做什么\n\n1. 查适当性结果：不能主动推介的，只能由客户主动提出。\n2. 告知不适合，并出具**特别书面风险警示**。\n"
        "3. 客户确认后再办理；在营业部办理的须全程录音或录像。\n\n## 留痕\n\n| 环节 | 留存 |\n|---|---|\n| 警示 | 签署件 |\n| 确认 | 录音或录像 |\n\n"
        "依据：《证券期货投资者适当性管理办法》第十九、二十四、二十五条。",
    ),
    (
        "KB-002",
        "和客户说话的边界",
        "conduct",
        "/mail/ /campaigns/ /compliance/wording/",
        True,
        90,
        "不承诺收益，不替客户作决定，不贬低同业。\n\n- 可以说：产品的期限、费用、风险等级和历史数据的出处。\n- 不能说：“稳赚”“保本”“一定涨”。\n\n"
        "拿不准时，先用“用语检查”看一遍。",
    ),
    (
        "KB-003",
        "接到投诉的第一天",
        "service",
        "/complaints/",
        False,
        60,
        "1. 当天登记，不要先解释。\n2. 责任人不能是被投诉的人。\n3. 告诉客户下一步和时间。\n4. 未结案前暂停向该客户营销。",
    ),
    (
        "KB-004",
        "客户资料的查询与导出",
        "privacy",
        "/clients/ /export/",
        False,
        -10,
        "只查工作需要的客户；查询和导出都有记录。客户要求查阅、更正或删除自己的信息，转“个人信息”页面办理。",
    ),
    (
        "KB-005",
        "今日工作台怎么用",
        "desk",
        "/",
        False,
        200,
        "先看“今天要联系的客户”，再看提醒。联系后当场登记结果和下次联系日期，第二天的名单才会准。",
    ),
)
COURSES = (
    (
        "C-101",
        "适当性管理实务",
        "suitability",
        "3",
        "E-101",
        (
            ("客户分类与测评", "普通投资者分为 C1 至 C5；测评由客户本人填写，工作人员**不代填、不引导**。"),
            (
                "匹配与警示",
                "风险等级、投资期限、投资品种都要匹配。超过等级的，只能由客户主动提出，并作特别书面风险警示。",
            ),
            ("留痕与保存", "匹配方案、警示资料、录音录像保存不少于二十年。"),
        ),
    ),
    (
        "C-102",
        "新员工：合规展业第一课",
        "conduct",
        "2",
        "",
        (
            ("三个“不”", "不承诺收益，不接受全权委托，不私下接受委托。"),
            ("遇到拿不准的事", "先停下来，问主管或合规；把问题和答复登记在系统里。"),
        ),
    ),
)
GATED = "growth.send_invitations"
CERTIFICATES = (("lin", -340, 25), ("zhou", -100, 265), ("wang", -365, 0), ("gu", -400, -36))


def add_learning(today: date, acting: Acting) -> None:
    """Enter the learning content. acting(username) → their context."""
    with acting("he"):
        for code, title, topic, pages, must_confirm, days, text in ARTICLES:
            given = {"code": code, "title": title, "topic": topic, "pages": pages, "text": text}
            perform(
                "learning.add_article",
                {**given, "must_confirm": must_confirm, "review_by": today + timedelta(days=days)},
            )
        for number in range(1, len(ARTICLES) + 1):
            perform("learning.submit_article", {"article": _article(f"KB-{number:03}")})
    with acting("zhou"):
        for row in ask("compliance.approvals", {}):
            if row["kind"] == "learning.article_version":
                perform("compliance.approve", {"approval": row["id"]})
    with acting("he"):
        _add_exam(today)
        _add_courses()
        ladder.add_paths_and_ladder(today)
    with acting("lin"):
        perform("learning.confirm_reading", {"article": _article("KB-001")})
        course = next(row for row in ask("learning.course_list", {}) if row["code"] == "C-102")
        enrolment = perform("learning.enrol", {"course_id": course["id"]})
        for lesson in ask("learning.course_page", {"course_id": course["id"]})["lessons"]:
            perform("learning.finish_lesson", {"enrolment": enrolment.pk, "lesson_id": lesson["id"]})
    with acting("zhou"):
        for username in ("lin", "gu"):
            perform(
                "learning.assign_course",
                {"user": username, "course": "C-101", "due_on": today + timedelta(days=12), "reason": "proposed"},
            )
        for username in ("lin", "gu"):
            perform("learning.assign_path", {"user": username, "path": "P-RM"})
    for username, hours, name in (
        ("lin", "8", "债券投资者教育师资培训（演示）"),
        ("wang", "6", "财富管理沙龙讲座（演示）"),
    ):
        with acting(username):
            training = {"name": name, "provider": "行业协会（演示）", "category": "products", "hours": hours}
            evidence = Upload("结业证明.pdf", b"%PDF-1.4\n% demonstration\n")
            perform("learning.enter_training", {**training, "held_on": today - timedelta(days=20), "file": evidence})
    with acting("zhou"):
        for row in ask("compliance.approvals", {}):
            if row["kind"] == "learning.training":
                perform("compliance.approve", {"approval": row["id"]})
    record_checks.add_record_checks(acting)


def _article(code: str) -> int:
    return next(row["id"] for row in ask("learning.articles", {})["rows"] if row["code"] == code)


def _add_exam(today: date) -> None:
    kind = {"code": "RULES", "name": "执业规则年度测试", "months": 12, "gates": GATED}
    perform("learning.add_certificate_kind", kind)
    for number, (topic, form, difficulty, text, options, answer, why, source) in enumerate(QUESTIONS, 1):
        question = {"code": f"Q-{number:03}", "topic": topic, "kind": form, "difficulty": difficulty, "text": text}
        content = {"options": "\n".join(options), "answer": answer, "explanation": why, "source": source}
        perform("learning.add_question", {**question, **content})
    numbers = {"number_conduct": 4, "number_suitability": 4, "number_law": 1, "number_privacy": 3}
    paper = {
        "code": "E-100",
        "name": "执业规则年度测试",
        "minutes": 40,
        "pass_percent": 75,
        "certificate_kind": "RULES",
    }
    row = perform("learning.add_paper", {**paper, **numbers})
    perform("learning.open_paper", {"paper_id": row.pk})
    quiz = {"code": "E-101", "name": "适当性管理小测", "minutes": 10, "pass_percent": 75, "number_suitability": 4}
    perform("learning.open_paper", {"paper_id": perform("learning.add_paper", quiz).pk})
    for username, first, last in CERTIFICATES:
        days = {"issued_on": today + timedelta(days=first), "expires_on": today + timedelta(days=last)}
        perform(
            "learning.issue_certificate", {"user": username, "kind": "RULES", "evidence": "上年度考试（演示）", **days}
        )


def _add_courses() -> None:
    for code, name, topic, hours, quiz, lessons in COURSES:
        given = {"code": code, "name": name, "topic": topic, "hours": hours, **({"quiz": quiz} if quiz else {})}
        course = perform("learning.add_course", given)
        for title, text in lessons:
            perform("learning.add_lesson", {"course_id": course.pk, "title": title, "text": text})
        perform("learning.open_course", {"course_id": course.pk})
    required = {"kind": "course", "period": "year", "required_course": "C-101", "role": "manager", "days": 30}
    perform("learning.add_requirement", required)
    new_staff = {"kind": "course", "period": "once", "required_course": "C-102", "for_new_staff": True, "days": 14}
    perform("learning.add_requirement", new_staff)
