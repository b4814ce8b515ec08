"""Outreach after a shock: the list, three calls, a distress case with two persons, the report of the next week."""

from datetime import timedelta

import polars as pl
import pytest

from dakehu.domains.care.models import DistressCase, Outreach, OutreachAttempt, OutreachCall
from dakehu.domains.care.outreach import nightly as outreach_night
from dakehu.domains.care.outreach import reactions, words
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.models import Product, SecurityCode, SecurityKind
from dakehu.domains.service.models import FollowUp, Interaction, Moment
from dakehu.domains.service.shocks import nightly as shock_night
from dakehu.domains.service.shocks import signs, situation, store
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web.rows import address_of
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db
HEAD = "成交日期,客户号,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"
OLD, MIDDLE, YOUNG, FOREIGN = "C0001", "C0003", "C0004", "C0002"


@pytest.fixture
def shock(tmp_path, settings, lin, zhou, wang, he, zhang, qian):
    """Two trading days ago the index and the holdings of three clients of Lin's and one of Wang's fell; the night opened the calls."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    today = clock.today()
    before, day, _ = trading_days.trading_days_between(today - timedelta(days=60), today - timedelta(days=1))[-3:]
    with acting(lin):
        for code, name in ((MIDDLE, "李四"), (YOUNG, "王五")):
            perform("clients.create", {"name": name, "code": code})
        for code, born in ((OLD, "1950-01-01"), (MIDDLE, "1980-01-01"), (YOUNG, "1990-01-01")):
            perform("clients.change", {"client": code, "risk_level": "C3", "birth_on": born})
        perform("clients.record_needs", {"client": OLD, "goal": "养老", "term": "long", "bearable_loss": "0.05"})
    with acting(wang):
        perform("clients.change", {"client": FOREIGN, "risk_level": "C3", "birth_on": "1985-01-01"})
    file = tmp_path / "trades.csv"
    bought = [
        f"{before:%Y%m%d},{code},000878,云南铜业,买入,10,10000,100000,-100005,5,0,0,{code}1"
        for code in (OLD, MIDDLE, YOUNG, FOREIGN)
    ]
    file.write_text("\n".join([HEAD, *bought]) + "\n", encoding="utf-8")
    with as_system():
        imports.run_import(file)
        with act("test.register"):
            index = Product(name="沪深300", kind=SecurityKind.INDEX)
            index.save()
            SecurityCode(product=index, code="000300", market="SH").save()
        copper = SecurityCode.objects.get(code="000878").product_id
        for on, price, level in ((before, 10.0, 4000.0), (day, 9.0, 3800.0)):
            close_inputs.import_prices(source="行情", day=on, prices={copper: price, index.pk: level})
        assert shock_night.run(day)["calls"] == 4
        assert outreach_night.run(day) == {"opened": True, "calls": 4, "measured": 0}
        assert outreach_night.run(day)["opened"] is False, "a campaign that is there stays as it is"
    return day


def calls_of(user):
    with acting(user):
        found = ask("care.outreach_list", {})
    return {line["client"]["code"]: line for group in found["groups"] for line in group["lines"]}


@pytest.mark.postgres
def test_the_story_of_a_shock_from_the_list_to_the_report(shock, lin, zhou, wang, he, settings):
    lines = calls_of(lin)
    assert set(lines) == {OLD, MIDDLE, YOUNG} and set(calls_of(zhou)) == {OLD, MIDDLE, YOUNG}
    assert set(calls_of(wang)) == {FOREIGN} and len(calls_of(he)) == 4
    assert lines[OLD]["place"] == 1 or lines[OLD]["score"] >= max(line["score"] for line in lines.values()) - 5
    with acting(wang), pytest.raises(NotFound):
        ask("care.outreach_call", {"call": lines[OLD]["id"]})

    # The sheet: facts with the client's own figures, filled scripts, what not to say.
    with acting(lin):
        sheet = ask("care.outreach_call", {"call": lines[OLD]["id"]})
    facts = {fact["label"]: fact["value"] for group in sheet["groups"] for fact in group["facts"]}
    assert (facts["投资目标"], facts["账户当日变动（元）"], facts["账户当日收益率"]) == ("养老", "-10,000", "-10.00%")
    assert facts["单日亏损内部限额"] == "3.0%（C3），为其 3.3 倍" and facts["占自述可承受亏损"] == "5.0% 中的 200%"
    assert "云南铜业 100%" in facts["最大持仓"]
    opening = sheet["scripts"][0]["text"]
    assert "张三您好，我是林晓" in opening and "-10,000元" in opening and "养老" in opening
    assert [one["code"] for one in sheet["scripts"]] == ["opening", "distress", "elder", "closing"]
    assert len(sheet["not_to_say"]) == len(words.NOT_TO_SAY)

    # Three calls: one not reached, one reached, one reached in distress.
    soon = trading_days.next_trading_day(clock.today() + timedelta(days=5))
    with acting(lin):
        failed = perform("care.log_outreach_call", {"call": lines[YOUNG]["id"], "outcome": "not_reached"})
        assert failed.next_on > clock.today() and failed.interaction_ref is None
        for short in ({"note": "聊了聊"}, {"note": sheet["note"], "next_on": soon}):  # no next contact; headings only
            with pytest.raises(Refused):
                perform("care.log_outreach_call", {"call": lines[MIDDLE]["id"], "outcome": "reached", **short})
        perform(
            "care.log_outreach_call",
            {
                "call": lines[MIDDLE]["id"],
                "outcome": "reached",
                "note": "倾听；目标不变，我不想死扛。",
                "next_on": soon,
                "mood": "calm",
            },
        )
        talk = perform(
            "care.log_outreach_call",
            {
                "call": lines[OLD]["id"],
                "outcome": "reached",
                "note": "客户很难受，约定再谈。",
                "distress_words": "我不想活了，钱是借来炒股的",
                "next_on": soon,
            },
        )
        record = Interaction.objects.get(pk=talk.interaction_ref)
        assert "我不想活了" in record.summary and record.channel == "call" and record.client.code == OLD
        assert FollowUp.objects.filter(client=record.client, due_on=soon, state="planned").exists()
        with pytest.raises(Refused):
            perform("care.log_outreach_call", {"call": lines[OLD]["id"], "outcome": "not_reached"})

    # One escalation: to the lead and compliance, not to another team; the older client needs a second person.
    with acting(zhou):
        bell = ask("care.distress_notices", {})
        cases = ask("care.distress_cases", {})
        assert (
            len(bell) == 1
            and bell[0]["tone"] == "bad"
            and "张三" in bell[0]["text"]
            and "张三" not in bell[0]["outside"]
        )
        case = cases[0]
        assert case["level"] == "urgent" and case["lead"] == "周宁" and case["needs_second_person"]
        assert len(case["signs"]) == 2 and len(cases) == 1
    with acting(he):
        assert len(ask("care.distress_notices", {})) == 1
    with acting(wang):
        assert ask("care.distress_cases", {}) == []
        with pytest.raises(NotFound):
            perform("care.join_distress_case", {"case": case["id"], "confirmation": "路过"})
    with acting(lin):
        with pytest.raises(NotAllowed):
            perform("care.close_distress_case", {"case": case["id"], "outcome": "没事了"})
        with pytest.raises(Refused):
            perform("care.join_distress_case", {"case": case["id"], "confirmation": "我自己"})
    with acting(zhou):
        with pytest.raises(Refused):
            perform("care.close_distress_case", {"case": case["id"], "outcome": "没事了"})
        perform("care.join_distress_case", {"case": case["id"], "confirmation": "与客户及其女儿三方通话"})
        perform("care.close_distress_case", {"case": case["id"], "outcome": "家人陪同，情绪平稳"})
        assert ask("care.distress_notices", {}) == []

    # The report: the lead sees the team, compliance the firm; too few to compare, as its verdict states.
    with acting(zhou):
        report = ask("care.outreach_report", {})
    figures = {one["label"]: one["value"] for one in report["figures"]}
    assert (figures["名单客户"], figures["已联系上"], figures["致电次数"], figures["无人联系上"]) == (3, 2, 3, 1)
    assert [one["client"]["code"] for one in report["not_reached"]] == [YOUNG]
    assert report["cases"] == {"opened": 1, "open": 0, "urgent": 1}
    assert report["outflow"]["verdict"] == "too_few" and report["outflow"]["difference"] == ""
    assert report["shows"] and len(report["does_not_show"]) == 4
    with acting(he):
        whole = ask("care.outreach_report", {})
    assert whole["is_firm"] and [(one["name"], one["clients"]) for one in whole["teams"]] == [
        ("东区一队", 3),
        ("北区一队", 1),
    ]

    # A later night measures what was sold, which is a sign at the next shock.
    with as_system():
        assert outreach_night.run(trading_days.next_trading_day(shock + timedelta(days=6)))["measured"] in (0, 4)


@pytest.mark.postgres
def test_a_contact_recorded_on_the_clients_page_ends_the_call_and_its_words_count(shock, lin, zhou, zhang):
    with acting(lin):
        row = perform(
            "service.log_interaction",
            {"client": zhang.pk, "held_at": clock.now().isoformat(), "summary": "客户说天天睡不着", "channel": "call"},
        )
    assert reactions.on_interaction(interaction=row.pk) == {"changed": True}
    assert reactions.on_interaction(interaction=row.pk) == {"changed": False}
    with acting(lin):
        call = OutreachCall.objects.get(client=zhang)
        assert call.state == "reached" and OutreachAttempt.objects.filter(call=call).count() == 1
        assert DistressCase.objects.get(client=zhang).level == "watch"


def test_a_list_that_is_too_long_rolls_on_and_a_colleague_can_take_a_call_over(shock, lin, zhou, settings):
    settings.CALLS_PER_DAY = 1
    with acting(lin):
        found = ask("care.outreach_list", {"mine": True})
        assert found["counts"]["today"] == 1 and found["counts"]["later"] == 2
        assert ask("care.outreach_notices", {})[0]["count"] == 3
        last = found["groups"][1]["lines"][1]["id"]
    with acting(zhou):
        perform("care.take_over_call", {"call": last})
        assert ask("care.outreach_list", {"mine": True})["counts"]["today"] == 1
        perform("care.close_outreach_call", {"call": last, "close_reason": "refused"})
        report = ask("care.outreach_report", {})
    assert "客户不愿接听" in {one["why"] for one in report["not_reached"]}


def test_every_script_passes_the_check_of_wording_and_the_firms_own_must(shock, zhou, he):
    with acting(zhou):
        for code, text in words.DEFAULTS.items():
            for said in (text.zh, text.en):
                found = ask("compliance.check_wording", {"text": words.PLACEHOLDER.sub("—", said)})
                assert found["severity"] is None, (code, said, found["hits"])
        with pytest.raises(Refused):
            perform(
                "care.set_outreach_script", {"code": "closing", "zh": "放心，肯定保本。", "en": "Fine.", "note": "试"}
            )
        with pytest.raises(Refused):
            perform("care.set_outreach_script", {"code": "closing", "zh": "{手机}", "en": "{salary}", "note": "试"})
        perform(
            "care.set_outreach_script",
            {"code": "closing", "zh": "{client}，谢谢您。", "en": "Thank you, {client}.", "note": "更短"},
        )
        scripts = {one["code"]: one for one in ask("care.outreach_scripts", {})}
    assert scripts["closing"]["version"] == 1 and scripts["opening"]["version"] == 0


def test_the_pages_show_to_each_what_they_may_see(shock, lin, wang, an):
    call = calls_of(lin)[OLD]["id"]
    for address in (
        "/outreach/",
        "/distress/",
        "/outreach/report/",
        "/outreach/scripts/",
        f"/outreach/calls/{call}/",
    ):
        page = desk(lin).get(address)
        assert page.status_code == 200, address
    assert "张三" in desk(lin).get("/outreach/").content.decode()
    assert "张三" not in desk(wang).get("/outreach/").content.decode()
    assert desk(wang).get(f"/outreach/calls/{call}/").status_code == 404
    assert desk(an).get("/outreach/").status_code == 403
    with acting(lin):
        figures = ask("care.outreach_today", {})["figures"]
    assert [one["value"] for one in figures] == [3, 0, 0]
    for one in figures:
        assert desk(lin).get(address_of(one["rows"])).context["count"] == one["value"]
    assert desk(lin).get("/outreach/?outreach=9999").status_code == 404


@pytest.mark.postgres
def test_accounts_that_fall_without_the_market_have_a_list_of_their_own(shock, lin, zhang):
    with as_system():
        with act("test.clear"):
            Outreach.objects.get().delete()
        store.delete(shock)
        assert outreach_night.run(shock)["opened"] is False
        with act("test.moment"):
            Moment(client=zhang, kind="M14", fired_on=shock, due_at=clock.now(), priority=1, owner=lin).save()
        assert outreach_night.run(shock) == {"opened": True, "calls": 1, "measured": 0}
    line = calls_of(lin)[OLD]
    with acting(lin):
        sheet = ask("care.outreach_call", {"call": line["id"]})
    assert sheet["outreach"]["cause"] == "account" and sheet["scripts"][0]["code"] == "account"
    soon = trading_days.next_trading_day(clock.today() + timedelta(days=3))
    with acting(lin):
        said = {"call": line["id"], "outcome": "reached", "note": "听取想法，计划不变。", "next_on": soon}
        talk = perform("care.log_outreach_call", said)
    assert reactions.on_interaction(interaction=talk.interaction_ref) == {"changed": True}
    assert reactions.on_interaction(interaction=talk.interaction_ref) == {"changed": False}
    with acting(lin):
        assert Moment.objects.get(kind="M14").state == "done"
        assert any("急跌" in one["zh"] for one in ask("clients.blockers", {"client": zhang.pk}))


def test_who_sold_much_or_was_in_distress_has_a_sign_at_the_next_shock(shock, lin, zhang):
    with as_system():
        with act("test.settle"):
            row = OutreachCall.objects.get(client=zhang)
            row.sold_share = 0.4
            row.save()
        later = shock + timedelta(days=1)
        assert {sign.name: sign.clients(later) for sign in signs.signs()} == {"distress": set(), "sold": {zhang.pk}}
        known = situation.frame(shock)
        assert known.filter(pl.col("client") == zhang.pk)["signs"].to_list() == [[]], "of an earlier shock only"
