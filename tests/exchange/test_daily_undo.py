"""Undo of a day's acts: undone and redone, or refused with what prevents it; listed with old and new values."""

from datetime import timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from dakehu.domains.clients.models import Client, MarketingFreeze
from dakehu.domains.compliance.models import Complaint
from dakehu.domains.service.models import FollowUp
from dakehu.exchange.imports import undo as undos
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.registry import ACTIONS, act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.interfaces.cli.main import main
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system, enter
from tests.exchange.test_undo import dump

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def seen():
    with as_system():
        return {**dump(), "views": list(models.QuerySet(_views()).values_list("name"))}


def _views():
    from dakehu.domains.team.models import SavedView

    return SavedView


def last() -> int:
    return int(Batch.objects.order_by("-pk").first().pk)


def undo(number: int) -> dict:
    return perform("workbook.undo", {"batch": number})


@pytest.fixture
def book(lin, zhang):
    """Add one record of each kind about Zhang; return the ids that the acts below use, by name."""
    with acting(lin):
        other = perform("clients.create", {"name": "李四", "code": "C0003"})
        contact = perform("clients.add_contact", {"client": "C0001", "kind": "mobile", "value": "13812345678"})
        plan = perform("service.plan_follow_up", {"client": "C0001", "due_on": "2030-01-10", "subject": "回访"})
        said = {"client": "C0001", "held_at": "2025-03-01 10:00", "summary": "开户", "promise": "寄资料"}
        talk = perform("service.log_interaction", said)
        asked = perform("service.open_request", {"client": "C0001", "kind": "需求", "subject": "开通权限"})
        group = perform("clients.create_group", {"client": "C0001", "kind": "家庭", "name": "张家"})["group"]
        held = {"client": "C0001", "invested_on": "2023-01-15", "amount": "5万", "product": "债券基金"}
        investment = perform("ledger.add_investment", held)
        perform("clients.tag", {"client": "C0001", "name": "重点"})
        view = perform("team.save_view", {"page": "clients", "name": "我的", "state": {}})
    found = {"other": other, "contact": contact, "plan": plan, "talk": talk, "asked": asked}
    found |= {"investment": investment, "view": view}
    return {name: row.pk for name, row in found.items()} | {"group": group}


ACTS = [
    ("clients.change", {"client": "C0001", "occupation": "医生", "id_number": "11010519491231002X"}),
    ("clients.create", {"name": "王五", "phone": "13900001111"}),
    ("clients.add_contact", {"client": "C0001", "kind": "mail", "value": "a@b.cn"}),
    ("clients.verify_contact", {"contact": "contact"}),
    ("clients.remove_contact", {"contact": "contact"}),
    ("clients.record_needs", {"client": "C0001", "goal": "稳健"}),
    ("clients.record_consent", {"client": "C0001", "purpose": "营销推广", "state": "同意"}),
    ("clients.add_key_date", {"client": "C0001", "kind": "生日", "on": "1980-05-01"}),
    ("clients.tag", {"client": "C0001", "name": "新客"}),
    ("clients.untag", {"client": "C0001", "name": "重点"}),
    ("clients.add_member", {"client": "C0001", "group": "group", "member": "C0003", "relation": "配偶"}),
    ("clients.remove_member", {"client": "C0001", "group": "group"}),
    ("clients.change_many", {"clients": ["C0001", "C0003"], "source": "沙龙"}),
    ("clients.merge", {"client": "C0001", "other": "C0003"}),
    (
        "service.log_interaction",
        {"client": "C0001", "held_at": "2025-04-01 10:00", "summary": "来电", "next_on": "2030-02-01"},
    ),
    ("service.change_interaction", {"interaction": "talk", "result": "已开户"}),
    ("service.keep_promise", {"interaction": "talk"}),
    ("service.plan_follow_up", {"client": "C0001", "due_on": "2030-01-05", "subject": "寄材料"}),
    ("service.change_follow_up", {"follow_up": "plan", "due_on": "2030-01-20"}),
    ("service.finish_follow_up", {"follow_up": "plan"}),
    ("service.cancel_follow_up", {"follow_up": "plan"}),
    ("service.open_request", {"client": "C0001", "kind": "咨询", "subject": "响应慢"}),
    ("compliance.register_complaint", {"client": "C0001", "subject": "响应慢"}),
    ("service.move_request", {"request": "asked", "state": "已办结", "outcome": "已开通"}),
    ("ledger.add_investment", {"client": "C0001", "invested_on": "2024-01-15", "amount": "1万", "product": "股票"}),
    ("ledger.change_investment", {"investment": "investment", "amount": "6万"}),
    ("ledger.remove_investment", {"investment": "investment"}),
    ("team.save_view", {"page": "clients", "name": "另一个", "state": {}}),
    ("team.delete_view", {"view": "view"}),
]


