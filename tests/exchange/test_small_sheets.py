"""Goals, campaigns and client events in the workbook: imported by the rules for one record, exported, reimported unchanged."""

import pytest

from dakehu.domains.growth.models import Campaign, Event
from dakehu.domains.service.models import Goal
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
GOALS = (
    "目标名称,衡量指标,人员,团队,开始日期,截止日期,目标值\n"
    "四季度联系,客户联系次数,林晓,,2026-10-01,2026-12-31,120\n"
    "覆盖率,服务覆盖率,,东区一队,2026-10-01,2026-12-31,90\n"
    "两头,服务覆盖率,林晓,东区一队,2026-10-01,2026-12-31,90\n"
    "别队,客户联系次数,王强,,2026-10-01,2026-12-31,10\n"
)
CAMPAIGNS = "活动名称,活动类别,活动目的,主要结果,观察天数\n年末沟通,营销,续作,有回应,30\n,营销,,,\n"
EVENTS = (
    "客户活动名称,活动开始时间,活动结束时间,活动地点,名额,邀请标题,邀请正文\n"
    "市场展望,2026-12-18 14:00,2026-12-18 16:00,上海,40,邀请函,{{客户姓名}}：敬请光临\n"
    "倒着,2026-12-18 14:00,2026-12-18 13:00,上海,,,\n"
)


def brought_in(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return imports.run_import(path, skip_errors=True)


def test_each_sheet_comes_in_by_the_rules_goes_round_and_is_undone(zhou, lin, wang, tmp_path):
    with acting(zhou):
        for name, text, part, faults in (
            ("工作目标.csv", GOALS, "goals", ("二者选一", "本队同事")),
            ("营销活动.csv", CAMPAIGNS, "campaigns", ()),
            ("客户活动.csv", EVENTS, "client_events", ("晚于",)),
        ):
            report = brought_in(tmp_path, name, text)
            said = " ".join(fault["zh"] for fault in report["faults"])
            assert report["parts"][part]["created"] == (2 if part == "goals" else 1), (part, said)
            assert all(word in said for word in faults), (part, said)
        assert Campaign.objects.get().state == "draft" and Event.objects.get().owner_id == zhou.pk
        book = tmp_path / "book.xlsx"
        counts = exports.write_filled(path=book)
        assert (counts["goals"], counts["campaigns"], counts["client_events"]) == (2, 1, 1)
        parts = imports.run_import(book)["parts"]
        assert [parts[name]["unchanged"] for name in ("goals", "campaigns", "client_events")] == [2, 1, 1]
        again = brought_in(tmp_path, "工作目标.csv", GOALS.replace("120", "150").replace("两头", "四头"))
        assert again["parts"]["goals"]["updated"] == 1 and Goal.objects.get(name="四季度联系").target == 150
        perform("workbook.undo", {"batch": Batch.objects.latest("pk").pk})
        assert Goal.objects.get(name="四季度联系").target == 120
    with acting(wang):
        counts = exports.write_filled(path=tmp_path / "wang.xlsx")
        assert (counts["goals"], counts["campaigns"], counts["client_events"]) == (0, 0, 0)
