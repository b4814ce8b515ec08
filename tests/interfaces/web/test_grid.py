"""The client grid by its addresses: pages, sums, cells changed in place, ranges pasted, bulk edits, own columns."""

import json

import pytest

from dakehu.domains.clients.models import Client
from dakehu.foundation.gates import perform, render_rows
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db
ROWS = {"HTTP_ACCEPT": "application/json"}
FORM = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def li(lin):
    with acting(lin):
        return perform("clients.create", {"name": "李四", "code": "C0009", "assets": "80万", "risk_level": "C2"})


def post(door, address, **sent):
    return door.post(address, json.dumps(sent), content_type="application/json", **ROWS)


def test_pages_follow_each_other_and_sums_are_taken_over_all_of_them(lin, an, zhang, li):
    with acting(lin):
        perform("clients.create", {"name": "王五", "code": "C0010", "assets": "120万"})
    door = desk(lin)
    first = door.get("/clients/rows?size=2&sort=-assets", **ROWS).json()
    assert [row["name"] for row in first["rows"]] == ["王五", "李四"] and (first["total"], first["more"]) == (3, False)
    second = door.get(f"/clients/rows?size=2&sort=-assets&after={first['after']}", **ROWS).json()
    assert [row["name"] for row in second["rows"]] == ["张三"] and second["after"] == ""
    back = door.get(f"/clients/rows?size=2&sort=-assets&before={second['before']}", **ROWS).json()
    assert back["rows"] == first["rows"]
    sums = door.get("/clients/sums?f.assets=>1", **ROWS).json()
    assert sums["count"] == 2 and [float(sums["assets"][k]) for k in ("sum", "average", "filled")] == [
        2_000_000,
        1_000_000,
        2,
    ]
    assert desk(an).get("/clients/sums", **ROWS).json()["assets"] is None
    report = door.get("/clients/rows?size=2&sort=-assets&show=name,branch,nonsense", **ROWS).json()["rows"]
    assert [set(row) for row in report] == [{"id", "row_version", "url", "peek", "name", "branch", "why"}] * 2
    assert [row["name"] for row in report] == [row["name"] for row in first["rows"]]
    assert door.get("/clients/rows?after=nonsense", **ROWS).status_code == 400


def test_a_cell_is_changed_where_it_stands_and_comes_back_as_the_server_shows_it(lin, zhang):
    door = desk(lin)
    report = post(door, f"/clients/{zhang.pk}/cells", version=1, base={"assets": None}, values={"assets": "500万"})
    assert report.json()["row"]["assets"] == "5000000.00" and report.json()["row"]["row_version"] == 2
    wrong = post(door, f"/clients/{zhang.pk}/cells", version=2, base={}, values={"assets": "很多"})
    assert wrong.status_code == 400 and "约数" in wrong.json()["messages"]["assets"][0]


def test_two_browsers_at_one_row_merge_other_cells_and_ask_about_the_same_one(lin, zhou, wang, zhang):
    mine, theirs = desk(lin), desk(zhou)
    row = mine.get("/clients/rows", **ROWS).json()["rows"][0]
    assert (
        post(theirs, f"/clients/{zhang.pk}/cells", version=1, base=row, values={"risk_level": "C4"}).status_code == 200
    )
    merged = post(mine, f"/clients/{zhang.pk}/cells", version=1, base=row, values={"occupation": "律师"}).json()
    assert (merged["row"]["risk_level"], merged["row"]["occupation"], merged["kept"]) == ("C4", "律师", ["风险等级"])
    clash = post(mine, f"/clients/{zhang.pk}/cells", version=1, base=row, values={"risk_level": "C2"})
    report = clash.json()
    assert clash.status_code == 412 and report["fields"]["risk_level"]["current_text"] == "C4 积极型" and report["by"]
    again = post(
        mine,
        f"/clients/{zhang.pk}/cells",
        version=report["row_version"],
        base=report["row"],
        values={"risk_level": "C2"},
    )
    assert again.json()["row"]["risk_level"] == "C2"
    assert (
        post(desk(wang), f"/clients/{zhang.pk}/cells", version=1, base={}, values={"risk_level": "C2"}).status_code
        == 404
    )


def test_a_pasted_range_is_previewed_written_in_one_act_and_undone(lin, zhang, li):
    door = desk(lin)
    rows = [
        {
            "client": zhang.pk,
            "base": {"assets": None, "risk_level": None},
            "values": {"assets": "300万", "risk_level": "C9"},
        },
        {"client": li.pk, "base": {"assets": "800000.00"}, "values": {"assets": "800000"}},
    ]
    report = post(door, "/clients/paste", rows=rows).json()
    assert (report["cells"], report["clients"], report["unchanged"], report["wrong"]) == (1, 1, 1, 1)
    assert report["lines"][0]["becomes"] == "3,000,000.00" and "C9" in report["faults"][0]["message"]
    done = post(door, "/clients/paste", rows=rows, apply=True).json()
    assert (done["changed"], done["cells"]) == (1, 1)
    assert door.post(f"/undo/{done['batch']}", **ROWS).json()["restored"] == 1
    names = {row["name"]: row["assets"] for row in door.get("/clients/rows", **ROWS).json()["rows"]}
    assert names["张三"] is None


