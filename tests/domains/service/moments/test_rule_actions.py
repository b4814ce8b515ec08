"""A lead changes the rules of moments: versions, what is in force, and what only compliance may do."""

from datetime import date

import pytest

from dakehu.domains.service.models import Moment, MomentRule
from dakehu.domains.service.moments import nightly
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TEXT = "距上次联系天数 > 20天 且 测评剩余天数 <= 90天"


def edit(user, kind="M37", text=TEXT, **given):
    with acting(user):
        return perform("service.edit_rule", {"kind": kind, "text": text, **given})


def switch(user, kind="M37", version=1):
    with acting(user):
        return perform("service.switch_on_rule", {"kind": kind, "version": version})


def faults(work, *given, **named):
    with in_language("zh"), pytest.raises(Refused) as refused:
        work(*given, **named)
    return refused.value.as_plain()


def rule_of(user, kind="M37"):
    with acting(user):
        return ask("service.rule", {"kind": kind})


def test_a_new_version_is_kept_in_standard_form_and_not_yet_in_force(zhou):
    row = edit(zhou, text="距上次联系天数>20 且 测评剩余天数<=90", priority=2, deadline="T+3", note="收紧")
    assert (row.kind, row.version, row.switched_on, row.text) == ("M37", 1, False, TEXT)
    assert (row.priority, row.deadline, row.changed_by, row.note) == (2, "T+3", zhou, "收紧")
    found = rule_of(zhou)
    assert (found["version"], found["newest"]) == (0, 1)
    assert [(one["version"], one["is_on"]) for one in found["versions"]] == [(1, False), (0, True)]
    assert found["versions"][0]["changes"] == ["text", "priority", "deadline"]


def test_each_version_stays_as_it_was(zhou):
    edit(zhou)
    edit(zhou, text="距上次联系天数 > 25天", based_on=1)
    with as_system():
        assert [(row.version, row.text) for row in MomentRule.objects.order_by("version")] == [
            (1, TEXT),
            (2, "距上次联系天数 > 25天"),
        ]


def test_a_text_that_is_not_understood_is_refused_with_its_place(zhou):
    assert faults(edit, zhou, text="距上次联系天树 > 20")["text"][0].startswith(
        "第 1 行第 1 列：没有名为“距上次联系天树”的字段。是否要写：距上次联系天数"
    )
    assert "时限" in faults(edit, zhou, deadline="下周")["deadline"][0]
    assert "不能用 E" in faults(edit, zhou, deadline="E-3")["deadline"][0]


def test_a_version_that_changes_nothing_is_refused(zhou):
    edit(zhou)
    assert "没有可保存的修改" in faults(edit, zhou)["text"][0]


def test_two_leads_do_not_overwrite_each_other(zhou, he):
    edit(zhou)
    assert "周宁已保存第 1 版" in faults(edit, he, text="距上次联系天数 > 9天", based_on=0)["based_on"][0]


def test_only_who_has_the_right_changes_rules(lin, an):
    for user in (lin, an):
        with pytest.raises(NotAllowed):
            edit(user)
        with acting(user), pytest.raises(NotAllowed):
            ask("service.rules_in_force", {})


def test_a_version_in_force_takes_the_place_of_the_one_before(zhou):
    edit(zhou)
    edit(zhou, text="距上次联系天数 > 25天")
    switch(zhou, version=1)
    switch(zhou, version=2)
    with as_system():
        assert [row.version for row in MomentRule.objects.filter(switched_on=True)] == [2]
    assert rule_of(zhou)["version"] == 2
    switch(zhou, version=0)
    assert rule_of(zhou)["version"] == 0
    with pytest.raises(NotFound):
        switch(zhou, version=9)


