"""A notice and a request for approval are shown in the language of the reader, not of the person who caused them."""

import pytest

from dakehu.domains.compliance.models import Approval
from dakehu.domains.team.models import Notice, User
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


def texts_of(user, code):
    with acting(user), in_language(code):
        return [one["text"] for one in ask("team.sign_in_notices", {})]


def test_a_duty_named_in_english_is_told_in_the_language_of_each_reader(lin, zhou, zhang):
    with acting(lin), in_language("en"):
        perform("clients.appoint", {"client": zhang.code, "user": "zhou", "role": "deputy"})
    assert texts_of(zhou, "zh") == ["林晓请您担任一位客户的协办"]
    assert texts_of(zhou, "en") == ["林晓 named you Deputy of a client"]


def test_a_change_of_role_is_told_in_the_language_of_each_reader(admin, he, lin):
    with acting(admin), in_language("en"):
        perform("team.change_user", {"user": "lin", "role": "lead"})
    assert texts_of(he, "zh") == ["角色变更：林晓 → 团队负责人（管理员）"]
    assert texts_of(he, "en") == ["Role changed: 林晓 → Team lead (管理员)"]


def test_an_approval_asked_for_in_english_reads_chinese_to_a_chinese_reader(settings, admin, he, lin):
    settings.ROLE_SECOND_PERSON = True
    with acting(admin), in_language("en"):
        perform("team.change_user", {"user": "lin", "role": "lead"})
    with acting(he):
        for code, text in (("zh", "林晓 → 团队负责人"), ("en", "林晓 → Team lead")):
            with in_language(code):
                assert ask("compliance.approvals", {})[0]["summary"] == text
                assert text in ask("compliance.approval_notices", {})[0]["text"]


def test_what_an_earlier_version_kept_stays_readable_in_both_languages(settings, admin, he, lin):
    settings.ROLE_SECOND_PERSON = True
    with acting(admin):
        perform("team.change_user", {"user": "lin", "role": "lead"})
    with as_system(), act("test.earlier_version"):
        Notice(user=User.objects.get(pk=lin.pk), kind="handed_over", detail="周宁移交 2 位客户给您。").save()
        for row in Approval.objects.all():
            row.summary_en = ""
            row.save()
    assert texts_of(lin, "en") == texts_of(lin, "zh") == ["周宁移交 2 位客户给您。"]
    with acting(he), in_language("en"):
        assert ask("compliance.approvals", {})[0]["summary"] == "林晓 → 团队负责人"


def test_a_long_note_ends_in_dots_in_both_languages(lin, zhou, zhang, wang):
    with acting(zhou):
        perform("clients.assign", {"client": zhang.code, "user": "zhou", "role": "deputy"})
        perform(
            "clients.hand_over", {"clients": [zhang.pk], "user": "lin", "role": "deputy", "note": "请尽快联系" * 80}
        )
    for code in ("zh", "en"):
        (text,) = texts_of(lin, code)
        assert text.endswith("…")
