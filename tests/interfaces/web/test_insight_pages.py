"""Questions, pivots and dashboards in the browser: built with menus, saved, opened and put on a dashboard."""

import pytest

from dakehu.domains.insight.models import Report
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def clients(lin, wang, zhang, qian):
    with acting(lin):
        for code, level, assets in (("C1001", "C4", "6000000.10"), ("C1002", "C5", "800000.20")):
            perform("clients.create", {"name": f"李{code}", "code": code, "risk_level": level, "assets": assets})


@pytest.fixture
def browse(client):
    def sign_in(user):
        client.force_login(user, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
        return client

    return sign_in


def test_lin_builds_a_pivot_opens_its_clients_and_keeps_it_on_a_dashboard(browse, lin, clients):
    desk = browse(lin)
    assert desk.get("/pivot/").status_code == desk.get("/dashboards/").status_code == 200
    chosen = desk.get("/pivot/?rows=risk_level&measure=sum&of=assets&add_column=assets&add_operator=ge&add_value=1")
    assert chosen.url == "/pivot/?rows=risk_level&measure=sum%3Aassets&assets.ge=1"
    page = desk.get(chosen.url).content.decode()
    assert "C4 积极型" in page and 'value="1"' in page and "/pivot/clients?rows=risk_level" in page
    cell = desk.get("/pivot/clients?rows=risk_level&measure=sum:assets&assets.ge=1&row=C4").content.decode()
    assert "C1001" in cell and "C1002" not in cell and "risk_level=C4" in cell
    query = "rows=risk_level&measure=sum%3Aassets&chart=pie"
    desk.post("/pivot/save", {"query": query, "name": "风险", "sharing": "team"})
    assert Report.objects.get().definition == {"rows": "risk_level", "measure": "sum:assets", "chart": "pie"}
    desk.post("/pivot/add", {"query": query, "title": "风险资产"})
    board = Report.objects.get(kind="dashboard")
    assert "风险资产" in desk.get(f"/dashboards/?dashboard={board.pk}&arrange=1").content.decode()
    desk.post(f"/dashboards/{board.pk}/arrange", {"card": "0", "change": "wider"})
    assert Report.objects.get(pk=board.pk).definition["cards"][0]["size"] == "full"
    assert desk.post("/pivot/export", {"query": query})["Content-Type"].endswith("sheet")


def test_a_question_leads_to_the_list_with_filters_or_says_what_was_not_understood(browse, lin, clients):
    desk = browse(lin)
    assert desk.get("/question/?text=C4 以上&open=1").url == "/clients/?risk_level.in=C4%2CC5"
    assert "月亮香蕉" in desk.get("/question/?text=月亮香蕉&open=1").content.decode()
    assert desk.get("/pivot/?question=C4 以上&rows=kind").url == "/pivot/?rows=kind&risk_level.in=C4%2CC5"
    assert "搜索词" in desk.get("/pivot/?q=李&sort=-assets&f.assets=>100&rows=kind").content.decode()
    assert "没有这一列" not in desk.get("/clients/?risk_level.in=C4%2CC5").content.decode()


def test_a_masked_reader_and_another_team_get_their_own(browse, wang, an, clients):
    page = browse(wang).get("/pivot/?rows=risk_level").content.decode()
    assert "C4 积极型" not in page
    refused = browse(an).get("/pivot/?rows=risk_level&measure=sum:assets").content.decode()
    assert "您不能按" in refused and "6,000,000" not in refused


def test_lin_schedules_her_pivot_for_herself_and_fetches_a_test(browse, lin, clients):
    desk = browse(lin)
    desk.post("/pivot/save", {"query": "rows=risk_level", "name": "风险"})
    report = Report.objects.get()
    desk.post("/schedules/add", {"report": report.pk, "rhythm": "daily", "file_kind": "pdf", "recipients": [lin.pk]})
    schedule = report.schedules.get()
    desk.post(f"/schedules/{schedule.pk}/test")
    page = desk.get("/schedules/").content.decode()
    assert "每个交易日" in page and ".pdf" in page
    assert desk.post(f"/schedules/files/{schedule.runs.get().pk}").content.startswith(b"%PDF")
    desk.post(f"/schedules/{schedule.pk}/end")
    assert "每个交易日 · PDF" not in desk.get("/schedules/").content.decode()


def test_an_export_without_a_question_says_what_lacks(browse, lin, clients):
    answer = browse(lin).post("/pivot/export", {}, follow=True)
    assert answer.status_code == 200
    assert [str(message) for message in answer.context["messages"]]
