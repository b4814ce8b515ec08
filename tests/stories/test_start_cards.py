"""The start page of each role: every number opens rows that add up to it, and includes no row that its reader may not see."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client as Browser

from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import SecurityCode
from dakehu.domains.team.roles import ROLES
from dakehu.exchange.imports import service as imports
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.schema import cards as registry
from dakehu.foundation.schema.cards import cards, cards_for
from dakehu.interfaces.web.rows import address_of
from tests.cast import acting, as_system, enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"
WORDS = ("text",)  # units of values that are not numbers


def days(count):
    """Return the last `count` trading days before today."""
    today = clock.today()
    return trading_days.trading_days_between(today - timedelta(days=60), today - timedelta(days=1))[-count:]


def trades(path, *rows):
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return path


@pytest.fixture
def worked(tmp_path, settings, lin, zhou, wang, he, an, admin, zhang, qian):
    """Two teams with clients, trades, prices, plans, contacts and complaints on both sides, closed yesterday."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    gu = enter("gu", "顾明", "manager", "东区一队")
    first, middle, last = days(3)
    for user, code, shares in ((lin, "C0001", 1000), (wang, "C0002", 7000)):
        with acting(user):
            rows = [
                f"{first:%Y%m%d},000878,云南铜业,买入,10,{shares},{shares * 10},-{shares * 10 + 5},5,0,0,{code}1",
                f"{middle:%Y%m%d},000878,云南铜业,卖出,11,100,1100,1092.25,5,2.75,0,{code}2",
            ]
            imports.run_import(trades(tmp_path / f"{code}.csv", *rows), client=code)
    with as_system():
        copper = SecurityCode.objects.get(code="000878").product_id
        for day, price in zip((first, middle, last), (10.5, 10.9, 12.0), strict=True):
            close_inputs.import_prices(source="行情", day=day, prices={copper: price})
        close_run.close(day=last)
    today = clock.today().isoformat()
    for user, own, other in ((lin, "C0001", "C0003"), (wang, "C0002", "C0004")):
        with acting(user):
            perform(
                "clients.create",
                {"name": f"赵{other}", "code": other, "assets": "300万", "risk_level": "C3", "segment": "高净值"},
            )
            perform("service.plan_follow_up", {"client": own, "due_on": "2020-02-15", "subject": "逾期的计划"})
            perform("service.plan_follow_up", {"client": own, "due_on": today, "subject": "今天的计划"})
            perform("service.log_interaction", {"client": own, "held_at": f"{today} 00:01", "summary": "电话沟通"})
            perform("service.open_request", {"client": own, "kind": "投诉", "subject": "费用"})
            perform("clients.record_consent", {"client": own, "purpose": "marketing", "state": "refused"})
            perform("clients.change", {"client": other, "risk_tested_on": "2019-01-01", "risk_valid_to": "2020-01-01"})
    with acting(lin):
        perform("clients.change", {"client": "C0001", "id_type": "身份证", "id_number": "11010519491231002X"})
        perform("clients.open_id_number", {"client": "C0001", "reason": "核对身份"})
    return {"lin": lin, "zhou": zhou, "wang": wang, "he": he, "an": an, "admin": admin, "gu": gu}


def numbers(content):
    """Yield every number of a card's content."""
    if isinstance(content, dict):
        if {"value", "unit", "rows"} <= set(content):
            yield content
        else:
            for value in content.values():
                yield from numbers(value)
    elif isinstance(content, list):
        for value in content:
            yield from numbers(value)


def rows_of(at):
    """Return the rows that a number names, through the query by name as every interface runs it."""
    query = QUERIES[at["query"]]
    known = {parameter.name for parameter in query.parameters}
    filters = {key: value for key, value in at["filters"].items() if key not in known}
    raw = {key: value for key, value in at["filters"].items() if key in known}
    raw |= {"filters": filters} if "filters" in known else {}
    raw |= {"limit": 500} if at["query"] == "team.audit" else {}
    found = ask(at["query"], raw)
    rows = found["rows"] if isinstance(found, dict) else found
    if filters and "filters" not in known:
        rows = [row for row in rows if all(str(row[key]) == str(value) for key, value in filters.items())]
    return rows


