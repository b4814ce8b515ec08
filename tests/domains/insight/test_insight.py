"""Questions and pivots on the desk: every user gets only own clients, and nothing by columns that are hidden from them."""

import pytest

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
QUESTION = "上海营业部 C4 以上 资产500万以上 从未联系"


@pytest.fixture
def clients(lin, wang, zhang, qian):
    """Four clients of Lin (one of them Zhang), one of Wang."""
    with acting(lin):
        for code, level, assets, opened in (
            ("C1001", "C4", "6000000.10", "2026-01-05"),
            ("C1002", "C5", "800000.20", "2026-02-10"),
            ("C1003", "C5", "", ""),
        ):
            perform(
                "clients.create",
                {
                    "name": f"李{code}",
                    "code": code,
                    "risk_level": level,
                    "assets": assets,
                    "opened_on": opened,
                    "branch": "SH01",
                    "occupation": "教师",
                },
            )


def test_a_question_finds_what_its_filters_find_in_the_list_and_only_ones_own(lin, wang, an, clients):
    with acting(lin):
        found = ask("insight.question", {"text": QUESTION})
        assert found["not_understood"] == [] and found["count"] == 1
        assert found["filters"] == {
            "branch": "上海陆家嘴营业部",
            "risk_level.in": ["C4", "C5"],
            "assets.ge": 5_000_000,
            "last_contact_on.empty": True,
        }
        assert [row["code"] for row in ask("clients.list", {"filters": found["filters"]})["rows"]] == ["C1001"]
        assert ask("insight.question", {"text": "clients of Lin"})["count"] == 4
        named = ask("insight.question", {"text": "东区一队 白金以上 本月生日 三个月未联系"})
        assert named["not_understood"] == [] and set(named["filters"]) >= {"team", "tier__code.in", "birth_on.month"}
        assert [note["filters"] for note in named["notes"]] == [{"last_contact_on.empty": True}]
        assert named["count"] == 0
        with pytest.raises(Refused):
            ask("insight.question", {"text": "x" * 301})
        assert ask("insight.question", {"text": "东区一队"})["count"] == 4
        january = ask("clients.list", {"filters": {"opened_on.month": 1}})["rows"]
        assert [row["code"] for row in january] == ["C1001"]
        for filters in ({"opened_on.month": 13}, {"occupation.month": 1}, {"team": "x"}):
            with pytest.raises(Refused):
                ask("clients.list", {"filters": filters})
    with acting(wang):
        assert ask("insight.question", {"text": "C4 以上"})["count"] == 0
        stranger = ask("insight.question", {"text": "林晓的客户"})  # serves no client whom Wang sees
        assert stranger["filters"] == {} and [miss["word"] for miss in stranger["not_understood"]] == ["林晓"]


def test_a_column_that_is_hidden_from_the_reader_is_as_unknown_as_any_word(an, clients):
    with acting(an):
        hidden = ask("insight.question", {"text": "资产规模 500万以上 备注"})
        assert hidden["filters"] == {} and "count" not in hidden
        words = [miss["word"] for miss in hidden["not_understood"]]
        assert words == ["资产规模", "500万", "以上", "备注"]
        unknown = ask("insight.question", {"text": "月亮香蕉"})["not_understood"][0]
        told = hidden["not_understood"][0]
        assert told["remedy"].replace("资产规模", "?") == unknown["remedy"].replace("月亮香蕉", "?")
        assert ask("insight.question", {"text": "C4 以上"})["count"] == 3


def test_a_pivot_adds_up_to_its_total_and_every_group_opens_its_clients(lin, clients):
    with acting(lin):
        table = ask("insight.pivot", {"rows": "风险等级", "columns": "开户日期 按季度", "measure": "sum:assets"})
        assert [row["label"] for row in table["rows"]] == ["C4 积极型", "C5 激进型", "未填"]
        assert [column["label"] for column in table["columns"]] == ["2026 Q1", "未填"]
        assert table["rows"][0]["cells"] == [6_000_000.10, None] and table["total"] == 6_800_000.30
        assert sum(row["total"] or 0 for row in table["rows"]) == pytest.approx(table["total"])
        for rows in ("risk_level", "branch", "assets", "opened_on:year", "occupation", "tier__code", "is_risk_minimum"):
            counted = ask("insight.pivot", {"rows": rows})
            assert counted["total"] == sum(row["total"] for row in counted["rows"]) == 4, rows
            for row in counted["rows"]:
                assert ask("clients.list", {"filters": row["filters"]})["count"] == row["total"], (rows, row)
        served = ask("insight.pivot", {"rows": "manager", "columns": "team", "measure": "share"})
        assert [(row["label"], row["cells"], row["total"]) for row in served["rows"]] == [("林晓", [1.0], 1.0)]
        mean = ask("insight.pivot", {"rows": "kind", "measure": "assets mean", "filters": {"branch": "SH01"}})
        assert (mean["total"], mean["clients"]) == (3_400_000.15, 3)
        with pytest.raises(Refused, match="risk_level"):
            ask("insight.pivot", {"rows": "risk_levl"})
        for rows, measure in (("code", "count"), ("id_number", "count"), ("kind", "sum"), ("kind", "sum:figures__roi")):
            with pytest.raises(Refused):
                ask("insight.pivot", {"rows": rows, "measure": measure})


def test_another_team_counts_none_of_them_and_a_masked_reader_gets_bands(wang, an, clients):
    with acting(wang):
        assert ask("insight.pivot", {"rows": "risk_level"})["total"] == 1  # Qian
        assert ask("insight.pivot", {"rows": "manager", "filters": {"code": "C1001"}})["rows"] == []
    with acting(an):
        banded = ask("insight.pivot", {"rows": "assets"})
        assert [(row["label"], row["total"]) for row in banded["rows"]] == [
            ("50–100 万", 1),
            ("500–1,000 万", 1),
            ("未填", 3),
        ]
        for row in banded["rows"][:2]:
            assert ask("clients.list", {"filters": row["filters"]})["count"] == row["total"]
        for asked in (
            {"rows": "risk_level", "measure": "max:assets"},
            {"rows": "birth_on"},
            {"rows": "remark"},
            {"rows": "kind", "filters": {"assets.ge": 1}},
        ):
            with pytest.raises(Refused, match="不能按"):
                ask("insight.pivot", asked)
