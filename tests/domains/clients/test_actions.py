"""Clients are added, changed, contacted, handed over and walled off; each refusal gives its reason."""

import pytest

from dakehu.domains.clients.models import Client, Contact
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform, render_row
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_new_client_gets_a_code_pinyin_contacts_and_lin_as_main(lin):
    with acting(lin):
        made = perform("clients.create", {"姓名": "欧阳静", "手机": "138 0000 1234", "邮箱": "OYJ@Example.com"})
        contacts = ask("clients.contacts", {"client": made.code})["rows"]
        (duty,) = ask("clients.coverage", {"client": made.code})["rows"]
    assert (made.code, made.initials) == ("DK000001", "oyj")
    assert sorted(c["value"] for c in contacts) == ["138****1234", "o***j@example.com"]
    assert (duty["user"]["name"], duty["role"]) == ("林晓", "main")


def test_a_code_taken_by_another_team_is_refused_without_saying_by_whom(lin, qian):
    with acting(lin), pytest.raises(Refused) as refusal:
        perform("clients.create", {"name": "新人", "code": qian.code})
    assert "钱二" not in str(refusal.value)
    assert "团队负责人" in refusal.value.as_plain()["code"][0]


def test_a_wrong_id_number_is_refused_and_a_right_one_tells_its_kind(lin, zhang):
    with acting(lin):
        with pytest.raises(Refused) as refusal:
            perform("clients.change", {"client": zhang.code, "id_number": "110105194912310021"})
        assert "id_number" in refusal.value.as_plain()
        changed = perform("clients.change", {"client": zhang.code, "id_number": "11010519491231002x"})
    assert present_one_as(lin, changed)["id_type"] == "resident"


def present_one_as(user, row):
    with acting(user):
        return render_row(Client.objects.get(pk=row.pk))


def test_the_masked_telephone_of_the_article_is_kept_unverified_and_completed_later(lin, zhang):
    with acting(lin):
        made = perform("clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "138xxxxxx88"})
        assert (made.verified, made.remark) == (False, "号码打码，待核实")
        with pytest.raises(Refused):
            perform("clients.verify_contact", {"contact": made.pk, "value": "138xxxxxx99"})
        perform("clients.verify_contact", {"contact": made.pk, "value": "13800000088"})
        row = Contact.objects.get(pk=made.pk)
    assert row.verified
    assert row.value.same_as("13800000088")


def test_needs_are_one_row_that_changes(lin, zhang):
    with acting(lin):
        perform("clients.record_needs", {"client": zhang.code, "投资目标": "资产保值增值", "风险偏好": "稳健型"})
        needs = perform("clients.record_needs", {"client": zhang.code, "禁忌": "不接受晚间来电"})
        assert (needs.goal, needs.risk_preference, needs.taboos) == ("资产保值增值", "C3", "不接受晚间来电")
        assert ask("clients.needs", {"client": zhang.code})["count"] == 1


def test_a_lead_assigns_within_the_team_only_and_a_manager_not_at_all(lin, zhou, wang, zhang):
    with acting(zhou):
        with pytest.raises(Refused):
            perform("clients.assign", {"client": zhang.code, "user": "wang"})
        perform("clients.assign", {"client": zhang.code, "user": "zhou", "role": "协办"})
        assert ask("clients.coverage", {"client": zhang.code})["count"] == 2
    with acting(lin), pytest.raises(NotAllowed):
        perform("clients.assign", {"client": zhang.code, "user": "lin"})


def test_tags_are_put_on_and_taken_off(lin, zhang):
    with acting(lin):
        perform("clients.tag", {"client": zhang.code, "name": "重点"})
        perform("clients.tag", {"client": zhang.code, "name": "重点"})
        assert [t["name"] for t in ask("clients.tags", {"client": zhang.code})["rows"]] == ["重点"]
        perform("clients.untag", {"client": zhang.code, "name": "重点"})
        with pytest.raises(NotFound):
            perform("clients.untag", {"client": zhang.code, "name": "重点"})


def test_a_refusal_of_marketing_and_a_missing_risk_test_stand_on_the_red_strip(lin, zhang):
    with acting(lin):
        assert len(ask("clients.blockers", {"client": zhang.code})) == 1
        perform("clients.record_consent", {"client": zhang.code, "purpose": "营销", "state": "拒绝"})
        assert len(ask("clients.blockers", {"client": zhang.code})) == 2
        perform("clients.record_consent", {"client": zhang.code, "purpose": "营销", "state": "同意"})
        perform("clients.change", {"client": zhang.code, "risk_level": "稳健型", "risk_tested_on": "2026-01-05"})
        assert ask("clients.blockers", {"client": zhang.code}) == []


def test_birthdays_and_expiring_tests_ahead_are_listed_soonest_first(lin, zhang):
    from datetime import timedelta

    from dakehu.foundation.base import clock

    soon, later = clock.today() + timedelta(days=2), clock.today() + timedelta(days=5)
    with acting(lin):
        perform(
            "clients.change",
            {"client": zhang.code, "birth_on": later.replace(year=1984), "risk_level": "C3", "risk_valid_to": soon},
        )
        ahead = ask("clients.upcoming_dates", {})
    assert [row["on"] for row in ahead] == [soon.isoformat(), later.isoformat()]


@pytest.mark.parametrize("text", ["张三", "三", "zhangsan", "zs", "C0001", "0001"])
def test_a_client_is_found_by_any_usual_fragment(lin, wang, zhang, text):
    with acting(lin):
        assert ask("clients.search", {"text": text})["count"] == 1
    with acting(wang):
        assert ask("clients.search", {"text": text})["count"] == 0
