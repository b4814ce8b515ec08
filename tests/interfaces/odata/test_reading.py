"""What a reader gets by OData: rows in scope, masked by clearance, each pull audited, nothing of what is hidden."""

import json

import pytest
from django.test import Client as Browser

from dakehu.domains.team.permissions import ODATA
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.odata import pull
from tests.cast import acting, as_system
from tests.interfaces.odata.reader import desk_of, token_of

pytestmark = pytest.mark.postgres


def codes(desk, question, column="code"):
    answer = desk.ask(f"Clients?$filter={question}&$select={column}&$orderby=id")
    assert answer.status == 200, answer.text
    return [row[column] for row in answer.rows]


def test_a_reader_gets_the_clients_of_the_list_and_no_other(lin, zhou, wang, he, an, book, foreign):
    for user in (lin, zhou, wang, he, an):
        with acting(user):
            seen = {row["id"] for row in ask("clients.list", {"limit": 1000})["rows"]}
        assert set(desk_of(user).ask("Clients").ids) == seen
    assert foreign not in desk_of(lin).ask("Clients").ids
    assert desk_of(wang).ask(f"Clients({book[0]})").status == 404
    assert desk_of(wang).ask(f"Clients({book[0]})/Interactions").status == 404
    assert desk_of(wang).ask("Interactions").rows == []


def test_values_are_those_of_the_api(lin, zhou, an, book):
    for user in (lin, zhou, an):
        with acting(user):
            plain = {row["id"]: row for row in ask("clients.list", {"limit": 1000})["rows"]}
        for row in desk_of(user).ask("Clients").rows:
            for name, value in row.items():
                said = plain[row["id"]][name]
                said = said["name"] if isinstance(said, dict) else said
                is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
                assert value == (float(said) if is_number else said or None if said != 0 else said) or said is False


def test_masked_values_stay_masked_and_are_no_filter(an, book):
    desk = desk_of(an)
    assert desk.properties["assets"] == "Edm.String" and {"name", "assets"} <= desk.fixed
    assert all("*" in row["name"] for row in desk.ask("Clients").rows)
    for question in ("startswith(name,'张')", "assets gt 1", "id eq 1 or birth_on lt 1990-01-01", "not (name eq null)"):
        answer = desk.ask(f"Clients?$filter={question}")
        assert answer.status == 400 and answer.json["error"]["code"] == "BadRequest", question
    assert desk.ask("Clients?$orderby=assets").status == 400
    assert desk.ask("Interactions?$filter=startswith(Client/name,'张')").status == 400
    assert desk.ask("Clients?$filter=Figures/profit gt 1").status == 400


def test_unknown_names_do_not_tell_which_names_there_are(lin, book):
    desk = desk_of(lin)
    for path in (
        "$filter=phone eq '1'",
        "$filter=pk eq 1",
        "$orderby=pinyin",
        "$select=initials",
        "$expand=history",
        "$filter=coverage/user_id eq 1",
        "$filter=id_number_index eq 'x'",
    ):
        answer = desk.ask(f"Clients?{path}")
        assert answer.status == 400, path
        assert "FieldError" not in answer.text and "Choices are" not in answer.text and "assets" not in answer.text


def test_a_text_of_a_filter_is_never_code(lin, book):
    desk = desk_of(lin)
    for text in ("x'' or 1=1 or name like ''y", "%", "%25", "*", "'' or ''a''=''a", "\\"):
        found = codes(desk, f"contains(segment,'{text}')".replace("%", "%25"))
        assert found == []
    assert len(codes(desk, "contains(name,'%25_')")) == 7, "signs that mean something to LIKE are letters here"
    assert len(codes(desk, "contains(name,'O''Neil')")) == 7
    assert len(codes(desk, "endswith(name,'\\静')")) == 7
    assert codes(desk, "contains(name,'o''neil')") == [], "letters differ by case on both databases"


