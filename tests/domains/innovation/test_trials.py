"""Trials: who is drawn, what is registered beforehand, the result at the end, who decides, and who may read which part."""

from datetime import date, timedelta

import pytest

from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.domains.innovation.models import Trial, TrialMember
from dakehu.domains.innovation.trials.measures import find_measure
from dakehu.foundation.actions.registry import ACTIONS, act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.records.bulk import record_columns
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.domains.innovation.test_ideas import IDEA

pytestmark = pytest.mark.django_db
DESIGN = {
    "name": "到期前一个月电话提醒",
    "hypothesis": "提醒使一个月内有联系的客户多 40 个百分点",
    "varied": "联系时间",
    "treatment": "到期前一个月打电话",
    "measure": "有效联系客户占比",
    "hoped_effect": "40",
    "days": "30",
    "contact": "服务联系",
    "channel": "电话或短信",
}


def add_clients(user, count, prefix="K", **more):
    with acting(user):
        values = {"birth_on": "1980-05-01", "anyway": True, **more}
        return [
            perform("clients.create", {"name": f"客户{prefix}{number}", "code": f"{prefix}{number:03d}", **values})
            for number in range(count)
        ]


def add_trial(user, **more):
    with acting(user):
        return perform("innovation.add_trial", {**DESIGN, **more})


def do(user, name, trial, **more):
    with acting(user):
        return perform(f"innovation.{name}", {"trial": trial.pk, **more})


def submit(user, trial):
    do(user, "submit_trial", trial, is_confirmed=True)


def approve(user, trial):
    with as_system():
        number = find_approval("innovation.trial", trial.pk).pk
    with acting(user):
        perform("compliance.approve", {"approval": number})


def run(owner, approver, **more):
    trial = add_trial(owner, **more)
    submit(owner, trial)
    approve(approver, trial)
    return do(owner, "start_trial", trial)


def let_pass(trial, days=31):
    """Move the start and end of a trial some days back, with its data unchanged."""
    with as_system(), act("test.age"):
        row = Trial.objects.get(pk=trial.pk)
        row.started_on, row.ends_on = (one - timedelta(days=days) for one in (row.started_on, row.ends_on))
        row.save()


def page(user, trial):
    with acting(user):
        return ask("innovation.trial_page", {"trial": trial.pk})


def log(user, clients):
    with acting(user):
        for client in clients:
            held = {"held_at": clock.now() - timedelta(days=3), "channel": "电话", "summary": "提醒测评"}
            perform("service.log_interaction", {"client": client, **held})


@pytest.fixture
def many(lin):
    """Add 64 clients of Lin in one write."""
    with as_system(), act("test.clients"):
        names = [f"客户{number}" for number in range(64)]
        ids = record_columns(
            model_of("clients.Client"),
            len(names),
            {
                "code": [f"K{number:03d}" for number in range(64)],
                "name": names,
                "birth_on": [date(1980, 5, 1)] * 64,
            },
        )
        duty = {"client_id": ids, "user_id": [lin.pk] * 64, "role": ["main"] * 64, "since": [clock.today()] * 64}
        record_columns(model_of("clients.Coverage"), len(ids), duty)
    return ids


@pytest.mark.postgres
def test_a_trial_from_the_design_to_a_decision_by_somebody_else(lin, zhou, wang, he, many):
    with acting(lin):
        idea = perform("innovation.file_idea", IDEA)
    with acting(zhou):
        perform("innovation.sponsor_idea", {"idea": idea.pk})
    trial = add_trial(zhou, idea=idea.pk)
    with acting(zhou):
        plan = ask("innovation.trial_preview", {"trial": trial.pk})
    assert (plan["eligible"], plan["treatment"], plan["control"], plan["base"]) == (64, 32, 32, "0.0%")
    assert plan["is_enough"] and "试点组要" in plan["sentences"][0]
    submit(zhou, trial)
    with pytest.raises(Refused):
        do(zhou, "start_trial", trial)
    approve(he, trial)
    started = do(zhou, "start_trial", trial)
    with as_system():
        members = list(TrialMember.objects.values_list("client_id", "group"))
        assert idea.__class__.objects.get(pk=idea.pk).state == "in_trial"
    treatment = [client for client, group in members if group == "treatment"]
    assert (len(treatment), len(members), bool(started.seed)) == (32, 64, True)
    with pytest.raises(Refused):
        do(zhou, "change_trial", trial, days="60")
    log(lin, treatment[:24])
    with pytest.raises(Refused):
        do(zhou, "measure_trial", trial)  # no results before the end
    assert page(zhou, trial)["result"] is None
    let_pass(trial, 31)
    do(zhou, "measure_trial", trial)
    found = page(he, trial)
    assert found["result"]["verdict_code"] == "better" and found["result"]["difference"] == "+75.0 百分点"
    assert [line["value"] for line in found["result"]["lines"]] == ["24 / 32 = 75.0%", "0 / 32 = 0.0%"]
    with pytest.raises(Refused):
        do(zhou, "decide_trial", trial, outcome="采纳", reason="有效")
    do(he, "decide_trial", trial, outcome="采纳", reason="区间不含 0，且不小于期望")
    with acting(zhou):
        assert any("请更新服务目录" in one["text"] for one in ask("innovation.trial_notices", {}))
        row = ask("innovation.idea_page", {"idea": idea.pk})["row"]
        assert row["state"] == "已有牵头人"  # the trial decides nothing on the idea
        version = perform(
            "innovation.add_service",
            {
                "code": "S-01",
                "name": "提醒",
                "description": "提前",
                "valid_from": "2026-12-01",
                "based_on": trial.pk,
            },
        )
    assert page(he, trial)["services"] == [{"id": version.service_id, "name": "提醒", "number": 1}]


