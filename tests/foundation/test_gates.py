"""Reading input, filtering and output are the same for every interface."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.models import Investment
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, columns_of, parse_columns, perform, render_row
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.parametrize(
    "row",
    [
        {
            "invested_on": "2023-01-15",
            "amount": "1000000",
            "product": "股票 A",
            "horizon": "long",
            "expected_return": "5%",
        },
        {
            "投资日期": "2023年1月15日",
            "投资金额": "¥1,000,000",
            "投资产品": "股票 A",
            "投资周期": "长期",
            "预期收益": "每年 5%",
        },
        {
            "Invested on": "2023/1/15",
            "投资金额 Amount (CNY)": "100万",
            "产品": "股票 A",
            "Horizon": "Long term",
            "预期收益率": "0.05",
        },
    ],
)
def test_english_names_chinese_headings_and_a_mixture_give_the_same_row(lin, zhang, row):
    with acting(lin):
        made = perform("ledger.add_investment", {"客户号": zhang.code, **row})
        got = render_row(Investment.objects.get(pk=made.pk))
    assert (got["invested_on"], got["amount"], got["horizon"]) == ("2023-01-15", "1000000.00", "long")
    assert got["expected_return"] == "0.0500"


def test_every_fault_is_reported_at_once_keyed_by_field_with_value_and_remedy(lin, zhang):
    with acting(lin), pytest.raises(Refused) as refusal:
        perform(
            "ledger.add_investment", {"client": zhang.code, "invested_on": "昨天吧", "horizon": "永远", "颜色": "红"}
        )
    report = refusal.value.as_plain()
    assert set(report) == {"invested_on", "horizon", "颜色", "amount", "product"}
    assert "昨天吧" in report["invested_on"][0]
    assert "长期" in report["horizon"][0]


def test_a_list_where_one_value_goes_is_refused(lin, zhang):
    with acting(lin), pytest.raises(Refused) as refusal:
        perform("clients.change", {"client": zhang.code, "name": ["甲", "乙"], "assets": {"a": 1}})
    assert set(refusal.value.as_plain()) == {"name", "assets"}


def test_the_same_fault_is_told_in_the_readers_language(lin, zhang):
    with acting(lin), in_language("en"), pytest.raises(Refused) as refusal:
        perform("ledger.add_investment", {"client": zhang.code, "invested_on": "2023-01-15", "product": "A"})
    with in_language("en"):
        assert refusal.value.as_plain()["amount"] == ["“Amount” is required."]


def test_a_read_only_field_cannot_be_sent(lin, zhang):
    with acting(lin), pytest.raises(Refused):
        perform("clients.change", {"client": zhang.code, "walled": "是"})


def test_whole_columns_read_each_distinct_value_once_and_name_the_rows_at_fault(lin, zhang):
    parameters = ACTIONS["ledger.add_investment"].parameters
    with acting(lin):
        values, errors = parse_columns(
            parameters,
            {
                "client": [zhang.code] * 3,
                "invested_on": ["2023-01-15", "2023-13-15", "45000"],
                "amount": ["1万", "x", "2"],
                "product": ["A", "B", ""],
            },
            3,
        )
    assert [(e.row, e.field) for e in errors] == [(1, "invested_on"), (1, "amount"), (2, "product")]
    assert values["client"] == [zhang] * 3
    assert values["invested_on"][2].isoformat() == "2023-03-15"


def test_the_analyst_sees_masked_names_and_cannot_filter_by_them(an, zhang):
    with acting(an):
        assert render_row(Client.objects.get(pk=zhang.pk))["name"] == "张*"
        for filters in ({"name": "张三"}, {"name.starts": "张"}):
            with pytest.raises(Refused):
                ask("clients.list", {"filters": filters})
        with pytest.raises(Refused):
            ask("clients.list", {"order": "assets"})


def test_names_of_clients_behind_keys_are_masked_too(an, lin, zhang):
    with acting(lin):
        perform(
            "ledger.add_investment", {"client": zhang.code, "invested_on": "2023-01-15", "amount": "1", "product": "A"}
        )
    with acting(an):
        (row,) = ask("ledger.investments", {"client": zhang.code})["rows"]
    assert row["client"]["name"] == "张*"
    assert row["amount"] == "<10 万"


def test_filters_speak_headings_and_operators(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "assets": "500万", "occupation": "企业高管"})
        assert ask("clients.list", {"filters": {"资产规模.ge": "300万", "职业.has": "高管"}})["count"] == 1
        assert ask("clients.list", {"filters": {"assets.lt": "300万"}})["count"] == 0
        with pytest.raises(Refused):
            ask("clients.list", {"filters": {"颜色": "红"}})


def test_an_unknown_question_or_verb_is_not_found_and_one_beyond_the_role_not_allowed(lin):
    with acting(lin):
        with pytest.raises(NotFound):
            ask("clients.everything", {})
        with pytest.raises(NotFound):
            perform("clients.update_contact_dates", {})
        with pytest.raises(NotAllowed):
            perform("team.create_team", {"name": "三队"})


def test_a_choice_is_shown_in_the_readers_language(lin, zhang):
    with acting(lin):
        assert render_row(zhang, ["kind"], shown=True)["kind"] == "个人"
        with in_language("en"):
            assert render_row(zhang, ["kind"], shown=True)["kind"] == "Person"


def test_columns_describe_themselves_for_every_door():
    by_name = {c.name: c for c in columns_of(Client)}
    assert by_name["assets"].kind == "money"
    assert by_name["assets"].spec.heading == "资产规模 Assets (CNY)"
    assert by_name["risk_level"].as_plain()["choices"][0]["value"] == "C1"
    assert "pinyin" not in by_name


def test_an_action_that_takes_its_client_out_of_reach_still_answers(lin, zhou, wang, zhang):
    """The team's lead ends its only assignment to the client: the answer omits the client and is no error."""
    with acting(zhou):
        ended = perform("clients.unassign", {"client": zhang.code, "user": "lin"})
        told = render_row(ended)
        assert told["client"] is None
        assert told["until"]
