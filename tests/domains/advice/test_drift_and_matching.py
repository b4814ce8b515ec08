"""Drift from real trades and prices, the draft derived from it, and products matched with a client."""

from datetime import date, timedelta

import pytest

from dakehu.domains.advice.models import Advice
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Product
from dakehu.domains.ledger.products.registry import known_products
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.example import market
from tests.cast import acting, as_system
from tests.domains.advice.plan_stage import complete, register

pytestmark = pytest.mark.django_db
DAYS = [day for day in (date(2026, 7, 1) + timedelta(n) for n in range(140)) if day.weekday() < 5]


@pytest.fixture
def invested(tmp_path, settings, lin, he, zhang):
    """Return Zhang San with complete data, stocks of an invented market and a close; every product is graded."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    rows = market.statement(DAYS, DAYS[-1] + timedelta(days=1))
    busy = max({row["客户号"] for row in rows}, key=lambda code: sum(row["客户号"] == code for row in rows))
    kept = [{**row, "客户号": "C0001"} for row in rows if row["客户号"] == busy]
    with as_system():
        imports.run_import(market._write(tmp_path / "交割单.csv", market.HEADINGS, kept))
        imports.run_import(market.write_prices(tmp_path / "行情.csv", DAYS))
        close_run.close(day=DAYS[-1])
        with act("test.grade"):
            for product in Product.objects.exclude(kind__in=("index", "rate")):
                product.risk_level = "C3"
                product.save()
            Product(name="稳健固收一号", kind="bond", risk_level="C2").save()
            Product(name="进取一号", kind="stock", risk_level="C5").save()
            Product(name="未分类基金", kind="fund", risk_level="C2").save()
    complete(zhang)
    register(he, lin)
    return zhang


def pays_well_now(products, he):
    """Give every product a different fee for the firm, and register an incentive for all of them."""
    with as_system(), act("test.fees"):
        for number, product in enumerate(products):
            product.fee_rate = number % 5
            product.save()
    with acting(he):
        values = {
            "kind": "incentive",
            "effect": "disclose",
            "disclosure": "本公司收取销售服务费。",
            "description": "激励",
        }
        perform("compliance.declare_conflict", values)


def test_drift_and_matches_follow_from_the_same_holdings(invested, lin, an, he):
    with acting(lin):
        found = ask("advice.drift", {"client": "C0001"})
        lines = {line["asset_class"]: line for line in found["lines"]}
        held = ask("ledger.portfolio", {"client": "C0001"})["holdings"]
        stocks = sum(row["weight"] for row in held if row["kind"] == "stock")
        assert lines["equity"]["weight"] == pytest.approx(stocks, abs=1e-5)
        assert sum(line["weight"] for line in found["lines"]) + found["unclassified"] == pytest.approx(1, abs=1e-5)
        assert lines["equity"]["state"] == "above" and found["model"] == "C3.0 [D]" and not found["cash_known"]

        matches = ask("advice.matches", {"client": "C0001"})
        names = [row["name"] for row in matches["rows"]]
        left_out = {one["reason"]: one["count"] for one in matches["left_out"]}
        assert names[0] == "稳健固收一号" and not {"进取一号", "未分类基金"} & set(names)
        assert left_out["unsuitable"] >= 1 and left_out["no_class"] == 1
        assert all(
            len(row["components"]) == 4 and all(part["text"] for part in row["components"]) for row in matches["rows"]
        )
    with acting(an), pytest.raises((NotAllowed, Refused)):
        ask("advice.matches", {"client": "C0001"})
    pays_well_now(Product.objects.order_by("pk"), he)
    with acting(lin):
        after = ask("advice.matches", {"client": "C0001"})["rows"]
    assert all(row.pop("conflicts") for row in after) and not any(row.pop("conflicts") for row in matches["rows"])
    assert after == matches["rows"], "what the firm earns by a product moves no score"


def test_a_draft_of_rebalancing_names_classes_and_no_security(invested, lin):
    with acting(lin):
        if ask("advice.drift", {"client": "C0001"})["is_certain"]:
            row = perform("advice.draft_rebalancing", {"client": "C0001"})
        else:
            with pytest.raises(Refused, match="资产类别"):
                perform("advice.draft_rebalancing", {"client": "C0001"})
            for name in ask("advice.drift", {"client": "C0001"})["unclassified_products"]:
                code, market_code = name.rsplit(" ", 1)[1].split(".")
                product = known_products([(code, market_code)])[(code, market_code)]
                with as_system():
                    perform("advice.set_asset_class", {"product": product, "asset_class": "权益类"})
            row = perform("advice.draft_rebalancing", {"client": "C0001"})
        products = {one["name"] for one in ask("ledger.portfolio", {"client": "C0001"})["holdings"]}
        assert str(row.state) == "draft" and "权益类" in row.text
        assert not [name for name in products if name in row.text or name in row.basis]
        perform("advice.submit_advice", {"advice": row.pk})
        assert Advice.objects.get().checks["versions"]["drift"]