def test_a_missing_value_equals_nothing_and_differs_from_everything(lin, book):
    desk = desk_of(lin)
    every = set(codes(desk, "true"))
    for column, value in (("segment", "'钻石'"), ("assets", "100000"), ("birth_on", "1961-05-02"), ("branch", "'x'")):
        is_missing = set(codes(desk, f"{column} eq null"))
        equal, other = set(codes(desk, f"{column} eq {value}")), set(codes(desk, f"{column} ne {value}"))
        assert is_missing and is_missing <= other and equal | other == every and not equal & other
        assert set(codes(desk, f"not ({column} eq {value})")) == other
        assert set(codes(desk, f"not ({column} ne {value})")) == equal
        assert set(codes(desk, f"{column} in ({value},null)")) == equal | is_missing
        assert set(codes(desk, f"not ({column} in ({value}))")) == other
        below, rest = set(codes(desk, f"{column} lt {value}")), set(codes(desk, f"{column} ge {value}"))
        assert not (below | rest) & is_missing and below | rest == every - is_missing
        assert set(codes(desk, f"not ({column} lt {value})")) == every - below
        assert codes(desk, f"{column} gt null") == []
    known = every - set(codes(desk, "segment eq null"))
    assert set(codes(desk, "not contains(segment,'钻')")) == known - set(codes(desk, "contains(segment,'钻')"))


def test_numbers_between_two_that_a_column_can_hold_compare_as_they_are(lin, book):
    desk = desk_of(lin)
    for question, same in (
        ("assets gt 100000.005", "assets gt 100000"),
        ("assets ge 100000.005", "assets gt 100000"),
        ("assets lt 100000.005", "assets le 100000"),
        ("assets eq 100000.005", "false"),
        ("assets ne 100000.005", "true"),
        ("assets lt 1e300", "assets ne null"),
        ("assets gt 1e300", "false"),
        ("assets gt -1e300", "assets ne null"),
        ("id lt 99999999999999999999999", "true"),
        ("id eq 1.5", "false"),
    ):
        assert codes(desk, question) == codes(desk, same), question


def test_what_is_always_or_never_true_counts_as_that(lin, book):
    desk = desk_of(lin)
    every = codes(desk, "true")
    for question in (
        "true or id eq 0",
        "id eq 0 or true",
        "not (false)",
        "id ne 0 and true",
        "not (id gt 1e30) or id eq 0",
    ):
        assert codes(desk, question) == every, question
    for question in ("false", "false and id gt 0", "not (true or id eq 0)", "assets gt null or false"):
        assert codes(desk, question) == [], question


def test_a_filter_that_is_too_deep_or_too_long_is_refused_at_once(lin, book):
    desk = desk_of(lin)
    deep = "(" * 400 + "id eq 1" + ")" * 400
    assert desk.ask(f"Clients/$count?$filter={deep}").status in (200, 400)
    assert desk.ask(f"Clients/$count?$filter={'not ' * 200}(id eq 1)").status == 400
    chain = " or ".join(f"id eq {n}" for n in range(300))
    assert desk.ask(f"Clients/$count?$filter={chain}").status == 200, "a chain is long but not deep"
    assert desk.ask(f"Clients/$count?$filter={' or '.join(['id eq 1'] * 600)}").status == 400
    assert desk.ask("Clients?$filter=" + "a" * 20_000).status == 400


def test_values_of_another_kind_are_refused_in_words(lin, book):
    desk = desk_of(lin)
    for question in (
        "assets eq 'x'",
        "birth_on eq 5",
        "segment eq 5",
        "walled eq 'true'",
        "contains(assets,'1')",
        "year(segment) eq 1",
        "birth_on eq 2026-13-45",
        "id eq 2026-01-01",
        "held_at eq 1",
        "year(birth_on) eq 'x'",
        "id_number gt 'a'",
        "branch eq true",
    ):
        answer = desk.ask(f"Clients?$filter={question}")
        assert answer.status == 400 and answer.json["error"]["message"], question


def test_the_database_is_not_asked_for_what_is_not_offered(lin, book, django_assert_max_num_queries):
    desk = desk_of(lin)
    for question in (
        "tolower(name) eq 'x'",
        "name eq segment",
        "assets add 1 gt 5",
        "geo.distance(a,b) lt 3",
        "Interactions/any(i:i/channel eq 'call')",
    ):
        assert desk.ask(f"Clients?$filter={question}").status == 501, question
    for path in (
        "Clients?$expand=Interactions($filter=id eq 1)",
        "Clients?$expand=Interactions($expand=Client)",
        "Clients(1)/name",
    ):
        assert desk.ask(path).status == 501, path


