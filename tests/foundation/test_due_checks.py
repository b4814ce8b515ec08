"""Checks that the worker runs once a minute."""

import logging

from dakehu.foundation.jobs import due_checks


def test_a_check_that_fails_is_named_and_the_others_have_their_turn(monkeypatch, caplog):
    made = []
    monkeypatch.setattr(due_checks, "_checks", {})
    due_checks.declare_due_check("a", lambda: 1 / 0)
    due_checks.declare_due_check("b", lambda: made.append("b"))
    with caplog.at_level(logging.ERROR, logger="dakehu.jobs"):
        due_checks.run_due_checks()
    assert made == ["b"] and "the check of a failed" in caplog.text
