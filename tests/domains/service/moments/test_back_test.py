"""The back-test shows what a rule would have done, for the reader's clients only."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from dakehu.domains.service.moments.back_test import FIRED, mark_followed, new_firings
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

FRIDAY = datetime(2026, 11, 27, 18, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
RULE = "测评剩余天数 <= 30天"


@pytest.fixture
def stage(monkeypatch, zhou, lin, wang, zhang, qian):
    """Zhang (of Lin) and Qian (of Wang) have a risk test that ends on 20 December; both were called on 24 November."""
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)
    monkeypatch.setattr(clock, "today", lambda: FRIDAY.date())
    for user, client in ((lin, zhang), (wang, qian)):
        with acting(user):
            perform("clients.change", {"client": client.code, "risk_level": "C3", "risk_valid_to": "2026-12-20"})
            perform(
                "service.log_interaction",
                {"client": client.code, "held_at": "2026-11-24 10:00", "channel": "电话", "summary": "提醒测评"},
            )


def back_test(user, **given):
    with acting(user), in_language("zh"):
        return ask("service.back_test", {"rule": RULE, "days": "10", **given})


db = [pytest.mark.django_db, pytest.mark.postgres]


class TestWithDatabase:
    pytestmark = db

    def test_it_counts_by_day_and_person_and_says_how_often_a_contact_followed(self, stage, zhou, lin):
        found = back_test(zhou, deadline="T+3")
        assert (found["since"], found["until"], found["days"]) == (date(2026, 11, 16), date(2026, 11, 27), 10)
        assert [(day["day"].day, day["named"], day["new"]) for day in found["per_day"]] == [
            *[(n, 0, 0) for n in (16, 17, 18, 19)],
            (20, 1, 1),
            *[(n, 1, 0) for n in (23, 24, 25, 26, 27)],
        ]
        assert (found["clients"], found["client_days"], found["new"]) == (1, 6, 1)
        assert found["per_person"] == [
            {"user": lin.pk, "name": "林晓", "clients": 1, "new": 1, "most": 1, "per_day": 0.1}
        ]
        assert found["contact"] == {"followed": 1, "due": 1, "share": 1.0, "pending": 0}

    def test_a_contact_after_the_deadline_does_not_count(self, stage, zhou):
        assert back_test(zhou, deadline="T+1")["contact"] == {"followed": 0, "due": 1, "share": 0.0, "pending": 0}

    def test_a_deadline_still_running_is_pending(self, stage, zhou):
        assert back_test(zhou, deadline="30d")["contact"] == {"followed": 0, "due": 0, "share": None, "pending": 1}

    def test_it_names_the_rules_in_force_that_name_the_same_clients(self, stage, zhou):
        overlap = {row["kind"]: row for row in back_test(zhou)["overlap"]}
        assert overlap["M06"]["shared"] == 6 and overlap["M06"]["share"] == 1.0
        assert "M38" not in overlap

    def test_clients_out_of_scope_are_in_no_number(self, stage, zhou, he):
        assert back_test(zhou)["clients"] == 1
        assert back_test(he)["clients"] == 2
        with acting(zhou):
            assert {k: v for k, v in ask("service.rule_count", {"rule": RULE}).items() if k in ("clients", "of")} == {
                "clients": 1,
                "of": 1,
            }

    def test_a_client_behind_a_wall_is_in_no_number_of_a_lead(self, stage, zhou, he, zhang):
        with acting(he):
            perform("clients.set_information_wall", {"client": zhang.code, "walled": True, "reason": "项目保密"})
        assert back_test(zhou)["clients"] == 0

    def test_who_may_not_change_rules_gets_no_back_test(self, stage, lin, an):
        for user in (lin, an):
            with pytest.raises(NotAllowed):
                back_test(user)

    def test_a_kind_is_tried_with_its_own_rule_and_deadline(self, stage, zhou):
        with acting(zhou), in_language("zh"):
            found = ask("service.back_test", {"kind": "M06", "days": "5"})
        assert found["rule"] == "测评剩余天数 <= 60天" and found["deadline"] == "T+5"

    def test_a_rule_whose_data_have_never_come_says_so(self, stage, zhou):
        found = back_test(zhou, rule="总资产 >= 1万")
        assert (found["days"], found["since"], found["clients"]) == (0, None, 0)
        assert "还没有" in found["why"]

    def test_it_refuses_what_it_cannot_try(self, stage, zhou):
        with pytest.raises(Refused, match="没有名为"):
            back_test(zhou, rule="测评剩余天 <= 3")
        with pytest.raises(NotFound), acting(zhou):
            ask("service.back_test", {"kind": "M99"})
        with pytest.raises(Refused), acting(zhou):
            ask("service.back_test", {})


def fired(*rows):
    return pl.DataFrame([(day, client, about, None, False) for day, client, about in rows], schema=FIRED, orient="row")


def test_a_client_is_new_on_the_first_of_consecutive_days():
    found = new_firings(fired((0, 1, ""), (1, 1, ""), (3, 1, ""), (4, 1, ""), (2, 2, "a"), (2, 2, "b"), (3, 2, "b")))
    assert found.select("day", "client", "object").sort("client", "day", "object").rows() == [
        (3, 1, ""),
        (2, 2, "a"),
        (2, 2, "b"),
    ]


def test_a_contact_follows_if_it_comes_after_the_close_and_not_after_the_deadline():
    at = lambda day, hour: datetime(2026, 11, day, hour, tzinfo=UTC)  # noqa: E731
    moments = pl.Datetime("us", "UTC")
    new = pl.DataFrame(
        [(1, at(2, 7), at(3, 9)), (2, at(2, 7), at(3, 9)), (3, at(2, 7), at(3, 9)), (4, at(2, 7), at(3, 9))],
        schema={"client": pl.Int64, "start": moments, "due": moments},
        orient="row",
    )
    contacts = pl.DataFrame(
        [(1, at(3, 9)), (2, at(3, 10)), (3, at(2, 6))], schema={"client": pl.Int64, "held_at": moments}, orient="row"
    )
    assert mark_followed(new, contacts).sort("client")["is_followed"].to_list() == [True, False, False, False]
