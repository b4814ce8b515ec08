"""Purchases, conversations and plans of the invented clients, as rows of the workbook."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from dakehu.interfaces.cli.example import conversations
from dakehu.interfaces.cli.example.people import Person

RISKS = ("", "保守型", "谨慎型", "稳健型", "积极型", "激进型")
CHANNELS = {
    "call": "电话",
    "wechat": "微信",
    "meeting": "面谈",
    "mail": "邮件",
    "event": "活动",
    "video": "视频",
    "message": "短信",
    "other": "其他",
}
# (product, kind, least risk level, mean and standard deviation of the yearly return)
PRODUCTS = (
    ("演示现金添利", "现金管理", 1, 0.018, 0.004),
    ("演示国债组合", "债券", 1, 0.026, 0.015),
    ("演示稳健债券A", "公募基金", 2, 0.033, 0.025),
    ("演示固收增强", "资管计划", 2, 0.036, 0.04),
    ("演示沪深宽基ETF", "公募基金", 3, 0.045, 0.15),
    ("演示红利优选", "公募基金", 3, 0.06, 0.12),
    ("演示均衡配置三号", "资管计划", 3, 0.04, 0.09),
    ("演示科技成长混合", "公募基金", 4, 0.05, 0.26),
    ("演示指数收益凭证07期", "收益凭证", 3, 0.03, 0.05),
    ("演示量化中性私募", "私募基金", 4, 0.055, 0.08),
    ("演示多头私募一号", "私募基金", 5, 0.06, 0.28),
    ("股票 A（演示）", "股票", 4, 0.05, 0.32),
    ("股票 B（演示）", "股票", 4, -0.02, 0.3),
    ("股票 C（演示）", "股票", 5, 0.08, 0.4),
    ("演示可转债组合", "债券", 3, 0.045, 0.1),
)


def working(day: date) -> date:
    """Return the weekday at or before `day`."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def investments(random: Random, person: Person, day: date) -> Iterator[dict[str, Any]]:
    fitting = [p for p in PRODUCTS if p[2] <= person.risk]
    for product, kind, _, mean, spread in random.sample(fitting, min(len(fitting), random.randint(1, 5))):
        age = random.randint(25, 730)
        years = age / 365
        became = max(-0.6, mean * years + spread * years**0.5 * random.gauss(0, 1))
        amount = max(50_000, int(round(person.assets * random.uniform(0.04, 0.25), -4)))
        change = f"{'浮盈' if became >= 0 else '浮亏'}{abs(became):.1%}"
        yield {
            "投资日期": working(day - timedelta(days=age)),
            "投资金额": amount,
            "投资产品": product,
            "产品类型": kind,
            "投资周期": random.choice(("短期", "中期", "中期", "长期")),
            "预期收益": f"{max(0.015, mean):.1%}",
            "风险偏好": RISKS[person.risk],
            "当前市值": round(amount * (1 + became), 2),
            "估值日期": working(day - timedelta(days=1)),
            "投资结果": random.choice((change, f"估值日{change}", f"持有中，{change}")),
        }


def _slots(random: Random, person: Person, products: list[str]) -> dict[str, str]:
    return {
        "sector": random.choice(conversations.SECTORS),
        "product": random.choice(products or ["演示现金添利"]),
        "months": str(random.choice((3, 6, 12))),
        "matter": random.choice(conversations.MATTERS),
        "amount": f"{random.randint(3, 90)}万元",
        "life": random.choice(conversations.LIVES),
        "goal": random.choice(conversations.GOALS),
        "city": person.branch.city,
        "topic": random.choice(conversations.TOPICS),
    }


def services(random: Random, person: Person, day: date, products: list[str]) -> Iterator[dict[str, Any]]:
    """Return two years of contacts up to the day before `day`, more frequent for larger clients, with a few recent promises."""
    known = (
        conversations.PERSON_TALKS
        if person.kind == "个人"
        else (*conversations.CORPORATE, *conversations.PERSON_TALKS[17:20], *conversations.CORPORATE)
    )
    count = random.randint(4, 10) + (8 if person.assets >= 6_000_000 else 3 if person.assets >= 1_000_000 else 0)
    days = sorted({working(day - timedelta(days=random.randint(1, 729))) for _ in range(count)} | _recent(random, day))
    for on in days:
        channel, purpose, summary, result = random.choice(known)
        slots = _slots(random, person, products)
        at = datetime.combine(
            on, time(random.choice((9, 10, 11, 13, 14, 15, 16)), random.choice((0, 5, 10, 20, 30, 40, 50)))
        )
        mood = "不满" if "投诉" in purpose or "不满" in summary else random.choice(("平稳", "平稳", "满意", ""))
        row = {
            "沟通时间": at,
            "渠道": CHANNELS[channel],
            "服务人员": person.manager.name,
            "目的": purpose,
            "事件描述": summary.format(**slots),
            "结果": result.format(**slots),
            "客户情绪": mood,
        }
        if (day - on).days <= 9 and random.random() < 0.3:
            row["承诺事项"] = random.choice(
                ("整理一页持仓说明发给客户", "书面答复客户的疑问", "把材料清单发到客户邮箱", "查清费用明细后回电")
            )
            row["承诺期限"] = on + timedelta(days=random.choice((3, 5, 7, 10)))
        yield row


def _recent(random: Random, day: date) -> set[date]:
    return {working(day - timedelta(days=random.randint(1, 9)))} if random.random() < 0.3 else set()


def needs(random: Random, person: Person, day: date) -> dict[str, Any]:
    return {
        "投资目标": random.choice(conversations.GOALS),
        "投资期限": random.choice(("1年以内", "1-3年", "3年以上")),
        "期望收益": f"{random.choice((2, 3, 3.5, 4, 5, 6))}%",
        "可承受亏损": f"{(0, 2, 5, 10, 20, 30)[person.risk]}%",
        "风险偏好": RISKS[person.risk],
        "产品或服务喜好": "、".join(random.sample(conversations.LIKES, random.randint(1, 3))),
        "禁忌": random.choice(conversations.TABOOS),
        "流动性需求": random.choice(("", "半年内无大额用款", "每季留出生活费", "明年购房首付")),
        "记录日期": day - timedelta(days=random.randint(10, 400)),
    }


def plans(random: Random, person: Person, day: date) -> Iterator[dict[str, Any]]:
    """Return plans: some overdue, some due on the day itself, most later; a third are recurring."""
    for subject in random.sample(conversations.PLANS, random.randint(1, 3)):
        lateness = random.choices((-1, 0, 1, 2), (4, 10, 30, 56))[0]
        away = {-1: -random.randint(1, 12), 0: 0, 1: random.randint(1, 7), 2: random.randint(8, 110)}[lateness]
        yield {
            "计划日期": day + timedelta(days=away),
            "计划事项": subject,
            "跟进方式": random.choice(("电话", "微信", "面谈", "邮件")),
            "负责人": person.manager.name,
            "重复": random.choice(("一次", "一次", "每月", "每季度", "每半年")),
            "提前提醒天数": random.choice((0, 1, 3)),
            "状态": "待跟进",
        }
    if random.random() < 0.5:
        on = working(day - timedelta(days=random.randint(30, 300)))
        yield {
            "计划日期": on,
            "计划事项": random.choice(conversations.PLANS),
            "跟进方式": "电话",
            "负责人": person.manager.name,
            "重复": "一次",
            "提前提醒天数": 0,
            "状态": "已完成",
        }
