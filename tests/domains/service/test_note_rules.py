"""How a paragraph edited by two people is merged, on plain values."""

from datetime import UTC, datetime, timedelta

import pytest

from dakehu.domains.service.notes.rules import Saving, decide_saving, is_new_step, next_position, plain_text

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seen", "stored", "stored_text", "text", "becomes"),
    [
        (3, 3, "旧", "新", Saving.WRITE),
        (2, 3, "对方的", "我的", Saving.ASK),
        (2, 3, "一样", "一样", Saving.NOTHING),
        (None, 3, "对方的", "我的", Saving.ASK),
    ],
)
def test_a_paragraph_is_written_only_over_what_its_writer_saw(seen, stored, stored_text, text, becomes):
    assert decide_saving(seen, stored, stored_text, text) is becomes


def test_a_paragraph_that_was_removed_meanwhile_is_asked_about_even_with_the_same_text():
    assert decide_saving(2, 3, "同", "同", is_removed=True) is Saving.ASK


def test_what_one_person_types_within_five_minutes_is_one_step_of_the_history():
    assert not is_new_step(1, NOW - timedelta(minutes=4), 1, NOW)
    assert is_new_step(1, NOW - timedelta(minutes=6), 1, NOW)
    assert is_new_step(2, NOW, 1, NOW) and is_new_step(None, None, 1, NOW)


def test_a_new_paragraph_stands_behind_the_one_it_was_added_to():
    assert next_position([], None) == 1024
    assert 1024 < next_position([1024, 2048], 1024) < 2048
    assert next_position([1024, 2048], 2048) > 2048
    assert next_position([1024, 2048], None) > 2048


def test_the_ends_of_lines_that_a_form_sends_do_not_make_a_text_another():
    assert plain_text("一\r\n二\r三\n四") == "一\n二\n三\n四"