@pytest.mark.parametrize(("name", "given"), ACTS, ids=[name for name, _ in ACTS])
def test_each_act_of_a_day_is_taken_back_and_done_again(lin, book, name, given):
    known = {field: book.get(value, value) if isinstance(value, str) else value for field, value in given.items()}
    before = seen()
    with acting(lin):
        perform(name, known)
        number = last()
        after = seen()
        assert after != before
        undo(number)
        assert seen() == before
        with as_system():
            entry = AuditEntry.objects.order_by("pk").last()
        assert entry.action == "workbook.undo" and f'"{name}"' in entry.body
        undo(last())  # undoing the undo redoes it
        assert {table: len(rows) for table, rows in seen().items()} == {
            table: len(rows) for table, rows in after.items()
        }
        undo(number)
    assert seen() == before


def test_what_changed_is_listed_from_what_to_what_with_the_clients_name(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        perform("clients.change", {"client": "C0001", "occupation": "教师"})
        line = ask("workbook.undoable", {})[0]
    assert (line["what"], line["about"], line["who"], line["clients"]) == ("修改客户资料", "张三", "林晓", 1)
    assert line["changes"] == [
        {"record": "客户", "kind": "changed", "fields": [{"label": "职业", "was": "医生", "becomes": "教师"}]}
    ]
    page = browser_of(lin).get("/undo/").content.decode()
    assert "撤销操作" in page and "批次" not in page and "<del>医生</del>" in page and "<ins>教师</ins>" in page


def test_numbers_stay_masked_and_what_a_role_may_not_read_stays_hidden(lin, admin, an, wang, zhang):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "id_number": "11010519491231002X", "assets": "123万"})
        perform("clients.add_contact", {"client": "C0001", "kind": "mobile", "value": "13812345678"})
        own = str(ask("workbook.undoable", {}))
    assert "11010519491231002X" not in own and "13812345678" not in own and "138****5678" in own and "1,230,000" in own
    with acting(admin):
        others = str(ask("workbook.undoable", {"everybody": True}))
    assert "100–500 万" in others and "1,230,000" not in others and "张三" not in others and "林晓" in others
    for stranger in (wang, an):
        with acting(stranger):
            assert ask("workbook.undoable", {"everybody": True}) == []
    raw = [bytes(row) for row in _raw_logs()]
    assert raw and not any(b"1230000" in log or "医生".encode() in log for log in raw)


def _raw_logs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT undo_log FROM foundation_batch WHERE undo_log IS NOT NULL")
        return [row[0] for row in cursor.fetchall()]


def test_a_lead_sees_what_the_team_did_and_takes_back_only_the_own(lin, zhou, zhang):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        number = last()
    with acting(zhou):
        assert ask("workbook.undoable", {}) == []
        line = ask("workbook.undoable", {"everybody": True})[0]
        assert (line["who"], line["about"], line["mine"], line["may"]) == ("林晓", "张三", False, False)
        with pytest.raises(NotFound):
            undo(number)
    page = browser_of(zhou).get("/undo/?whose=all").content.decode()
    assert "林晓" in page and f'action="/undo/{number}"' not in page
    assert "whose=all" not in browser_of(lin).get("/undo/").content.decode()


def test_whoever_lost_the_right_or_the_client_takes_nothing_back(lin, wang, zhang):
    with acting(lin) as actor:
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        number = last()
    from dataclasses import replace

    with acting_as(replace(actor, permissions=actor.permissions - {"client.write"})), pytest.raises(NotAllowed):
        undo(number)
    with as_system():
        perform("clients.assign", {"client": "C0001", "user": "wang"})
    with acting(lin):
        with pytest.raises(Refused, match="范围"):
            undo(number)
        line = next(line for line in ask("workbook.undoable", {}) if line["batch"] == number)
        assert line["about"] == "不在您范围内的客户" and line["changes"] == [] and not line["may"]


