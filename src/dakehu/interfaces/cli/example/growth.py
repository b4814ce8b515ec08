"""The demonstration's prospects, pools and opportunities: followed, waiting, about to return to the pool, won and lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from random import Random
from typing import Any

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.cli.example.people import MEN, SURNAMES

Acting = Callable[[str], AbstractContextManager[Any]]
SOURCES = ("referral", "event", "branch", "inbound", "online", "partner")
INTERESTS = ("收益凭证", "指数增强基金", "两融开户", "国债逆回购", "私募证券基金", "公募定投", "")
EMPLOYERS = ("明远科技（演示）", "滨江制造（演示）", "恒信贸易（演示）", "华岳医药（演示）", "")
CITIES = ("上海", "苏州", "杭州", "北京", "深圳")
SUBJECTS = (
    "收益凭证认购",
    "两融开户与转入资产",
    "指数增强基金配置",
    "大宗转入托管",
    "国债逆回购常态化",
    "私募产品意向",
)
REASONS = ("competitor", "no_need", "price", "no_funds", "suitability")
STAGES = ("assets-1", "assets-2", "assets-3", "assets-4")
WAITING, ENDED, OPEN = 40, 28, 14
SMALLEST = 2_000_000  # smallest amount of an opportunity


def fill(today: date, acting: Acting, codes: Callable[[int], list[str]]) -> None:
    """Add prospects, pools and opportunities; `codes(n)` names clients of the present actor."""
    random = Random(16)  # noqa: S311
    with acting("zhou"):
        perform("growth.set_up_pipelines", {})
        perform("growth.add_pool", {"name": "全公司公海"})
        perform(
            "growth.add_pool", {"name": "浦江一队公海", "team": "浦江一队", "claims_per_day": 5, "recycle_days": 20}
        )
        perform("growth.set_goal", {"pipeline": "新增资产", "amount": "60000000"})
    for name in ("lin", "gu", "wang"):
        with acting(name):
            _follow(random, today, codes)
    with acting("lin"):
        for number in range(WAITING):
            pool = "全公司公海" if number % 3 else "浦江一队公海"
            perform("growth.add_prospect", {**_person(random, 200 + number), "pool": pool, "anyway": True})
        _deals(random, today, codes)
    _age(random, today)


def _person(random: Random, number: int) -> dict[str, Any]:
    """Return an invented prospect."""
    return {
        "name": f"{random.choice(SURNAMES)}{random.choice(MEN)}",
        "phone": f"{random.randrange(130, 200)}0000{number:04}",
        "employer": random.choice(EMPLOYERS),
        "city": random.choice(CITIES),
        "source": random.choice(SOURCES),
        "interests": random.choice(INTERESTS),
        "expected_assets": str(random.randrange(5, 90) * 100_000),
    }


def _follow(random: Random, today: date, codes: Callable[[int], list[str]]) -> None:
    """Add prospects of the present actor: some with contacts, one referred, one who refused."""
    client = codes(1)[0]
    start = random.randrange(1000, 9_000)
    for number in range(6):
        more: dict[str, Any] = {"referred_by": client, "source": "referral"} if number == 0 else {}
        more |= {"marketing": "refused"} if number == 5 else {"marketing": "given"}
        row = perform("growth.add_prospect", {**_person(random, start + number), **more, "anyway": True})
        for back in range(number % 3):
            held = clock.now() - timedelta(days=3 + 4 * back, hours=1)
            said = (
                "（演示）电话介绍产品与开户流程，对方愿意进一步了解。" if back else "（演示）微信发送产品资料，未回复。"
            )
            given = {"prospect": row.pk, "held_at": held, "summary": said, "is_inbound": number == 5}
            perform(
                "growth.log_contact", {**given, "channel": "call" if back else "wechat", "is_effective": bool(back)}
            )
        if number in (1, 2):
            perform("growth.change_prospect", {"prospect": row.pk, "next_contact_on": today + timedelta(days=number)})
        if number in (1, 2, 3, 4):
            given = {
                "prospect": row.pk,
                "subject": "开户并转入资产",
                "amount": row.expected_assets or "",
                "stage": f"new-{number}",
            }
            perform("growth.open_opportunity", {**given, "close_on": today + timedelta(days=9 * number)})


def _deals(random: Random, today: date, codes: Callable[[int], list[str]]) -> None:
    """Add opportunities of the present actor: closed ones, so that there are hit rates, and open ones."""
    clients = codes(12)
    for number in range(ENDED):
        row = _deal(random, random.choice(clients), today, STAGES[number % 4])
        if number % 5 in (0, 2):
            perform("growth.move_opportunity", {"opportunity": row.pk, "stage": "assets-5"})
        else:
            reason = {"loss_reason": random.choice(REASONS)}
            perform("growth.move_opportunity", {"opportunity": row.pk, "stage": "assets-6", **reason})
    for number in range(OPEN):
        _deal(
            random,
            random.choice(clients),
            today,
            STAGES[number % 4],
            next_step="（演示）约面谈确认额度" if number % 2 else "",
        )
    for number in range(3):
        given = {"pipeline": "产品配置", "stage": f"products-{number + 1}"}
        _deal(random, random.choice(clients), today, **given)


def _deal(random: Random, client: str, today: date, stage: str, **more: str) -> Any:
    """Add one opportunity of a client."""
    given = {
        "client": client,
        "subject": random.choice(SUBJECTS),
        "amount": str(SMALLEST + random.randrange(0, 80) * 100_000),
        "close_on": today + timedelta(days=random.randrange(-4, 40)),
        "stage": stage,
    }
    return perform("growth.open_opportunity", {**given, **{key: value for key, value in more.items() if value}})


def _age(random: Random, today: date) -> None:
    """Backdate the existing rows by some weeks, and one claimed prospect until just before its return to the pool."""
    with acting_as(system_actor("age the demonstration（演示）", "cli")), act("example.age"):
        for row in model_of("growth.Opportunity").objects.order_by("pk"):
            days = random.randrange(0, 26)
            row.stage_since, row.opened_on = today - timedelta(days=days), today - timedelta(days=days + 20)
            if row.closed_on is not None:
                row.closed_on = today - timedelta(days=days)
            row.save()
        pool = model_of("growth.Pool").objects.get(name="浦江一队公海")
        for place, row in enumerate(model_of("growth.Prospect").objects.filter(owner__username="lin")[1:3]):
            row.pool, row.claimed_on = pool, today - timedelta(days=26)
            row.recycle_on, row.warned_on = today + timedelta(days=1 + 4 * place), today - timedelta(days=5)
            row.warned_last_on = None if place else today
            row.save()