def amount(shown):
    """Return the number that the rows give."""
    at = shown["rows"]
    rows = rows_of(at)
    if not at["column"]:
        return len(rows)
    values = [Decimal(str(row[at["column"]])) for row in rows if row[at["column"]] is not None]
    return sum(values) / max(len(values), 1) if at["of"] == "mean" else sum(values)


def my_cards():
    return cards_for(current_actor(), {name: query.needs for name, query in QUERIES.items()})


@pytest.mark.parametrize("name", ["lin", "zhou", "he", "an", "admin"])
def test_every_number_of_a_start_page_opens_rows_that_add_up_to_it(worked, name):
    checked = 0
    with acting(worked[name]):
        for card in my_cards():
            for shown in numbers(ask(card.query, dict(card.parameters))):
                if shown["unit"] in WORDS or shown["value"] is None:
                    continue
                assert shown["rows"] is not None, (card.name, shown)
                found, told = amount(shown), Decimal(str(shown["value"]))
                if shown["rows"]["of"] == "mean":
                    assert abs(found - told) < Decimal("0.0000001"), (card.name, shown)
                else:
                    assert found == told, (card.name, shown)
                checked += 1
    assert checked >= {"lin": 12, "zhou": 25, "he": 12, "an": 25, "admin": 2}[name], checked


@pytest.mark.parametrize("name", ["lin", "zhou", "he", "an", "admin"])
def test_the_address_of_a_number_shows_the_rows(worked, name):
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.force_login(worked[name], backend=BACKEND)
    page = browser.get("/").content.decode() + browser.get("/cards").content.decode()
    with acting(worked[name]):
        found = [shown for card in my_cards() for shown in numbers(ask(card.query, dict(card.parameters)))]
    for shown in found:
        if shown["value"] is None or shown["rows"] is None:
            continue
        address = address_of(shown["rows"])
        assert address.replace("&", "&amp;") in page, shown
        answer = browser.get(address)
        assert answer.status_code == 200, address
        if address.startswith("/rows/") and not shown["rows"]["column"] and shown["unit"] == "count":
            assert f"<h2>{shown['value']} 行</h2>" in answer.content.decode(), address
        if address.startswith("/rows/") and shown["rows"]["of"] == "sum" and shown["rows"]["column"]:
            told = re.search(r'data-total="([^"]*)"', answer.content.decode())
            assert told is not None and Decimal(told[1] or 0) == Decimal(str(shown["value"])), address
        if address.startswith("/clients/?") and shown["unit"] == "count":
            rows = browser.get(address.replace("/clients/?", "/clients/rows?"), HTTP_ACCEPT="application/json").json()
            assert rows["total"] == shown["value"], address


def test_a_client_of_another_team_never_counts(worked):
    def sums(name):
        with acting(worked[name]):
            return {shown["label"]: shown["value"] for shown in ask("ledger.book", {})["figures"]}

    assert (sums("lin")["持仓市值"], sums("wang")["持仓市值"]) == ("10800.00", "82800.00")
    assert sums("zhou") == sums("lin")
    with acting(worked["lin"]):
        assert [row["client"]["name"] for row in ask("ledger.movers", {})["rows"]] == ["张三"]
        assert ask("ledger.months", {})["line"][-1] == 10800
        assert [figure["value"] for figure in ask("service.complaints", {})["figures"]] == [1, 0, 0]
    with acting(worked["he"]):
        assert ask("service.complaints", {})["figures"][0]["value"] == 2


