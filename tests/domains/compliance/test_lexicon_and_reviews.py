"""Compliance maintains the lexicon by versions; held texts are released or refused by a person; the outbox sends accordingly."""

from datetime import timedelta

import pytest

from dakehu.domains.compliance.models import TextReview, WordingEntry
from dakehu.domains.compliance.wording import store
from dakehu.domains.service.deliveries import client_text, handover, outbox
from dakehu.domains.service.models import Delivery
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
NEGATED = "本产品不保本，请您知悉。"


def severity(text):
    return ask("compliance.check_wording", {"text": text})["severity"]


def test_every_role_may_check_a_text_and_nothing_is_written(lin, zhou, he, an, admin):
    for user in (lin, zhou, he, an, admin):
        with acting(user):
            found = ask("compliance.check_wording", {"text": "这款产品保本"})
            assert found["severity"] == "BLOCK" and found["hits"][0]["text"] == "保本"
    with as_system():
        assert severity("您好") is None and not TextReview.objects.exists()


def test_a_new_word_counts_from_its_day_and_its_history_stays(he):
    text = "跟着我们，稳如泰山"
    with acting(he):
        assert severity(text) is None
        row = perform("compliance.add_wording_entry", {"group": "W01", "pattern": "稳如泰山"})
        assert severity(text) == "BLOCK"
        later = clock.today() + timedelta(days=3)
        perform("compliance.end_wording_entry", {"code": row.code, "effective_from": later})
        assert severity(text) == "BLOCK"
        assert row.code not in {entry.code for entry in store.entries_on(later)}
        assert WordingEntry.objects.filter(code=row.code).count() == 2


def test_a_default_entry_is_replaced_under_its_code(he):
    with acting(he):
        perform("compliance.change_wording_entry", {"code": "W15.4", "pattern": "大家都买", "note": "过宽"})
        (entry,) = [one for one in store.entries_on(clock.today()) if one.code == "W15.4"]
        assert (entry.pattern, entry.version, entry.is_default) == ("大家都买", 2, False)


def test_a_pattern_that_matches_everything_is_refused_with_the_remedy(he, lin):
    with acting(he), pytest.raises(Refused) as refused:
        perform("compliance.add_wording_entry", {"group": "W01", "pattern": "(a{0,9}){0,9}"})
    assert "pattern" in refused.value.messages
    with acting(lin), pytest.raises(NotAllowed):
        perform("compliance.add_wording_entry", {"group": "W01", "pattern": "稳如泰山"})


def queued(client, text, key):
    with as_system():
        return outbox.queue(
            channel="mail",
            address="zhang@example.com",
            subject="您好",
            text=text,
            key=key,
            kind="duty",
            client=client.pk,
        )


def claimed():
    with as_system():
        return handover.claim_delivery(worker="w", channels=("mail",))


def stored(number):
    with as_system():
        return Delivery.objects.get(pk=number)


def test_forbidden_words_never_leave_whatever_the_kind(zhang):
    number = queued(zhang, "这款产品保本保息。", "k1")
    assert claimed() is False
    assert (stored(number).state, stored(number).rule) == ("suppressed", "wording_blocked")


def test_advice_without_companions_does_not_leave():
    with as_system():
        (one,) = client_text.refusals("建议您买入这只股票", "duty")
        assert one.rule == "wording_companions"


def test_a_negated_text_waits_and_leaves_once_released(zhang, he):
    number = queued(zhang, NEGATED, "k2")
    assert claimed() is False
    assert (stored(number).state, stored(number).rule) == ("held", "wording_review")
    with acting(he):
        (row,) = ask("compliance.text_reviews", {})
        assert NEGATED in perform("compliance.open_reviewed_text", {"review": row["id"]})["text"]
        assert len(ask("compliance.review_notices", {})) == 1
        perform("compliance.release_text", {"review": row["id"], "reason": "如实的风险提示"})
        with pytest.raises(Refused):
            perform("compliance.refuse_text", {"review": row["id"], "reason": "x"})
    jobs.run_due_jobs()
    assert stored(number).due_at <= clock.now()
    found = claimed()
    assert found and NEGATED in found.text


def test_a_refused_text_is_not_sent(zhang, he):
    number = queued(zhang, NEGATED, "k3")
    claimed()
    with acting(he):
        (row,) = ask("compliance.text_reviews", {})
        perform("compliance.refuse_text", {"review": row["id"], "reason": "改写"})
    jobs.run_due_jobs()
    assert claimed() in (False, None)
    assert (stored(number).state, stored(number).rule) == ("suppressed", "wording_refused")


def test_words_in_the_subject_and_in_the_html_count_too():
    assert client_text.words_of("主题", "正文", "<p>正文</p>") == "主题\n正文"
    assert "保本" in client_text.words_of("主题", "正文", "<style>p{}</style><p>保<b>本</b></p>").replace(" ", "")
