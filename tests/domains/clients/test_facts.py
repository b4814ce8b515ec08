"""Facts of clients as rules read them: changes, completeness, refusals and occasions of a day."""

from datetime import date, timedelta

import pytest

from dakehu.domains.clients.facts import attributes, changes, occasions
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def loaded(load, *names, day=None):
    with as_system():
        return load(day or clock.today(), frozenset(names)).to_dicts()


def test_a_change_of_the_beneficial_owner_is_seen_and_the_first_entry_is_none(lin):
    with acting(lin):
        firm = perform("clients.create", {"name": "示例有限公司", "kind": "机构", "beneficial_owner": "甲"})
        plain = perform("clients.create", {"name": "另一有限公司", "kind": "机构"})
        perform("clients.change", {"client": plain.code, "beneficial_owner": "丙"})
        assert loaded(changes.load_changes, "parties_changed_days") == []
        perform("clients.change", {"client": firm.code, "beneficial_owner": "乙"})
    assert loaded(changes.load_changes, "parties_changed_on", "parties_changed_days") == [
        {"client": firm.pk, "parties_changed_days": 0, "parties_changed_on": clock.today()}
    ]
    assert loaded(changes.load_changes, "parties_changed_on", day=clock.today() - timedelta(days=1)) == []


def test_completeness_grows_with_what_is_known(lin, zhang):
    before = loaded(attributes.load_completeness, "completeness")[0]["completeness"]
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "occupation": "教师", "risk_level": "C3", "address": "上海"})
        perform("clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "13800138000"})
    after = loaded(attributes.load_completeness, "completeness")[0]["completeness"]
    assert 0 <= before < after < 1 and round((after - before) * 12, 6) == 4


def test_a_refusal_counts_until_it_is_taken_back(lin, zhang, qian):
    with acting(lin):
        perform("clients.record_consent", {"client": zhang.code, "purpose": "营销推广", "state": "拒绝"})
    found = {row["client"]: row["opted_out"] for row in loaded(attributes.load_flags, "opted_out")}
    assert found == {zhang.pk: True, qian.pk: False}
    with acting(lin):
        perform("clients.record_consent", {"client": zhang.code, "purpose": "营销推广", "state": "同意"})
    assert not any(row["opted_out"] for row in loaded(attributes.load_flags, "opted_out"))


def test_birthday_opening_day_and_key_date_are_occasions_of_their_own(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "birth_on": "1980-11-30", "opened_on": "2020-11-29"})
        perform("clients.add_key_date", {"client": zhang.code, "kind": "纪念日", "on": "2010-11-28", "yearly": True})
        perform("clients.add_key_date", {"client": zhang.code, "kind": "到期日", "on": "2026-11-30", "yearly": False})
    found = loaded(occasions.load_occasions, "occasion_kind", "occasion_years", day=date(2026, 11, 27))
    assert sorted((row["occasion_kind"], str(row["occasion_on"]), row["occasion_years"]) for row in found) == [
        ("anniversary", "2026-11-28", 16.0),
        ("birthday", "2026-11-30", 46.0),
        ("expiry", "2026-11-30", 0.0),
        ("opening", "2026-11-29", 6.0),
    ]
