"""An article shows what a second person approved, is found in Chinese and by pinyin, and is hidden when its review is overdue."""

from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = pytest.mark.django_db


def write(user, code="KB-1", title="适当性匹配要点", text="普通投资者购买高风险产品须**双录**。", **more):
    with acting(user):
        day = clock.today() + timedelta(days=90)
        return perform("learning.add_article", {"code": code, "title": title, "text": text, "review_by": day, **more})


def approve(writer, approver, article):
    with acting(writer):
        perform("learning.submit_article", {"article": article.pk})
    with acting(approver):
        waiting = ask("learning.article_page", {"article": article.pk})["draft"]["approval"]
        perform("compliance.approve", {"approval": waiting})


@pytest.mark.postgres
def test_a_version_shows_once_a_second_person_approved_it_and_the_one_before_stays_until_then(lin, zhou, an):
    article = write(lin, must_confirm=True, pages="/suitability/")
    with acting(lin):
        perform("learning.submit_article", {"article": article.pk})
        assert ask("learning.article_page", {"article": article.pk})["draft"]["can_decide"] is False
    with acting(an), pytest.raises(NotFound):
        ask("learning.article_page", {"article": article.pk})
    approve(lin, zhou, write(lin, "KB-2", "其他"))
    with acting(lin):
        perform("learning.write_article", {"article": article.pk, "text": "第一版"})  # pending text: a draft again
    approve(lin, zhou, article)
    with acting(lin):
        perform("learning.write_article", {"article": article.pk, "text": "第二版"})
    with acting(an):
        shown = ask("learning.article_page", {"article": article.pk})
        assert shown["version"]["text"] == "第一版" and shown["draft"] is None
        perform("learning.confirm_reading", {"article": article.pk})
        assert ask("learning.article_list", {})[0]["is_confirmed"] is True
        with pytest.raises(NotAllowed):
            perform("learning.write_article", {"article": article.pk, "text": "改"})
    approve(lin, zhou, article)
    with acting(an):
        shown = ask("learning.article_page", {"article": article.pk})
        assert (shown["version"]["text"], shown["numbers"]) == ("第二版", [2, 1])
        assert shown["confirmation"] is None and ask("learning.article_list", {})[0]["is_confirmed"] is False
        assert [one["title"] for one in ask("learning.articles_about", {"path": "/suitability/checks/3/"})] == [
            "适当性匹配要点"
        ]


@pytest.mark.postgres
@pytest.mark.parametrize("typed", ["双录", "适当性", "適當性", "shidangxing", "高风险 双录", "sdx"])
def test_an_approved_text_is_found_in_either_script_by_fragment_and_by_pinyin_of_its_title(lin, zhou, an, typed):
    approve(lin, zhou, write(lin))
    approve(lin, zhou, write(lin, "KB-2", "投诉处理", "十五日内答复。"))
    with acting(an):
        assert [one["code"] for one in ask("learning.article_list", {"text": typed})] == ["KB-1"]


def test_an_overdue_article_is_marked_then_hidden_from_readers_until_its_owner_reviews_it(lin, zhou, wang, monkeypatch):
    article, today = write(lin), clock.today()
    approve(lin, zhou, article)
    for days, expected in ((90, ["current"]), (91, ["overdue"]), (121, [])):
        monkeypatch.setattr(clock, "today", lambda days=days: today + timedelta(days=days))
        with acting(wang):
            assert [one["standing"] for one in ask("learning.article_list", {})] == expected
    with acting(lin):
        assert ask("learning.article_list", {})[0]["standing"] == "hidden"
        with pytest.raises(Refused):
            perform("learning.review_article", {"article": article.pk, "review_by": today})
        perform("learning.review_article", {"article": article.pk, "review_by": today + timedelta(days=300)})
    with acting(wang):
        assert ask("learning.articles", {})["count"] == 1


def test_a_retired_article_is_seen_by_its_owner_and_approvers_only(lin, zhou, wang):
    article = write(lin)
    approve(lin, zhou, article)
    with acting(zhou):
        perform("learning.retire_article", {"article": article.pk})
        assert ask("learning.articles", {})["count"] == 1
    with acting(wang):
        assert ask("learning.articles", {})["count"] == 0