def test_a_mandatory_kind_is_put_into_force_by_compliance(zhou, he):
    edit(zhou, kind="M06", text="测评剩余天数 <= 45天")
    assert "合规" in faults(switch, zhou, kind="M06")["kind"][0]
    assert "必做" in faults(edit, zhou, kind="M06", text="测评剩余天数 <= 40天", mandatory=False)["mandatory"][0]
    assert switch(he, kind="M06") == {"kind": "M06", "version": 1}


def test_kinds_for_compliance_are_not_there_for_anybody_else(zhou, he):
    with pytest.raises(NotFound):
        edit(zhou, kind="M38", text="提示天数 >= 1天")
    with acting(zhou):
        assert "M38" not in {row["kind"] for row in ask("service.rules_in_force", {})}
        assert "letter" not in {row["name"] for row in ask("service.rule_subjects", {})}
        with pytest.raises(Refused):
            ask("service.check_rule", {"text": "提示天数 >= 1天", "subject": "letter"})
        with pytest.raises(Refused):
            ask("service.back_test", {"rule": "提示天数 >= 1天", "subject": "letter", "days": "3"})
    with acting(he):
        assert "M38" in {row["kind"] for row in ask("service.rules_in_force", {})}
    assert edit(he, kind="M38", text="提示天数 >= 1天").version == 1
    with acting(he), pytest.raises(Refused):
        perform("service.copy_rule", {"kind": "M38", "name": "抄送"})


def test_a_copy_is_a_rule_of_ones_own_with_its_own_code(zhou):
    with acting(zhou):
        row = perform("service.copy_rule", {"kind": "M37", "name": "大客户久未联系"})
        again = perform("service.copy_rule", {"kind": "R001", "name": "第二条"})
    assert (row.kind, row.version, row.name, row.switched_on, row.mandatory) == (
        "R001",
        1,
        "大客户久未联系",
        False,
        False,
    )
    assert again.kind == "R002"
    with acting(zhou), pytest.raises(Refused):
        perform("service.copy_rule", {"kind": "M37", "name": "第二条"})


def test_a_rule_of_the_lead_fires_in_the_next_night_and_keeps_its_version(zhou, lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "risk_level": "C3", "risk_valid_to": "2026-12-20"})
    with acting(zhou):
        row = perform("service.copy_rule", {"kind": "M37", "name": "测评将到期的客户"})
    edit(zhou, kind=row.kind, text="测评剩余天数 介于 0天 和 9999天")
    switch(zhou, kind=row.kind, version=2)
    with as_system():
        nightly.run(date(2026, 11, 27))
        (moment,) = Moment.objects.filter(kind=row.kind)
    assert (moment.client_id, moment.rule_version, moment.owner_id) == (zhang.pk, 2, lin.pk)
    with acting(zhou):
        assert perform("service.switch_off_rule", {"kind": row.kind}) == {"kind": "R001", "version": 0}
        (listed,) = [one for one in ask("service.rules_in_force", {}) if one["kind"] == row.kind]
    assert (listed["is_on"], listed["open"]) == (False, 1)


def test_putting_a_rule_into_force_is_in_the_audit(zhou):
    edit(zhou)
    switch(zhou)
    with as_system():
        assert AuditEntry.objects.filter(action="service.switch_on_rule").count() == 1


def test_a_text_is_checked_and_completed_while_it_is_typed(zhou):
    with acting(zhou), in_language("zh"):
        good = ask("service.check_rule", {"text": "距上次联系天数>30"})
        assert good["ok"] and good["zh"] == "距上次联系天数 > 30天"
        assert good["clauses"] == [{"fact": "contact_days", "operator": ">", "value": "30", "unit": "天"}]
        bad = ask("service.check_rule", {"text": "距上次联系天数 > 30%"})
        assert (bad["ok"], bad["line"], bad["column"]) == (False, 1, 11)
        offered = ask("service.complete_rule", {"text": "距上次联"})
        assert offered[0]["text"] == "距上次联系天数"
        assert any(field["label"] == "距上次联系天数" for field in ask("service.rule_fields", {}))