def test_ticked_clients_or_all_that_match_get_one_value(lin, zhang, li):
    door = desk(lin)
    asked = door.get(f"/clients/bulk/set?ids={zhang.pk},{li.pk}&field=segment", **FORM).content.decode()
    assert "客户类别" in asked and "筛选结果" not in asked
    done = door.post(
        "/clients/bulk/set", {"all": "1", "query": "f.risk_level=C2", "field": "segment", "segment": "私人财富"}, **FORM
    )
    assert "undo" in done["HX-Trigger"] and json.loads(done["HX-Trigger"])["worked"]
    segments = {row["name"]: row["segment"] for row in door.get("/clients/rows", **ROWS).json()["rows"]}
    assert segments == {"李四": "私人财富", "张三": None}
    nobody = door.post("/clients/bulk/set", {"query": "", "field": "segment", "segment": "普通"}, **FORM)
    assert nobody.status_code == 422
    plan = door.post("/clients/bulk/plan", {"ids": str(zhang.pk), "due_on": "2030-01-08", "subject": "回访"}, **FORM)
    assert json.loads(plan["HX-Trigger"])["toast"]["text"] == "批量安排跟进：1 位客户。"
    wrong = door.post("/clients/bulk/plan", {"ids": str(zhang.pk), "due_on": "改天", "subject": "回访"}, **FORM)
    assert wrong.status_code == 422 and "改天" in wrong.content.decode()
    assert door.get("/clients/bulk/assign?ids=1", **FORM).status_code in (200, 403)


def test_a_lead_hands_over_to_the_team_only_and_is_told_that_open_work_goes_along(zhou, lin, wang, he, zhang):
    offered = desk(zhou).get(f"/clients/bulk/assign?ids={zhang.pk}", **FORM).content.decode()
    assert ">林晓<" in offered and "王强" not in offered and "何静" not in offered
    assert "一并移交" in offered and 'href="/hand-overs/new"' in offered


def test_an_administrator_is_offered_everybody_who_serves_clients_and_nobody_else(admin, lin, wang, he, an, zhang):
    offered = desk(admin).get(f"/clients/bulk/assign?ids={zhang.pk}", **FORM).content.decode()
    assert ">林晓<" in offered and ">王强<" in offered
    assert "何静" not in offered and "安然" not in offered


def test_a_custom_field_is_given_to_many_at_once_where_one_may_edit_it(lin, admin, zhang, li):
    with acting(admin):
        perform(
            "fields.add", {"zh": "首选时段", "en": "Hours", "kind": "one", "options": "上午 | Morning\n晚间 | Evening"}
        )
        perform("fields.add", {"zh": "爱好", "en": "Likes", "kind": "several", "options": "茶 | Tea\n棋 | Chess"})
        perform("fields.add", {"zh": "内部评价", "en": "Rating", "kind": "text", "edited_by": "admin"})
    door = desk(lin)
    offered = door.get(f"/clients/bulk/set?ids={zhang.pk}", **FORM).content.decode()
    assert "首选时段" in offered and "爱好" in offered and "内部评价" not in offered
    for name, given in (("x_hours", "晚间"), ("x_likes", "茶")):
        asked = door.get(f"/clients/bulk/set?ids={zhang.pk}&field={name}", **FORM).content.decode()
        assert given in asked
        sent = asked.split(f">{given}<")[0].rsplit('value="', 1)[1].split('"')[0]
        done = door.post("/clients/bulk/set", {"ids": f"{zhang.pk},{li.pk}", "field": name, name: sent}, **FORM)
        assert json.loads(done["HX-Trigger"])["toast"]["text"].endswith("2 位客户。")
    with acting(lin):
        report = render_rows(Client.objects.order_by("code"), ("x_hours", "x_likes"), shown=True)
    assert [(row["x_hours"], row["x_likes"]) for row in report] == [("晚间", "茶")] * 2


def test_everybody_arranges_a_shared_view_for_themselves(lin, zhou, zhang):
    theirs, mine = desk(zhou), desk(lin)
    columns = [{"field": "name", "width": 300, "hidden": False}, {"field": "code", "width": 90, "hidden": True}]
    theirs.post(
        "/clients/views", {"name": "重点", "query": "sort=-assets", "columns": json.dumps(columns), "shared": "true"}
    )
    with acting(zhou):
        from dakehu.domains.team.queries import views

        view = str(views(page="clients").get().pk)

    def width(door):
        report = door.get(f"/clients/columns?view={view}", **ROWS).json()["columns"]
        return next(one["width"] for one in report if one["field"] == "name")

    assert width(mine) == 300
    assert (
        post(
            mine, "/clients/columns", view=view, columns=[{"field": "name", "width": 222, "hidden": False}]
        ).status_code
        == 200
    )
    assert (width(mine), width(theirs)) == (222, 300)
    post(mine, "/clients/columns", view=view, columns=[])
    assert width(mine) == 300
    assert post(mine, "/clients/columns", columns="x").status_code == 400