def test_relations_are_followed_both_ways(lin, book):
    desk = desk_of(lin)
    found = desk.ask("Interactions?$filter=Client/segment eq '钻石'&$expand=Client($select=code,segment)").rows
    assert len(found) == 8 and {row["Client"]["segment"] for row in found} == {"钻石"}
    clients = desk.ask("Clients?$expand=Interactions($select=summary)&$select=id").rows
    assert all(len(row["Interactions"]) == 1 for row in clients)
    first = desk.ask("Interactions?$top=1").rows[0]
    assert desk.ask(f"Interactions({first['id']})/Client").json["id"] == first["client_id"]
    assert desk.ask(f"Clients({first['client_id']})/Interactions/$count").text == "1"
    assert desk.ask(f"Clients({first['client_id']})/Figures").status == 404


def test_pages_follow_each_other_in_any_order_while_rows_are_added(lin, book, monkeypatch):
    desk = desk_of(lin)
    for order, down in (("id", False), ("assets desc", True), ("segment,birth_on desc", False), ("branch", False)):
        whole = desk.ask(f"Clients?$select=id&$orderby={order}").ids
        page = desk.ask(f"Clients?$select=id&$orderby={order}", {"Prefer": "odata.maxpagesize=7"})
        seen = page.ids
        with acting(lin):
            perform("clients.create", {"name": "新来", "anyway": True, "code": f"N{order[:9]}{down}", "segment": ""})
        while "@odata.nextLink" in page.json:
            page = desk.ask(page.json["@odata.nextLink"], {"Prefer": "odata.maxpagesize=7"})
            assert page.status == 200
            seen += page.ids
        assert len(set(seen)) == len(seen) and [one for one in seen if one in whole] == whole
    monkeypatch.setattr(pull, "PAGE", 4)
    page, seen = desk.ask("Clients?$top=10&$select=id"), []
    while True:
        seen += page.ids
        if "@odata.nextLink" not in page.json:
            break
        page = desk.ask(page.json["@odata.nextLink"])
    assert seen == desk.ask("Clients?$select=id&$orderby=id&$top=10").ids[:4] + seen[4:] and len(seen) == 10


def test_the_next_page_is_for_who_was_given_it_and_for_the_same_question(lin, zhou, book):
    desk = desk_of(lin)
    link = desk.ask("Clients?$select=id", {"Prefer": "odata.maxpagesize=7"}).json["@odata.nextLink"]
    assert desk.ask(link).status == 200
    assert desk_of(zhou).ask(link).status == 410
    assert desk.ask(link.replace("Clients?", "Interactions?")).status == 410
    assert desk.ask(link + "&$filter=id%20gt%203").status == 410
    assert desk.ask(link[:-3] + "abc").status == 410
    assert desk.ask("Clients?$skiptoken=5").status == 410


def test_every_pull_is_one_line_of_the_audit(lin, book):
    desk = desk_of(lin)
    with as_system():
        before = AuditEntry.objects.filter(action="team.record_pull").count()
    link = desk.ask("Clients?$select=id&$filter=id gt 0", {"Prefer": "odata.maxpagesize=7"}).json["@odata.nextLink"]
    desk.ask(link)
    with as_system():
        lines = AuditEntry.objects.filter(action="team.record_pull").order_by("pk")[before:]
        notes = [(line.actor_ref, line.door, json.loads(line.body)["note"]) for line in lines]
    asked = {"$filter": "id gt 0", "$select": "id"}
    assert notes == [(lin.pk, "odata", {"entity_set": "Clients", "asked": asked, "rows": len(book)})]


def test_the_audit_never_holds_a_number_that_somebody_looked_for(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "id_type": "resident", "id_number": "110101199003070038"})
    assert codes(desk_of(lin), "id_number eq '110101199003070038'") == ["C0001"]
    with as_system():
        audited = "".join(AuditEntry.objects.filter(action="team.record_pull").values_list("body", flat=True))
        assert "id_number eq '…'" in audited and "110101199003070038" not in audited
        assert AuditEntry.objects.filter(action="sealed.look_up").count() == 1