def test_who_must_not_be_drawn_is_kept_out_and_counted(lin, zhou, he):
    add_clients(lin, 4)
    add_clients(lin, 1, "OLD", birth_on="1950-01-01")
    add_clients(lin, 1, "AGE", birth_on=None)
    (refuses,), (complains,), (closed,) = (add_clients(lin, 1, prefix) for prefix in ("REF", "COM", "CLO"))
    with acting(lin):
        perform(
            "clients.record_consent",
            {"client": refuses.code, "purpose": "服务", "state": "拒绝", "stated_on": clock.today()},
        )
        perform(
            "compliance.register_complaint", {"client": complains.code, "subject": "收费", "received_on": clock.today()}
        )
    with as_system(), act("test.close"):
        closed.refresh_from_db()
        closed.status = "closed"
        closed.save()
    trial = add_trial(zhou, why_small="先看做法是否可行")
    with acting(zhou):
        plan = ask("innovation.trial_preview", {"trial": trial.pk})
    assert (plan["found"], plan["eligible"]) == (9, 4)
    assert {one["text"]: one["count"] for one in plan["excluded"]} == {
        "年长、年龄未知或情绪关怀中": 2,
        "客户拒绝此类联系": 1,
        "投诉处理中": 1,
        "限制处理、信息隔离、未开户或已销户": 1,
    }
    started = run(zhou, he, name="另一项", why_small="先看做法是否可行")
    assert (started.plan["treatment"], started.plan["control"]) == (2, 2)
    with acting(zhou):
        assert ask("innovation.trial_preview", {"trial": trial.pk})["eligible"] == 0  # one trial at a time
    let_pass(started, 31)
    do(zhou, "measure_trial", started)
    result = page(he, started)["result"]
    assert (result["verdict"], result["interval"]) == ("人数太少，不能判断", "")
    assert [line["value"] for line in result["lines"]] == ["", ""]


def test_too_small_groups_need_a_reason_and_older_clients_compliance(lin, zhou, he):
    add_clients(lin, 6)
    trial = add_trial(zhou)
    with pytest.raises(Refused) as refusal:
        submit(zhou, trial)
    assert set(refusal.value.messages) == {"why_small"}
    do(zhou, "change_trial", trial, why_small="只看做法是否可行", older_from="0")
    with pytest.raises(Refused):
        do(zhou, "submit_trial", trial, is_confirmed=False)
    submit(zhou, trial)
    assert page(zhou, trial)["needs_compliance"]
    do(zhou, "change_trial", trial, days="20")  # the pending request is void
    with pytest.raises(Refused):
        do(zhou, "start_trial", trial)
    submit(zhou, trial)
    approve(he, trial)
    assert do(zhou, "start_trial", trial).state == "running"


def test_who_serves_a_client_sees_own_groups_only_and_others_nothing(lin, zhou, wang, an, he):
    add_clients(lin, 6)
    trial = run(zhou, he, why_small="先看做法是否可行")
    found = page(lin, trial)
    assert (found["plan"], found["result"], found["segment"], found["is_whole"]) == (None, None, None, False)
    assert found["own"] == {"treatment": 3, "control": 3}
    with acting(lin):
        assert ask("innovation.trial_members", {"trial": trial.pk})["count"] == 6
        members = ask("innovation.trial_members", {"trial": trial.pk})["rows"]
        cards = {
            one["group_code"]: ask("innovation.trial_card", {"client": one["client_id"]})["lines"][0]["text"]
            for one in members
        }
        other = perform("clients.create", {"name": "局外人", "code": "X1"})
        assert ask("innovation.trial_card", {"client": other.pk}) == {}
        assert cards == {"treatment": DESIGN["treatment"], "control": "照常服务，不要告知分组"}
        assert any("3 位您可见的客户" in one["text"] for one in ask("innovation.trial_notices", {}))
        with pytest.raises(NotAllowed):
            perform("innovation.decide_trial", {"trial": trial.pk, "outcome": "停止", "reason": "无"})
    for act_name in ("measure_trial", "abort_trial"):
        with pytest.raises(Refused):
            do(lin, act_name, trial, **({"reason": "无"} if act_name == "abort_trial" else {}))
    with acting(wang):
        assert ask("innovation.trials", {})["rows"] == []
        with pytest.raises(NotFound):
            ask("innovation.trial_page", {"trial": trial.pk})
    assert page(an, trial)["plan"]["treatment"] == 3