def test_a_lead_sees_a_line_per_member_and_their_list(worked):
    with acting(worked["zhou"]):
        lines = {row["member"]["value"]: row for row in ask("service.team", {})["rows"]}
        due = ask("service.today_list", {"owner": worked["lin"].pk})["lines"]
    assert set(lines) == {"林晓", "周宁", "顾明"}
    own = lines["林晓"]
    assert [own[name]["value"] for name in ("clients", "overdue", "due", "requests", "contacts")] == [2, 1, 1, 0, 1]
    assert own["worth"]["value"] == "10800.00" and lines["顾明"]["clients"]["value"] == 0
    assert {line["text"] for line in due} >= {"逾期的计划", "今天的计划"}
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.force_login(worked["zhou"], backend=BACKEND)
    page = browser.get(f"/?owner={worked['lin'].pk}").content.decode() + browser.get("/cards").content.decode()
    assert "逾期的计划" in page and f'href="/clients/?manager={worked["lin"].pk}"' in page


def test_the_figures_of_the_book_say_their_day_and_their_source(worked):
    with acting(worked["lin"]):
        for query in ("ledger.book", "ledger.months", "ledger.movers"):
            found = ask(query, {})
            assert found["as_of"] == days(1)[0].isoformat() and found["source"] == "由成交记录与收盘价计算"
        up = {shown["label"]: shown["value"] for shown in ask("ledger.book", {})["figures"]}
        assert (up["上涨客户"], up["下跌客户"], up["当日盈亏"]) == (1, 0, "990.00")
        assert up["资产规模"] == "3000000.00"


def test_an_analyst_gets_no_amount_and_counts_by_bands(worked):
    with acting(worked["an"]):
        names = {card.name for card in my_cards()}
        assert ask("ledger.book", {}) == {"figures": []}
        assert ask("ledger.movers", {})["rows"] == [] and ask("ledger.months", {})["line"] == []
        every = [shown for card in my_cards() for shown in numbers(ask(card.query, dict(card.parameters)))]
        assert not [shown for shown in every if shown["unit"] == "money"]
        bands = {bar["label"]: bar["value"] for bar in ask("clients.distribution", {"by": "assets"})["bars"]}
        assert bands["100–500 万"] == 2 and sum(bands.values()) == 2
        assert [row["assets"] for row in ask("clients.list", {"filters": {"assets.band": 3}})["rows"]] == [
            "100–500 万"
        ] * 2
    assert "ledger.book" not in names and "clients.by_assets" in names


def test_every_role_has_cards_and_no_card_is_only_for_a_role_that_is_none():
    named = {role for card in cards() for role in card.roles}
    assert named == set(ROLES)
    for card in cards():
        assert card.query in QUERIES, card.name
        for role in card.roles:
            assert QUERIES[card.query].needs == "" or QUERIES[card.query].needs in ROLES[role].permissions, (
                card.name,
                role,
            )


def test_a_role_that_no_card_names_gets_every_card_it_may_ask_for(worked):
    from dataclasses import replace

    with acting(worked["lin"]) as actor:
        needs = {name: query.needs for name, query in QUERIES.items()}
        found = {
            card.name
            for card in cards_for(
                replace(actor, role="owner", permissions=frozenset({"ledger.read", "client.read", "service.read"})),
                needs,
            )
        }
        everything = frozenset(str(query.needs) for query in QUERIES.values())
        union = cards_for(replace(actor, role="owner", permissions=everything), needs)
    assert {"ledger.book", "service.complaints", "clients.by_segment"} <= found and "team.health" not in found
    assert len(union) == len(list(cards()))


def test_who_also_administers_has_the_cards_of_both_roles(worked):
    from dataclasses import replace

    needs = {name: query.needs for name, query in QUERIES.items()}
    with acting(worked["lin"]) as actor:
        duty = replace(actor, permissions=actor.permissions | ROLES["admin"].permissions)
        found = {card.name for card in cards_for(duty, needs)}
    assert {"ledger.book", "service.today", "team.health", "team.setup_checklist"} <= found
    assert not {"clients.by_segment", "service.complaints", "service.team"} & found
    with acting(worked["he"]) as actor:
        assert "clients.by_segment" not in {card.name for card in cards_for(actor, needs)}


