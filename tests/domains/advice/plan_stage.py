"""Setup for tests of policies and advice: a client with complete data, and a registered adviser."""

from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system

KNOWN = {
    "address": "上海市浦东新区 1 号",
    "occupation": "教师",
    "education": "bachelor",
    "income_band": "10万–50万",
    "birth_on": date(1980, 1, 1),
    "risk_level": "C3",
    "risk_tested_on": date(2026, 6, 1),
    "risk_valid_to": date(2099, 6, 1),
}


def complete(client: Any) -> Any:
    """Set all data of a client that suitability requires: C3, tested, goal of a medium term."""
    with as_system(), act("test.know"):
        for name, value in KNOWN.items():
            setattr(client, name, value)
        client.save()
        needs = model_of("clients.Needs").objects.filter(client=client).first() or model_of("clients.Needs")(
            client=client
        )
        needs.goal, needs.term, needs.bearable_loss = "子女教育", "medium", Decimal(10)
        needs.save()
    with as_system():
        perform("clients.add_contact", {"client": client.code, "kind": "邮箱", "value": "zhang@example.com"})
    return client


def register(he: Any, user: Any) -> None:
    """Register a user as an investment adviser."""
    with acting(he):
        perform(
            "compliance.add_registration",
            {
                "user": user.pk,
                "kind": "investment_adviser",
                "number": f"S10900000000{user.pk:02d}",
                "valid_from": "2020-01-01",
            },
        )