def test_the_words_of_a_trial_name_no_client(zhou, zhang):
    trial = add_trial(zhou)
    for name, text, field in (
        ("treatment", "给 13812345678 打电话", "treatment"),
        ("hypothesis", "张三会续做", "anyway"),
    ):
        with pytest.raises(Refused) as refusal:
            do(zhou, "change_trial", trial, **{name: text})
        assert set(refusal.value.messages) == {field}


def test_a_decision_is_taken_back_but_a_draw_is_not(lin, zhou, he):
    add_clients(lin, 6)
    trial = run(zhou, he, why_small="先看做法是否可行")
    assert ACTIONS["innovation.start_trial"].irreversible and ACTIONS["innovation.decide_trial"].offers_undo
    let_pass(trial)
    do(zhou, "measure_trial", trial)
    do(he, "decide_trial", trial, outcome="停止", reason="人数太少")
    with acting(he):
        newest = ask("workbook.undoable", {})[0]
        assert newest["what"] == "决定试点"
        perform("workbook.undo", {"batch": newest["batch"]})
    assert (page(he, trial)["state_code"], page(he, trial)["decisions"]) == ("running", [])


def test_a_trial_is_aborted_at_once_with_a_reason_and_never_measured(lin, zhou, he):
    add_clients(lin, 6)
    trial = run(zhou, he, why_small="先看做法是否可行")
    with pytest.raises(Refused):
        do(he, "abort_trial", trial, reason=" ")
    assert page(he, trial)["complaints"] == {"treatment": 0, "control": 0}
    do(he, "abort_trial", trial, reason="试点组投诉增多")
    let_pass(trial, 40)
    with pytest.raises(Refused):
        do(zhou, "measure_trial", trial)


def test_an_extension_sets_a_new_end_and_a_stricter_interval(lin, zhou, he):
    add_clients(lin, 6)
    trial = run(zhou, he, why_small="先看做法是否可行")
    let_pass(trial, 31)
    do(zhou, "measure_trial", trial)
    until = (clock.today() + timedelta(days=20)).isoformat()
    do(he, "decide_trial", trial, outcome="延长", reason="再看二十天", until=until)
    with pytest.raises(Refused):
        do(zhou, "measure_trial", trial)
    let_pass(trial, 60)
    do(zhou, "measure_trial", trial)
    assert page(he, trial)["result"]["level"] == "97.5%"
    assert [one["outcome_code"] for one in page(he, trial)["decisions"]] == ["extend"]


def test_a_client_merged_into_both_groups_counts_in_neither(lin, zhou, he):
    clients = add_clients(lin, 6)
    trial = run(zhou, he, why_small="先看做法是否可行")
    with as_system():
        groups = dict(TrialMember.objects.values_list("client_id", "group"))
    one, other = (next(pk for pk, group in groups.items() if group == name) for name in ("treatment", "control"))
    with acting(zhou):
        perform("clients.merge", {"client": one, "other": other})
    let_pass(trial, 31)
    do(zhou, "measure_trial", trial)
    with as_system():
        result = Trial.objects.get(pk=trial.pk).result
    assert len(clients) == 6
    assert [result[name]["present"] for name in ("treatment", "control")] == [2, 2]


@pytest.mark.parametrize(
    ("measure", "value"), [("answered", 1.0), ("contacted", 1.0), ("met", 0.0), ("requested", 0.0), ("test_valid", 0.0)]
)
def test_every_share_gives_each_client_a_value(lin, measure, value):
    called, other = add_clients(lin, 2)
    log(lin, [called.pk])
    days = (clock.today() - timedelta(days=30), clock.today())
    with as_system():
        found = find_measure(measure).read([called.pk, other.pk], *days)
    assert found == {called.pk: value, other.pk: 0.0}


def test_without_daily_data_nobody_has_an_inflow_and_without_answers_nobody_is_satisfied(lin):
    clients = [one.pk for one in add_clients(lin, 2)]
    with as_system():
        for name in ("net_inflow", "satisfied"):
            assert find_measure(name).read(clients, clock.today(), clock.today()) == {}
