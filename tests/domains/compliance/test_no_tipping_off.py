"""Only compliance can distinguish a client with a rating, a hit or a suspicion from one without: all other answers are equal."""

import itertools
import json
import re
from datetime import timedelta

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.compliance.aml import files, rules
from dakehu.domains.compliance.aml.choices import AmlLevel
from dakehu.domains.compliance.models import AmlFile, SuspicionReport
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import QUERIES, ask, perform
from tests.cast import PASSWORD, acting

PAGES = (
    "/",
    "/clients/",
    "/clients/{pk}/",
    "/clients/{pk}/peek",
    "/undo/",
    "/notices/",
    "/palette?q=张三",
    "/compliance/rules/",
)
CHANGING = re.compile(
    r'csrf[^>]*value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": ?"[^"]*"|[A-Za-z0-9]{64}|live-since="\d+"|name="held_at" value="[^"]*"'
)
CLOCK = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?")  # an answer may contain its time
# These answers concern the request itself, or the whole chain of audit entries, of any kind.
MOVING = {"team.sessions", "team.tokens", "team.me", "team.system", "team.verify_audit"}


def everything(user, client):
    """Return the answers to every query about the desk and about a client."""
    found = {}
    with acting(user):
        for name, query in sorted(QUERIES.items()):
            required = {one.name for one in query.parameters if one.required}
            if name in MOVING or required - {"client"}:
                continue
            try:
                answer = ask(name, {"client": client.code} if required else {})
            except Refused as refused:
                answer = str(refused)
            found[name] = CLOCK.sub("", json.dumps(answer, default=str, ensure_ascii=False))
    return found


def pages(browser, client):
    """Return the pages that Lin's browser gets."""
    found = {}
    for page in PAGES:
        response = browser.get(page.format(pk=client.pk))
        found[page] = (response.status_code, CHANGING.sub("", response.content.decode()))
    found["file"] = browser.get(f"/compliance/aml/{client.pk}/").status_code
    return found


def raise_suspicion(he, client):
    with acting(he):
        perform("compliance.rate_client", {"client": client.code, "level": "high", "grounds": "资金快进快出"})
        perform("compliance.enter_suspicion", {"client": client.code, "text": "短期内大额转入转出"})
        perform("compliance.add_watch_entry", {"watch_list": "sanctions", "name": client.name, "source": "演示名单"})
        perform("compliance.open_aml_file", {"client": client.code})


@pytest.mark.django_db
def test_every_answer_and_page_is_the_same_with_and_without_a_suspicion(lin, he, zhang, client):
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    pages(client, zhang)  # so that the client is among those seen recently
    before = everything(lin, zhang)
    shown = pages(client, zhang)
    raise_suspicion(he, zhang)
    after = everything(lin, zhang)
    assert {name for name in after if after[name] != before[name]} == set() and len(after) > 100
    again = pages(client, zhang)
    assert {page for page in again if again[page] != shown[page]} == set() and shown["file"] == 403
    with acting(he):
        assert [row.state for row in files.suspicions_of(zhang)] == ["open"]
        desk = ask("compliance.aml_desk", {})
        assert (len(desk["suspicions"]), len(desk["hits"]), len(desk["reviews"])) == (1, 1, 0)


@pytest.mark.django_db
@pytest.mark.postgres
def test_rows_and_audit_entries_are_found_by_compliance_only_and_refusals_are_alike(lin, zhou, admin, he, zhang, qian):
    raise_suspicion(he, zhang)
    for reader in (lin, zhou, admin):
        with acting(reader):
            assert not SuspicionReport.objects.exists() and not AmlFile.objects.exists()
            refusals = set()
            for code in (zhang.code, qian.code, "C9999"):
                for name in ("compliance.enter_suspicion", "compliance.open_aml_file"):
                    with pytest.raises(NotAllowed) as refused:
                        perform(name, {"client": code, "text": "x"})
                    refusals.add((name, str(refused.value)))
            assert len(refusals) == 2
    for reader in (zhou, admin):
        with acting(reader):
            assert not [one for one in ask("team.audit", {}) if "aml" in one["action"] or "suspicion" in one["action"]]
    with acting(he):
        names = [one["action"] for one in ask("team.audit", {})]
        assert {"compliance.enter_suspicion", "compliance.open_aml_file", "compliance.rate_client"} <= set(names)


@pytest.mark.django_db
def test_a_merge_says_nothing_of_a_suspicion_and_loses_none(lin, he, zhang):
    with acting(lin):
        perform("clients.create", {"name": "张三丰", "code": "C0009", "anyway": True})
        other = Client.objects.get(code="C0009")
    raise_suspicion(he, other)
    with acting(lin):
        assert "AmlFile" not in str(ask("clients.merge_preview", {"client": "C0001", "other": "C0009"}))
        done = perform("clients.merge", {"client": "C0001", "other": "C0009"})
    assert done["moved"] == 1  # who serves the client
    with acting(he):
        zhang = Client.objects.get(code="C0001")
        assert len(files.suspicions_of(zhang)) == 1 and files.find_file(zhang).level == "high"
        assert ask("compliance.aml_desk", {})["suspicions"][0]["code"] == "C0001"


@pytest.mark.django_db
def test_a_suspicion_is_settled_once_and_a_hit_cleared_for_one_client(he, zhang):
    raise_suspicion(he, zhang)
    with acting(he):
        (row,) = SuspicionReport.objects.all()
        perform("compliance.settle_suspicion", {"suspicion": row.pk, "is_reported": True, "decision": "已报送"})
        with pytest.raises(Refused):
            perform("compliance.settle_suspicion", {"suspicion": row.pk, "is_reported": False, "decision": "x"})
        ((entry, _),) = files.watch_list_hits()
        perform("compliance.clear_watch_hit", {"watch_entry": entry.pk, "client": zhang.code, "reason": "出生日期不同"})
        assert files.watch_list_hits() == []
        found = perform("compliance.open_aml_file", {"client": zhang.code})
        assert found["file"]["grounds"] == "资金快进快出" and found["suspicions"][0]["decision"] == "已报送"


@pytest.mark.django_db
def test_a_name_stays_on_its_list_until_the_day_from_which_it_is_taken_off(he, zhang):
    raise_suspicion(he, zhang)
    today = clock.today()
    with acting(he):
        ((entry, _),) = files.watch_list_hits()
        for days, listed in ((1, True), (0, False)):
            off = (today + timedelta(days=days)).isoformat()
            perform("compliance.end_watch_entry", {"watch_entry": entry.pk, "ended_on": off})
            assert bool(files.watch_list_hits()) is listed
            assert [row["ended_on"] for row in ask("compliance.aml_desk", {})["entries"]] == ([off] if listed else [])


def test_a_lower_level_is_reviewed_at_most_twice_as_late_as_the_one_above():
    days = [rules.REVIEW_DAYS[level] for level in AmlLevel]
    assert days[0] <= 183 and all(low <= 2 * high for high, low in itertools.pairwise(days))