def test_a_later_change_of_the_same_value_stands_in_the_way_and_of_another_does_not(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        first = last()
        perform("clients.change", {"client": "C0001", "source": "沙龙"})
        perform("clients.tag", {"client": "C0001", "name": "重点"})
        undo(first)
        assert Client.objects.get().occupation == "" and Client.objects.get().source == "沙龙"
        perform("clients.change", {"client": "C0001", "source": "转介"})
        second = last()
        perform("clients.change", {"client": "C0001", "source": "自访"})
        with pytest.raises(Refused, match="C0001"):
            undo(second)


def test_an_interaction_waits_for_a_later_one_because_both_say_when_the_client_was_met(lin, zhang):
    with acting(lin):
        perform("service.log_interaction", {"client": "C0001", "held_at": "2025-04-01 10:00", "summary": "来电"})
        first = last()
        perform("service.log_interaction", {"client": "C0001", "held_at": "2025-04-01 11:00", "summary": "又来电"})
        second = last()
        with pytest.raises(Refused, match="服务记录"):
            undo(first)
        undo(second)
        undo(first)
        assert Client.objects.get().last_contact_on is None


def test_two_custom_fields_of_a_client_are_taken_back_one_by_one(lin, admin, zhang):
    with acting(admin):
        for zh, en in (("爱好", "Hobby"), ("座驾", "Car")):
            perform("fields.add", {"zh": zh, "en": en, "kind": "text"})
    with acting(lin):
        perform("clients.change", {"client": "C0001", "爱好": "围棋"})
        first = last()
        perform("clients.change", {"client": "C0001", "座驾": "自行车"})
        line = ask("workbook.undoable", {})[0]
        assert line["changes"][0]["fields"] == [{"label": "座驾", "was": "", "becomes": "自行车"}]
        undo(first)
        assert Client.objects.get().extra == {"x_car": "自行车"}


def test_what_followed_from_a_complaint_is_taken_back_with_it(lin, zhou, zhang):
    with acting(lin):
        perform("service.open_request", {"client": "C0001", "kind": "投诉", "subject": "响应慢"})
        number = last()
    jobs.run_due_jobs()
    with as_system():
        assert MarketingFreeze.objects.count() == 1 and FollowUp.objects.count() == 1
    with acting(lin):
        assert next(line["batch"] for line in ask("workbook.undoable", {})) == number
        undo(number)
    with as_system():
        assert not MarketingFreeze.objects.exists() and not FollowUp.objects.exists() and not Complaint.objects.exists()


def test_an_act_costs_one_statement_more_for_its_undo(lin, zhang):
    with acting(lin):
        with undo_entries.without_undo(), CaptureQueriesContext(connection) as bare:
            perform("clients.change", {"client": "C0001", "occupation": "医生"})
        with CaptureQueriesContext(connection) as kept:
            perform("clients.change", {"client": "C0001", "occupation": "教师"})
        assert len(kept) == len(bare) + 1
        assert "undo_log" not in AuditEntry.objects.order_by("pk").last().body


def test_what_cannot_be_taken_back_says_so_before_in_both_languages_and_is_not_listed(lin, zhang):
    with acting(lin):
        contact = perform("clients.add_contact", {"client": "C0001", "kind": "mobile", "value": "13812345678"})
        listed = len(ask("workbook.undoable", {}))
        perform("clients.open_contact", {"contact": contact.pk, "reason": "核对"})
        assert len(ask("workbook.undoable", {})) == listed
    address = f"/clients/{zhang.pk}/actions/clients.open_contact?contact={contact.pk}"
    said = ACTIONS["clients.open_contact"].irreversible
    assert said.in_("zh") in browser_of(lin).get(address).content.decode()
    with acting(lin):
        perform("team.set_preferences", {"language": "en"})
    assert said.in_("en") in browser_of(lin).get(address).content.decode()


def test_accounts_keys_and_definitions_cannot_be_taken_back_and_each_says_why_in_both_languages():
    final = {name for name, action in ACTIONS.items() if action.irreversible}
    assert final >= {
        "clients.open_contact",
        "clients.open_id_number",
        "fields.add",
        "report.create",
        "team.change_user",
        "team.create_token",
        "team.reset_password",
        "team.reset_second_factor",
        "team.revoke_token",
        "workbook.export",
    }
    for name in final:
        reason = ACTIONS[name].irreversible
        assert reason.in_("zh").endswith("。") and reason.in_("en").endswith(".") and not ACTIONS[name].offers_undo


def test_a_final_act_within_another_stays_when_that_is_taken_back(lin, zhang):
    from dakehu.foundation.actions.registry import action

    @action("test.leave", needs="", zh="离开", en="Leave")
    def leave():
        perform("team.set_preferences", {"language": "en"})
        perform("clients.change", {"client": "C0001", "occupation": "医生"})

    try:
        with acting(lin):
            perform("test.leave", {})
            undo(last())
            lin.refresh_from_db()
            assert lin.language == "en" and Client.objects.get().occupation == ""
    finally:
        del ACTIONS["test.leave"]


def test_an_act_with_a_long_log_is_kept_in_a_file_and_taken_back_all_the_same(lin, zhang, monkeypatch):
    monkeypatch.setattr(undo_entries, "INLINE", 10)
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        row = Batch.objects.get(pk=last())
        assert row.undo_log is None and row.report["undo"]
        undo(row.pk)
        assert Client.objects.get().occupation == ""


def test_entries_past_their_ninety_days_are_removed_and_imports_stay(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        number = last()
    with as_system(), act("test.age"):
        row = Batch.objects.get(pk=number)
        row.applied_at -= timedelta(days=91)
        row.save()
        assert undo_entries.delete_expired() == 1
    with acting(lin), pytest.raises(NotFound):
        undo(number)


def test_the_page_offers_what_was_taken_back_to_be_done_again(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        number = last()
    browser = browser_of(lin)
    browser.post(f"/undo/{number}", HTTP_ACCEPT="text/html")
    page = browser.get("/undo/").content.decode()
    with acting(lin):
        (line,) = [line for line in undos.history() if line["batch"] == number]
    assert line["undone"] and f'action="/undo/{line["redo"]}"' in page
    browser.post(f"/undo/{line['redo']}", HTTP_ACCEPT="text/html")
    with acting(lin):
        assert Client.objects.get().occupation == "医生"
        assert [line["undone"] for line in undos.history() if line["batch"] == number] == [False]


def test_every_way_of_writing_is_told_the_number_by_which_it_can_be_undone(lin, zhang):
    browser = browser_of(lin)
    page = browser.post(
        f"/clients/{zhang.pk}/actions/clients.tag", {"name": "重点"}, HTTP_ACCEPT="text/html", follow=True
    )
    assert f"&quot;number&quot;: {last()}" in page.content.decode()
    cell = {"version": None, "base": {}, "values": {"occupation": "医生"}}
    told = browser.post(
        f"/clients/{zhang.pk}/cells", cell, content_type="application/json", HTTP_ACCEPT="application/json"
    )
    assert f'"number": {last()}' in told["X-Undo"]
    back = browser.post(f"/undo/{last()}", HTTP_ACCEPT="application/json")
    assert back.json()["undone"] and '"redo": true' in back["X-Undo"]


def test_the_command_line_takes_back_a_single_act_by_its_number(lin, zhang, capsys):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
    number = last()
    assert main(["undo", str(number), "--json", "--as", "lin"]) == 0
    assert f'"batch": {number}' in capsys.readouterr().out
    with as_system():
        assert Client.objects.get().occupation == ""


def test_the_list_is_read_in_the_readers_language(lin, zhang):
    enter("li", "李立", "manager", "东区一队")
    with acting(lin), in_language("en"):
        perform("clients.change", {"client": "C0001", "gender": "女"})
        field = ask("workbook.undoable", {})[0]["changes"][0]["fields"][0]
    assert (field["label"], field["was"], field["becomes"]) == ("Gender", "Male", "Female")
