"""Pages of appraisal: each opens for its readers, in both languages, and shows nothing of others."""

import pytest

from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.domains.appraisal.conftest import later, own, period, scheme  # noqa: F401
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def test_the_pages_of_a_frozen_period(period, lin, zhou, wang, an, he, admin, monkeypatch):  # noqa: F811
    monkeypatch.undo()  # the days that passed: sign-ins are of today
    found = own(lin)
    pages = f"/appraisal/{found['id']}/"
    with acting(zhou):
        perform("appraisal.praise", {"to": "lin", "text": "接待周到"})
    with acting(admin):
        pool = perform("appraisal.add_pool", {"name": "季度奖金", "period": period.pk, "amount": 5000}).pk

    mine = desk(lin)
    assert all(
        text in mine.get("/appraisal/mine/").content.decode() for text in ("本季度", found["score_text"], "接待周到")
    )
    shown = mine.get(pages).content.decode()
    assert "承诺兑现率" in shown and "尚无数据来源" in shown and "提出异议" in shown and "主管评价" not in shown
    assert "张三" in mine.get(f"{pages}promises_kept/").content.decode()
    assert mine.get("/appraisal/periods/").status_code == 200
    assert mine.get(f"/appraisal/bonuses/{pool}/").status_code == 403

    lead = desk(zhou)
    team = lead.get("/appraisal/team/").content.decode()
    assert "林晓" in team and "王强" not in team
    assert "提议调整" in lead.get(pages).content.decode()
    assert lead.get(f"/appraisal/periods/{period.pk}/calibration/").status_code == 200

    for user in (wang, an):
        other = desk(user)
        assert [other.get(address).status_code for address in (pages, f"{pages}promises_kept/")] == [404, 404]
        assert "林晓" not in other.get(f"/appraisal/periods/{period.pk}/").content.decode()

    keeper = desk(admin)
    assert "全部一致" in keeper.get(f"/appraisal/periods/{period.pk}/?check=1").content.decode()
    assert "张三" not in keeper.get(f"{pages}promises_kept/").content.decode()
    for address in ("schemes/", f"schemes/{found['scheme_id']}/", "bonuses/", f"bonuses/{pool}/"):
        assert keeper.get(f"/appraisal/{address}").status_code == 200
    form = keeper.get("/actions/appraisal.open_period", headers={"HX-Request": "true"}).content.decode()
    assert 'name="applied_scheme"' in form and 'name="last_on"' in form
    with acting(admin):
        draft = perform("appraisal.add_scheme", {"name": "季度考核", "like": found["scheme_id"]}).pk
        assert ask("appraisal.scheme", {"appraisal_scheme": draft})["state"] == "draft"
    assert "提交复核" in keeper.get(f"/appraisal/schemes/{draft}/").content.decode()
