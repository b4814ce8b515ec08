"""Conflicts of interest: whom an entry concerns, and that campaigns abstain or disclose."""

from datetime import date, datetime

import pytest
from freezegun import freeze_time

from dakehu.domains.compliance.conflicts import rules
from dakehu.domains.compliance.conflicts.rules import Entry
from dakehu.domains.compliance.conflicts.store import conflicts_for
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.domains.growth.test_campaigns import add_client, approve, refused, send, submit, write

DAY = date(2026, 11, 30)
NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))
LIN, WANG = 1, 2


def entry(number=1, **values):
    known = {"kind": "position", "staff": LIN, "client": None, "product": "", "effect": "disclose"}
    period = {"disclosure": "本人持有该股票", "from_on": date(2026, 1, 1), "until_on": None}
    return Entry(number, **{**known, **period, **values})


@pytest.mark.parametrize(
    ("values", "concerns"),
    [
        ({}, True),  # any subject of Lin's
        ({"staff": WANG}, False),
        ({"staff": None}, True),  # an incentive of the firm
        ({"product": "600519"}, True),
        ({"product": "600519 "}, True),
        ({"product": "000858"}, False),
        ({"client": 7}, True),
        ({"client": 8}, False),
        ({"client": 7, "product": "000858"}, False),
        ({"from_on": DAY}, True),
        ({"from_on": date(2026, 12, 1)}, False),
        ({"until_on": DAY}, True),
        ({"until_on": date(2026, 11, 29)}, False),
    ],
)
def test_an_entry_concerns_its_person_product_client_and_period(values, concerns):
    assert bool(rules.conflicts_for([entry(**values)], LIN, 7, "600519", DAY)) is concerns


def test_what_blocks_stands_first_and_a_client_that_is_not_named_is_not_guessed():
    found = rules.conflicts_for([entry(1), entry(2, effect="block")], LIN, 7, "600519", DAY)
    assert [one.id for one in found] == [2, 1]
    assert rules.conflicts_for([entry(client=7)], LIN, None, "600519", DAY) == []


def test_a_disclosure_is_found_whatever_its_spaces_and_missed_where_it_is_not_said():
    assert rules.missing_disclosures([entry()], "提示：本人 持有该\n股票。") == []
    assert rules.missing_disclosures([entry(), entry(2)], "提示：持有") == ["本人持有该股票"]
    assert rules.missing_disclosures([entry(effect="block")], "") == []


def test_a_text_names_a_product_by_code_or_name():
    entries = [entry(product="600519", product_name="贵州茅台"), entry(2, product="000858")]
    assert rules.products_named(entries, "关于 贵州茅台 的沟通") == {"600519"}
    assert rules.products_named(entries, "600519 与 000858") == {"600519", "000858"}


def test_an_entry_says_what_to_disclose_and_ends_after_it_begins():
    assert rules.entry_error("disclose", " ", DAY, None)[0] == "disclosure"
    assert rules.entry_error("block", "", DAY, date(2026, 1, 1))[0] == "until_on"
    assert rules.entry_error("block", "", DAY, DAY) is None


def declare(user, **values):
    with acting(user):
        given = {"kind": "自有持仓", "description": "证券账户持有", "disclosure": "本人持有该股票", **values}
        return perform("compliance.declare_conflict", given)


@pytest.mark.django_db
def test_staff_declare_and_see_their_own_and_compliance_keeps_all(lin, wang, he):
    own = declare(lin, product="600519")
    assert own.staff_id == lin.pk
    with pytest.raises(Refused, match="只能登记本人"):
        declare(lin, staff="wang")
    firm = declare(he, kind="产品激励", description="销售奖励", effect="须回避", product="F001")
    with acting(wang):
        assert ask("compliance.conflict_register", {})["count"] == 0
        with pytest.raises(NotFound):
            perform("compliance.end_conflict", {"conflict": own.pk})
        assert [one["effect"] for one in ask("compliance.conflicts", {"product": "F001"})] == ["block"]
        assert ask("compliance.conflicts", {"product": "600519"}) == []
        with pytest.raises(NotAllowed):
            ask("compliance.conflicts", {"product": "600519", "staff": "lin"})
        assert [one.id for one in conflicts_for(lin.pk, product="600519")] == [own.pk]
    with acting(he):
        assert ask("compliance.conflict_register", {})["count"] == 2
        perform("compliance.change_conflict", {"conflict": own.pk, "effect": "须回避"})
        perform("compliance.end_conflict", {"conflict": firm.pk})
    with acting(lin):
        for verb, more in (("end_conflict", {}), ("change_conflict", {"effect": "须披露"})):
            with pytest.raises(Refused, match="由合规解除"):
                perform(f"compliance.{verb}", {"conflict": own.pk, **more})


@pytest.mark.django_db
@freeze_time(NOON)
def test_a_campaign_abstains_discloses_and_leaves_out_who_must_not_be_written_to(lin, zhou, he):
    for code in ("C1", "C2", "C3"):
        add_client(lin, code)
    declare(lin, kind="关联关系", description="亲属", client="C1", effect="须回避", disclosure=None)
    declare(lin, product="600519", product_name="贵州茅台")
    number = write(lin, products="600519")
    with pytest.raises(Refused, match="文案须写明：本人持有该股票"):
        submit(lin, number)
    with acting(lin):
        text = {"subject": "信", "body": "{{客户姓名}}：您好！提示：本人持有该股票。"}
        perform("growth.set_campaign_text", {"campaign": number, "channel": "mail", "language": "zh", **text})
    submit(lin, number)
    with acting(lin):
        listed = ask("growth.campaign_page", {"campaign": number})["list"]
        assert [(one["rule"], one["count"]) for one in listed["excluded"]] == [("conflict_of_interest", 1)]
    approve(zhou, number)
    declare(lin, kind="关联关系", description="任职", client="C2", effect="须回避", disclosure=None)
    send(lin, number)
    assert refused(lin, number) == {"conflict_of_interest": 1}
    declare(he, kind="产品激励", description="奖励", product="600519", effect="须回避", disclosure=None)
    again = write(lin, products="600519")
    with pytest.raises(Refused, match="要求回避"):
        submit(lin, again)
    duty = write(lin, products="600519", kind="duty")
    submit(lin, duty)
