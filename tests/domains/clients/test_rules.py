"""The policy about clients, without a database."""

from datetime import date

import pytest

from dakehu.domains.clients import anniversaries, rules
from dakehu.domains.clients.identifiers import BadIdentifier


def test_pinyin_and_initials_of_a_name():
    assert rules.pinyin_of("张伟") == ("zhangwei", "zw")
    assert rules.pinyin_of("Lin Wei") == ("linwei", "lw")


def test_a_masked_phone_is_kept_as_it_came_with_a_warning():
    reading = rules.read_contact("mobile", "138xxxxxx88")
    assert reading.value == "138xxxxxx88"
    assert "打码" in reading.warning_zh


def test_a_phone_is_stored_in_its_standard_form_and_a_wrong_one_refused():
    assert rules.read_contact("mobile", "138 0000 1234").value == "13800001234"
    with pytest.raises(BadIdentifier):
        rules.read_contact("mobile", "12345")
    with pytest.raises(BadIdentifier):
        rules.read_contact("mail", "zhang at example")


def test_the_kind_of_an_id_number_is_told_by_its_form():
    assert rules.guess_id_type("person", "11010519491231002X") == "resident"
    assert rules.guess_id_type("institution", "91350100M000100Y43") == "credit_code"
    assert rules.guess_id_type("person", "E12345678") == "passport"
    assert rules.guess_id_type("person", "H01234567") == "travel"
    assert rules.guess_id_type("person", "1101011985010500") == "", "a number of no known form has no kind"


def test_a_resident_number_with_a_wrong_check_digit_is_refused():
    with pytest.raises(BadIdentifier):
        rules.check_id_number("resident", "110105194912310021")


def test_a_risk_test_counts_two_years_unless_stated():
    assert rules.risk_valid_to(date(2024, 1, 1), None) == date(2025, 12, 31)
    assert rules.risk_valid_to(date(2024, 1, 1), date(2024, 12, 31)) == date(2024, 12, 31)
    assert rules.risk_valid_to(None, None) is None


def test_what_stands_in_the_way_of_business():
    today = date(2026, 1, 1)
    clear = rules.blockers(risk_level="C3", valid_to=date(2026, 6, 1), refused=False, status="active", today=today)
    stopped = rules.blockers(risk_level="C3", valid_to=date(2025, 6, 1), refused=True, status="restricted", today=today)
    assert clear == []
    assert len(stopped) == 3


def test_a_birthday_on_29_february_is_kept_on_the_28th_in_other_years():
    assert anniversaries.next_occurrence(date(1992, 2, 29), True, date(2026, 1, 1)) == date(2026, 2, 28)
    assert anniversaries.next_occurrence(date(1992, 2, 29), True, date(2028, 1, 1)) == date(2028, 2, 29)


def test_a_day_that_comes_once_does_not_come_again():
    assert anniversaries.next_occurrence(date(2020, 1, 1), False, date(2026, 1, 1)) is None