def test_a_token_of_the_scope_odata_opens_odata_and_nothing_else(lin, zhang):
    given = {"HTTP_AUTHORIZATION": f"Bearer {token_of(lin)}"}
    browser = Browser()
    assert browser.get("/odata/v4/Clients", **given).status_code == 200
    assert browser.get("/api/v1/clients", **given).status_code == 403
    assert browser.get("/api/v1/queries/ledger.list", **given).status_code == 403
    without = {"HTTP_AUTHORIZATION": f"Bearer {token_of(lin, scopes=['client.read'])}"}
    assert browser.get("/odata/v4/Clients", **without).status_code == 403


def test_who_may_not_read_by_odata_gets_no_row(admin, zhang):
    assert ODATA not in ask_permissions(admin)
    with acting(admin, door="web"):
        key = perform("team.create_token", {"name": "x"})["token"]
    answer = Browser().get("/odata/v4/Clients", HTTP_AUTHORIZATION=f"Bearer {key}")
    assert answer.status_code == 403 and "张" not in answer.content.decode()


def ask_permissions(user):
    with acting(user) as actor:
        return actor.permissions


def test_metadata_names_no_property_that_the_reader_may_not_know_of(lin, he, an, admin, zhang):
    with acting(admin):
        perform(
            "fields.add",
            {"model": "clients.Client", "zh": "合规关注", "en": "Watched", "kind": "text", "seen_by": "compliance"},
        )
    with as_system():
        name = model_of("foundation.CustomField").objects.get().name
    assert name in desk_of(he).properties
    for user in (lin, an):
        desk = desk_of(user)
        assert name not in desk.known("$metadata").text and "合规关注" not in desk.known("$metadata").text
        assert desk.ask(f"Clients?$filter={name} eq 'x'").status == 400
        assert name not in desk.ask("Clients").rows[0]


def test_fields_of_the_firm_are_read_and_filtered_like_any_other(lin, admin, zhang):
    with acting(admin):
        for kind, en in (("text", "Hobby"), ("amount", "Limit"), ("date", "Met"), ("yesno", "Golf")):
            perform("fields.add", {"model": "clients.Client", "zh": f"自定{en}", "en": en, "kind": kind})
    with acting(lin):
        given = {"x_hobby": "围棋", "x_limit": "1234.5", "x_met": "2026-01-02", "x_golf": "是"}
        perform("clients.change", {"client": zhang.pk, **given})
    desk = desk_of(lin)
    (row,) = desk.ask("Clients?$select=x_hobby,x_limit,x_met,x_golf").rows
    assert row == {"x_hobby": "围棋", "x_limit": 1234.5, "x_met": "2026-01-02", "x_golf": True}
    for question in (
        "contains(x_hobby,'棋')",
        "x_limit gt 1234",
        "x_met eq 2026-01-02",
        "x_golf eq true",
        "year(x_met) eq 2026",
    ):
        assert codes(desk, question) == ["C0001"], question
        assert codes(desk, f"not ({question})") == []


def test_a_fault_of_ours_is_told_by_a_number(lin, zhang, monkeypatch):
    def broken(*args, **given):
        raise RuntimeError("secret detail")

    desk = desk_of(lin)
    monkeypatch.setattr(pull, "number_page_of", broken)
    answer = desk.ask("Clients")
    assert answer.status == 500 and answer.json["error"]["code"] == "InternalServerError"
    assert "secret" not in answer.text and "Traceback" not in answer.text


def test_control_characters_and_double_options_are_refused_in_its_own_shape(lin, zhang):
    desk = desk_of(lin)
    for path in (
        "Clients?$filter=segment eq '%00'",
        "Clients?$top=1&$top=2",
        "Clients?$top=-1",
        "Clients?$top=" + "9" * 5000,
        "Clients?$count=perhaps",
        "Clients?$orderby=code upwards",
    ):
        answer = desk.ask(path)
        assert answer.status == 400 and answer.json["error"]["code"] == "BadRequest", path
    assert desk.ask("Clients?$format=atom").status == 406
    assert desk.ask("Nothing").status == 404 and desk.ask("Clients(1)/Nothing").status == 404
