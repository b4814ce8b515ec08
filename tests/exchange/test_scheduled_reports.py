"""Scheduled reports: five recipients of five roles get five files, each with the recipient's clients and masking."""

import io
from datetime import date

import openpyxl
import pytest

from dakehu.domains.insight.models import ReportRun
from dakehu.domains.insight.schedules import erasure, rules
from dakehu.domains.insight.schedules.queries import report_files, schedules
from dakehu.exchange.scheduled_reports import service
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)
CARDS = [
    {"shape": "figure", "size": "third", "title": "客户数", "pivot": {"rows": "kind"}},
    {"shape": "table", "size": "half", "title": "资产", "pivot": {"rows": "risk_level", "measure": "sum:assets"}},
    {"shape": "text", "size": "half", "title": "说明", "text": "只含各人可见的客户"},
]


@pytest.mark.parametrize(
    ("rhythm", "day", "due"),
    [
        ("daily", MONDAY, True),
        ("daily", date(2026, 11, 29), False),
        ("weekly", MONDAY, True),
        ("weekly", date(2026, 12, 1), False),
        ("monthly", date(2026, 12, 1), True),
        ("monthly", MONDAY, False),
    ],
)
def test_a_report_is_due_on_the_first_trading_day_of_its_period(rhythm, day, due):
    traded = [date(2026, 11, n) for n in (2, 3, 27, 30)] + [date(2026, 12, 1)]
    assert rules.is_due(day, rhythm, [one for one in traded if one <= day]) is due


def test_anything_that_changes_what_a_file_says_changes_its_digest():
    given = ({"rows": "kind"}, "scope", ["a"], "snapshot", "zh", "pdf")
    digests = {rules.contents_of(*given)}
    for place, other in enumerate(({"rows": "branch"}, "other", ["a", "b"], "later", "en", "workbook")):
        changed = [*given]
        changed[place] = other
        digests.add(rules.contents_of(*changed))
    assert len(digests) == 7 and rules.contents_of(*given) in digests


def figures(user, day):
    """Return (number of clients, {title: total or text}) of a user's file of a day."""
    with acting(user):
        run = ReportRun.objects.get(recipient=user, day=day, is_test=False)
        book = openpyxl.load_workbook(io.BytesIO(service.open_report_file(run.pk)[1]))
        found = {}
        for sheet in book.worksheets[-3:]:
            last = sheet.cell(sheet.max_row, sheet.max_column).value
            found[sheet.title] = last
        return run.clients, found


@pytest.mark.django_db
@pytest.mark.postgres
def test_five_recipients_get_five_files_and_a_right_taken_away_before_the_run_gives_the_smaller_one(
    lin, zhou, wang, he, an, admin, zhang, qian
):
    with acting(lin):
        for code, assets in (("C1001", "6000000.10"), ("C1002", "800000.20")):
            perform("clients.create", {"name": f"李{code}", "code": code, "risk_level": "C4", "assets": assets})
    with acting(zhou):
        report = perform("insight.save_report", {"kind": "dashboard", "name": "周报", "definition": {"cards": CARDS}})
        everybody = [user.pk for user in (lin, zhou, wang, he, an, admin)]
        given = {"report": report.pk, "recipients": everybody, "rhythm": "daily"}
        schedule = perform("insight.add_schedule", given)
    with acting(lin), pytest.raises(NotAllowed):
        perform("insight.add_schedule", {"report": report.pk, "recipients": [wang.pk]})
    with as_system():
        assert service.make_due(FRIDAY) == {"reports": 1, "written": 6, "failed": 0, "dropped": 0}
        assert service.make_due(FRIDAY)["reports"] == 0
    for user, clients, assets in (
        (lin, 3, 6_800_000.30),
        (zhou, 3, 6_800_000.30),
        (wang, 1, None),
        (he, 4, 6_800_000.30),
        (an, 4, "您不能按"),
        (admin, 4, "您不能按"),
    ):
        count, said = figures(user, FRIDAY)
        total, amount, text = said.values()
        assert (count, total, text) == (clients, clients, "只含各人可见的客户"), user
        assert amount == assets or (isinstance(assets, str) and amount.startswith(assets)), user
    with acting(zhou):
        perform("clients.unassign", {"client": zhang.pk, "user": lin.pk})
    with acting(wang), pytest.raises(NotFound):
        service.open_report_file(ReportRun.objects.get(recipient=lin).pk)
    with as_system(), act("test.leave"):
        wang.is_active = False
        wang.save()
    with as_system():
        assert service.make_due(MONDAY) == {"reports": 1, "written": 5, "failed": 0, "dropped": 1}
    assert figures(lin, MONDAY)[0] == 2 and figures(he, MONDAY)[0] == 4
    with acting(zhou):
        (mine,) = schedules()
        assert mine["dropped"] == ["王强"] and "王强" not in mine["recipients"]
        assert "王强" in "".join(one["text"] for one in ask("insight.report_notices", {}))
        assert service.send_test(schedule.pk).clients == figures(zhou, MONDAY)[0]
        assert [one["is_test"] for one in report_files()] == [True, False, False]


@pytest.mark.django_db
def test_a_file_is_not_handed_out_under_other_rights_and_goes_when_a_client_is_restricted(lin, zhou, zhang):
    with acting(zhou):
        report = perform("insight.save_report", {"kind": "pivot", "name": "风险", "definition": {"rows": "kind"}})
        given = {"report": report.pk, "recipients": [zhou.pk], "file_kind": "pdf"}
        schedule = perform("insight.add_schedule", given)
        run = service.send_test(schedule.pk)
        name, content = service.open_report_file(run.pk)
        assert name.endswith(".pdf") and content.startswith(b"%PDF")
    with as_system(), act("test.change"):
        zhou.role = "analyst"
        zhou.save()
    with acting(zhou), pytest.raises(Refused, match="权限"):
        service.open_report_file(run.pk)
    with as_system():
        erasure.delete_files_of_restricted(client=zhang.pk)
    assert ReportRun.objects.get().file == ""
