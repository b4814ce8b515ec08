"""Appraisals of the demonstration: a scheme approved by compliance, the last quarter closed, the current one open, bonuses, praise."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.records.bulk import record_expressions
from dakehu.foundation.schema.fields import model_of

Acting = Callable[[str], AbstractContextManager[Any]]
SCHEME = "季度考核（演示）"
# The demonstration has fewer cases than a branch in a quarter, and no surveys yet, whose weight is small.
MEASURES = {  # measure: (weight, minimum n)
    "satisfaction": (6, 20),
    "mandatory_moments": (5, 3),
    "promises_kept": (5, 1),
    "requests_on_time": (5, 2),
    "first_answer": (5, 2),
    "profile_completeness": (10, 1),
    "valid_tests": (14, 10),
    "training_hours": (5, 0),
    "retention": (12, 10),
    "net_inflow": (10, 10),
    "coverage": (18, 10),
    "education_events": (5, 0),
}
PRAISES = (
    ("gu", "lin", "teamwork", "我出差时替我接待了两位临时到访的客户，记录写得很完整。（演示）"),
    ("zhou", "shen", "care", "把一位老年客户的风险揭示讲得清楚，客户专门来电致谢。（演示）"),
    ("lin", "he", "conduct", "上线新话术前逐条帮我们核对，避免了一处不当表述。（演示）"),
)


def fill(today: date, acting: Acting) -> None:
    """Add scheme, periods, reviews, an objection, a pool and praise. acting(username) → their context."""
    first, last = _last_quarter(today)
    _age_coverage(today)
    scheme = _add_scheme(acting)
    with acting("admin"):
        closed = perform(
            "appraisal.open_period",
            {"name": _name(first), "applied_scheme": scheme, "first_on": first, "last_on": last},
        ).pk
        begin = last + timedelta(days=1)
        end = _last_quarter(begin + timedelta(days=100))[1]
        perform(
            "appraisal.open_period", {"name": _name(begin), "applied_scheme": scheme, "first_on": begin, "last_on": end}
        )
        perform("appraisal.freeze_period", {"appraisal_period": closed})
    _review(closed, acting)
    with acting("admin"):
        perform("appraisal.finish_talks", {"appraisal_period": closed, "reason": "其余人员的面谈在线下完成（演示）"})
        perform("appraisal.close_period", {"appraisal_period": closed})
    _share(closed, acting)
    for by, to, value, text in PRAISES:
        with acting(by):
            perform("appraisal.praise", {"to": to, "value": value, "text": text})


def _age_coverage(today: date) -> None:
    """Backdate the managers' duties to when the clients were opened, not to today's import."""
    coverage: Any = model_of("clients.Coverage")
    client: Any = model_of("clients.Client")
    with acting_as(system_actor("age the demonstration（演示）", "cli")), act("example.age"):
        rows = coverage.objects.filter(since=today, role="main", until=None, client__opened_on__lte=today)
        opened = client.objects.filter(pk=OuterRef("client_id")).values("opened_on")[:1]
        record_expressions(rows, {"since": Subquery(opened)})


def _last_quarter(today: date) -> tuple[date, date]:
    """Return the first and last day of the quarter before a day."""
    begin = date(today.year, today.month - (today.month - 1) % 3, 1)
    last = begin - timedelta(days=1)
    return date(last.year, last.month - 2, 1), last


def _name(first: date) -> str:
    return f"{first.year} 年第 {(first.month + 2) // 3} 季度（演示）"


def _add_scheme(acting: Acting) -> int:
    """Add the default scheme with a small minimum n and let compliance approve it; also add a draft of the next edition."""
    with acting("admin"):
        scheme: int = perform("appraisal.add_scheme", {"name": SCHEME}).pk
        found = ask("appraisal.scheme", {"appraisal_scheme": scheme})
        for part in found["parts"]:
            for one in part["measures"]:
                if one["measure"] in MEASURES:
                    weight, least = MEASURES[one["measure"]]
                    asked = {"appraisal_scheme": scheme, "part": part["code"], "measure": one["measure"]}
                    perform("appraisal.set_measure", {**asked, "weight": weight, "min_n": least})
        perform("appraisal.submit_scheme", {"appraisal_scheme": scheme})
        approval = ask("appraisal.scheme", {"appraisal_scheme": scheme})["approval"]
    with acting("he"):
        perform("compliance.approve", {"approval": approval})
    with acting("admin"):
        perform("appraisal.add_scheme", {"name": SCHEME, "like": scheme})
    return scheme


def _review(period: int, acting: Acting) -> None:
    """Write reviews, an objection that is upheld and an adjustment that is accepted."""
    people = _people(period, acting)
    with acting("lin"):
        own = people["林晓"]
        perform(
            "appraisal.write_self_review", {"appraisal": own, "text": "本季度新增两位客户，测评提醒做得较早。（演示）"}
        )
        found = ask("appraisal.appraisal", {"appraisal": own})
        lines = [
            one for one in found["lines"] if one["kind"] == "share" and one["state"] == "rated" and one["k"] != one["n"]
        ]
        measure = lines[0]["measure"]
        rows = ask("appraisal.measure_rows", {"appraisal": own, "measure": measure})["rows"]
        number = next(row["number"] for row in rows if row["value"] != row["weight"])
        objection = perform(
            "appraisal.raise_objection",
            {
                "appraisal": own,
                "measure": measure,
                "text": f"第 {number} 条当时客户在境外，已书面约定回国后办理。（演示）",
            },
        ).pk
    with acting("zhou"):
        for name in ("林晓", "顾明", "沈悦", "陆川"):
            perform(
                "appraisal.write_manager_review",
                {"appraisal": people[name], "text": "客户联系稳定，资料更新及时。（演示）"},
            )
            perform("appraisal.record_talk", {"appraisal": people[name], "text": "已逐项说明得分和明细。（演示）"})
        if ask("appraisal.appraisal", {"appraisal": people["沈悦"]})["final"] is not None:
            asked = {"appraisal": people["沈悦"], "points": "2", "reason": "季度中接手他人客户 20 余户（演示）"}
            adjustment = perform("appraisal.propose_adjustment", asked).pk
        else:
            adjustment = None
    with acting("he"):
        perform(
            "appraisal.decide_objection",
            {
                "objection": objection,
                "is_upheld": True,
                "answer": "书面约定属实，剔除该条。（演示）",
                "left_out": str(number),
            },
        )
        if adjustment is not None:
            perform("appraisal.decide_adjustment", {"adjustment": adjustment, "is_accepted": True, "note": "情况属实"})
        for name, pk in people.items():
            if name != "何静":
                for review in ask("appraisal.appraisal", {"appraisal": pk})["book_reviews"]:
                    asked = {
                        "review": review["id"],
                        "finding": "cleared",
                        "note": "抽查成交与录音，均为客户自主（演示）",
                    }
                    perform("appraisal.review_book", asked)


def _people(period: int, acting: Acting) -> dict[str, int]:
    """Return {name: number of the appraisal} of a period."""
    with acting("admin"):
        return {
            one["user"]["name"]: one["id"] for one in ask("appraisal.period", {"appraisal_period": period})["people"]
        }


def _share(period: int, acting: Acting) -> None:
    """Enter a pool, allocate it and let compliance approve it; a second one remains a draft."""
    with acting("admin"):
        pool = perform("appraisal.add_pool", {"name": "季度绩效奖金（演示）", "period": period, "amount": "300000"}).pk
        perform("appraisal.share_pool", {"bonus_pool": pool})
        perform("appraisal.submit_pool", {"bonus_pool": pool})
        approval = ask("appraisal.pool", {"bonus_pool": pool})["approval"]
    with acting("he"):
        perform("compliance.approve", {"approval": approval})
    with acting("admin"):
        perform("appraisal.add_pool", {"name": "服务改进专项（演示）", "period": period, "amount": "45000"})