def test_a_card_declared_twice_or_of_an_unknown_kind_is_refused():
    declared = next(cards())
    with pytest.raises(ValueError):
        registry.declare(registry.Card(declared.name, "别的", "Other", "figures", "clients.overview", ("analyst",)))
    with pytest.raises(ValueError):
        registry.declare(registry.Card("x.y", "别的", "Other", "pie", "clients.overview", ("analyst",)))


@pytest.mark.parametrize("role", list(ROLES))
def test_an_empty_desk_says_on_each_card_what_to_do_next(teams, role):
    user = enter(f"x_{role}", "新人", role, "东区一队")
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.force_login(user, backend=BACKEND)
    answer = browser.get("/")
    page = answer.content.decode() + browser.get("/cards").content.decode()
    assert answer.status_code == 200 and 'class="card' in page
    with acting(user):
        for card in my_cards():
            content = ask(card.query, dict(card.parameters))
            if isinstance(content, dict) and (content.get("rows") == [] or content.get("bars") == []):
                assert str(card.empty) in page, card.name


def test_a_client_shows_a_line_of_its_worth_what_it_held_and_when_it_was_served(worked):
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.force_login(worked["lin"], backend=BACKEND)
    with acting(worked["lin"]):
        pk = ask("clients.detail", {"client": "C0001"})["id"]
        line = ask("ledger.client_months", {"client": pk})
        held = ask("ledger.composition", {"client": pk})
        contacts = ask("service.contact_days", {"client": pk})
    assert line["values"][-1] == 10800 and line["as_of"] == days(1)[0].isoformat()
    assert [kind["shares"][-1] for kind in held["kinds"]] == [1.0]
    assert contacts["days"] == {clock.today().isoformat(): 1}
    overview = browser.get(f"/clients/{pk}/").content.decode()
    assert 'class="heat"' in overview and f"{clock.today().isoformat()}：1 次服务" in overview
    assert "持仓构成变化" in browser.get(f"/clients/{pk}/money").content.decode()


def test_the_list_draws_the_worth_of_twelve_months_for_who_may_see_it_and_chooses_it(worked):
    def columns(user):
        browser = Browser(HTTP_ACCEPT="application/json")
        browser.force_login(user, backend=BACKEND)
        found = {column["field"]: column for column in browser.get("/clients/columns").json()["columns"]}
        rows = browser.get("/clients/rows?show=name,month_values&sort=code").json()["rows"]
        return found, rows

    found, rows = columns(worked["lin"])
    assert found["month_values"]["kind"] == "spark" and found["month_values"]["hidden"]
    assert rows[0]["month_values"][-1] == 10800 and rows[1]["month_values"] is None
    found, rows = columns(worked["an"])
    assert "month_values" not in found and all("month_values" not in row for row in rows)


def test_the_rows_behind_a_number_are_refused_to_who_may_not_ask_for_them(worked):
    browser = Browser(HTTP_ACCEPT="text/html", raise_request_exception=False)
    browser.force_login(worked["an"], backend=BACKEND)
    assert browser.get("/rows/ledger.closes").status_code == 403
    assert browser.get("/rows/clients.list?sum=figures__market_value").status_code == 400
    assert browser.get("/rows/clients.overview").status_code == 404
    assert browser.get("/rows/no.such").status_code == 404
    browser.force_login(worked["wang"], backend=BACKEND)
    page = browser.get("/rows/clients.list?figures__market_value.filled=1&sum=figures__market_value").content.decode()
    assert "C0001" not in page and "C0002" in page


def test_a_page_is_printed_light_whatever_the_screen_shows(worked):
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.force_login(worked["lin"], backend=BACKEND)
    for theme in ("dark", "auto"):
        browser.cookies["theme"] = theme
        page = browser.get("/").content.decode()
        assert re.search(r'id="dark-theme"\s+media="screen', page), theme
