"""Models on a desk: who trains and who switches on, what the night writes, who sees it, and when a model switches itself off."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from dakehu.analytics.scorecards import Calibration, Feature, Scorecard
from dakehu.domains.clients import restriction
from dakehu.domains.clients.consents import write_statement
from dakehu.domains.insight.predictions import actions, eligible, scoring, sources, training, versions
from dakehu.domains.insight.predictions.features import OF_KIND, read_features
from dakehu.domains.insight.predictions.groups import groups_of
from dakehu.domains.insight.predictions.history import Past
from dakehu.domains.insight.predictions.models import ClientPrediction, PredictionModel
from dakehu.domains.insight.predictions.versions import Trained
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2026, 3, 2)
QUIET = {"cases": 0, "events": 0, "predicted": None, "slope": None, "is_lost": False}
SHARE = {"cases": 100, "observed": 0.4, "low": 0.31, "high": 0.5}
REPORT = {
    "pooled": {"rate": 0.1, "bands": dict.fromkeys(("elevated", "usual", "low"), SHARE)},
    "periods": [],
    "cases": 900,
    "events": 90,
    "clients": 40,
    "excluded": {"restricted": 0, "refused": 0},
}
CARD = Scorecard(
    -1.0,
    tuple(Feature(name, (), (0.0, 0.9 if name == "contact_days" else 0.0)) for name in OF_KIND["answer"]),
    Calibration(line=(0.0, 1.0)),
    tuple((10, 0) for _ in OF_KIND["answer"]),
)


def add_model(by=None, failures=(), kind="answer"):
    with as_system():
        return actions.record_model(kind=kind, trained=Trained(CARD, REPORT, list(failures), 20_000), by=by)


@pytest.fixture
def consenting(zhang, qian, lin, wang):
    """Zhang and Qian both consent to profiling."""
    with as_system(), act("test.consents"):
        for client in (zhang, qian):
            write_statement(client, "profiling", "given")
    return zhang, qian


@pytest.fixture
def model_on(zhou, an):
    """Return a model of answers, trained by An and switched on by Zhou."""
    row = add_model(by=an.pk)
    with acting(zhou):
        return perform("insight.switch_on_model", {"model": row.pk, "reason": "回测通过"})


def score(monkeypatch=None, **quarter):
    if monkeypatch is not None:
        monkeypatch.setattr(versions, "last_quarter", lambda *asked: {**QUIET, **quarter})
    with as_system():
        return scoring.score_night(DAY)


def test_an_trains_and_lin_may_not(an, lin):
    with acting(lin), pytest.raises(NotAllowed):
        perform("insight.train_model", {"kind": "answer"})
    with acting(an):
        assert perform("insight.train_model", {"kind": "answer"})


def test_without_the_extra_training_says_what_to_install_and_the_page_too(an, monkeypatch):
    monkeypatch.setattr(training, "is_installed", lambda: False)
    with acting(an):
        with pytest.raises(Refused, match="dakehu"):
            perform("insight.train_model", {"kind": "answer"})
        found = ask("insight.prediction_models", {})
    assert not found["installed"] and "dakehu[models]" in found["how_to"]


def test_a_desk_without_history_trains_a_version_that_stays_off(zhou, an, zhang):
    with as_system():
        trained = versions.train("churn", versions.read_material(DAY))
        row = actions.record_model(kind="churn", trained=trained, by=an.pk)
    assert row.failures == ["history"] and row.definition == {}
    with acting(zhou), pytest.raises(Refused):
        perform("insight.switch_on_model", {"model": row.pk, "reason": "试试"})


@pytest.mark.parametrize("failure", ["brier", "brier_rule", "hits_rule", "slope", "level"])
def test_a_model_that_does_not_beat_the_rule_cannot_be_switched_on(zhou, failure):
    row = add_model(failures=[failure])
    with acting(zhou), pytest.raises(Refused):
        perform("insight.switch_on_model", {"model": row.pk, "reason": "想用"})
    assert PredictionModel.objects.get(pk=row.pk).state == "off"


def test_switching_on_needs_a_person_with_the_right_a_reason_and_not_the_one_who_trained(zhou, an, lin):
    row, own = add_model(by=an.pk), add_model(by=zhou.pk)
    for user, number, reason, error in (
        (lin, row.pk, "好", NotAllowed),
        (an, row.pk, "好", NotAllowed),
        (zhou, row.pk, " ", Refused),
        (zhou, own.pk, "好", Refused),
    ):
        with acting(user), pytest.raises(error):
            perform("insight.switch_on_model", {"model": number, "reason": reason})
    with acting(zhou):
        perform("insight.switch_on_model", {"model": row.pk, "reason": "回测通过"})
    with as_system():
        entry = AuditEntry.objects.filter(action="insight.switch_on_model").order_by("-pk").first()
    assert entry.actor_ref == zhou.pk


def test_a_new_version_replaces_the_one_in_use(model_on, zhou, an):
    newer = add_model(by=an.pk)
    with acting(zhou):
        perform("insight.switch_on_model", {"model": newer.pk, "reason": "更好"})
    states = dict(PredictionModel.objects.values_list("version", "state"))
    assert states == {1: "replaced", 2: "on"}


def test_each_sees_what_is_predicted_of_the_own_clients_only(model_on, consenting, lin, wang, monkeypatch):
    zhang, qian = consenting
    assert score(monkeypatch)["clients"] == 2
    for user, own in ((lin, zhang), (wang, qian)):
        with acting(user):
            assert list(ClientPrediction.objects.values_list("client_id", flat=True)) == [own.pk]
    with acting(wang), pytest.raises(Refused):
        ask("insight.prediction_card", {"client": zhang.pk})


def test_a_client_without_consent_or_restricted_or_who_withdrew_is_left_out(model_on, consenting, lin, he, monkeypatch):
    zhang, qian = consenting
    with acting(lin):
        other = perform("clients.create", {"name": "孙四", "code": "C0003"})
    with as_system(), act("test.withdrawal"):
        write_statement(zhang, "profiling", "withdrawn")
    with as_system():
        restriction.restrict(client=qian)
        trained = eligible.for_training()
    assert score(monkeypatch)["clients"] == 0
    assert trained.clients.tolist() == [other.pk] and (trained.restricted, trained.refused) == (1, 1)


def test_the_card_says_how_likely_why_and_how_reliable(model_on, consenting, lin, an, monkeypatch):
    zhang, _ = consenting
    score(monkeypatch)
    with acting(lin):
        card = ask("insight.prediction_card", {"client": zhang.pk})
    assert (
        "接听" in card["lead"] and "距上次联系天数" in card["lines"][0]["text"] and "31.0%" in card["lines"][0]["text"]
    )
    assert "不用于定价" in card["notes"][0]


def test_a_card_without_a_model_says_so(zhang, lin):
    with acting(lin):
        assert "没有启用" in ask("insight.prediction_card", {"client": zhang.pk})["notes"][0]


def test_a_model_that_lost_its_calibration_is_off_by_itself_and_the_rule_speaks(model_on, consenting, lin, monkeypatch):
    zhang, _ = consenting
    lost = {"cases": 900, "events": 300, "predicted": 0.1, "slope": 0.4, "is_lost": True}
    assert score(monkeypatch, **lost)["suspended"] == 1
    row = PredictionModel.objects.get(pk=model_on.pk)
    assert row.state == "suspended" and row.last_check["quarter"]["is_lost"]
    with acting(lin):
        said = ClientPrediction.objects.get(client=zhang)
        card = ask("insight.prediction_card", {"client": zhang.pk})
    assert said.answer_probability is None and said.answer_band == "usual"
    assert "按规则" in card["lines"][0]["text"]
    assert score(monkeypatch)["suspended"] == 0


def test_what_a_model_said_goes_with_the_night_after_it_is_switched_off(model_on, consenting, zhou, monkeypatch):
    score(monkeypatch)
    with acting(zhou):
        perform("insight.switch_off_model", {"model": model_on.pk, "reason": "暂停"})
    score(monkeypatch)
    with as_system():
        assert not ClientPrediction.objects.exists()


def test_what_is_read_for_tonight_equals_what_training_reads_of_the_same_day(zhang, lin):
    """An interaction of the next day changes neither."""
    with acting(lin):
        for held in (DAY - timedelta(days=40), DAY - timedelta(days=3), DAY + timedelta(days=1)):
            at = datetime(held.year, held.month, held.day, 10, 30)
            perform("service.log_interaction", {"client": "C0001", "held_at": at, "summary": "电话", "channel": "call"})
    clients, days = np.array([zhang.pk]), np.array([sources.day_number(DAY)])
    with as_system():
        read = (
            sources.read_recent(clients, DAY),
            sources.read_history(clients, DAY - timedelta(days=400), DAY),
            replace(sources.read_history(clients, DAY - timedelta(days=400), DAY + timedelta(days=5)), until=days[0]),
        )
    found = [read_features("answer", Past(one, clients, days)) for one in read]
    contact_days, contacts = (OF_KIND["answer"].index(name) for name in ("contact_days", "contacts_90"))
    assert found[0][0, contact_days] == 3 and found[0][0, contacts] == 2
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


def test_groups_are_those_of_the_clients_learned_from(zhang, qian):
    with as_system():
        found = groups_of(np.array([zhang.pk, qian.pk]), DAY)
        alone = groups_of(np.array([zhang.pk]), DAY)
    assert (found["male"].tolist(), found["female"].tolist()) == ([zhang.pk], [qian.pk])
    assert alone["female"].tolist() == [] and found["from_60"].tolist() == []
