"""Saved pivots and dashboards: definitions are shared, the numbers are each reader's own."""

import pytest

from dakehu.domains.insight.reports import rules
from dakehu.domains.insight.reports.ready import READY
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

TEXT = {"shape": "text", "size": "half", "title": "说明", "text": "本周重点"}
PIVOT = {"rows": "risk_level", "measure": "sum:assets", "filters": {"status": "active"}, "chart": "bar"}


def test_cards_move_widen_and_go_and_a_card_that_is_not_there_is_refused():
    cards = [{**TEXT, "title": str(n)} for n in range(3)]

    def titles(place, change):
        return [card["title"] for card in rules.changed_cards(cards, place, change)]

    assert titles(2, "up") == ["0", "2", "1"] and titles(0, "down") == ["1", "0", "2"]
    assert titles(0, "up") == titles(2, "down") == ["0", "1", "2"] and titles(1, "remove") == ["0", "2"]
    assert rules.changed_cards(cards, 1, "wider")[1]["size"] == "full"
    assert rules.changed_cards(cards, 1, "narrower")[1]["size"] == "third"
    with pytest.raises(Refused):
        rules.changed_cards(cards, 3, "up")


@pytest.mark.parametrize(
    "definition",
    [
        {"cards": "x"},
        {"cards": [{"shape": "globe"}]},
        {"cards": [{"shape": "bar"}]},
        {"cards": [{"shape": "bar", "pivot": {"rows": "kind", "filters": "x"}}]},
        {"cards": [TEXT] * 25},
    ],
)
def test_what_is_no_dashboard_is_refused(definition):
    with pytest.raises(Refused):
        rules.dashboard_definition(definition)


def test_only_what_belongs_to_a_definition_is_saved():
    assert rules.pivot_definition({**PIVOT, "answer": [1, 2]}) == PIVOT
    assert rules.card_definition({**TEXT, "pivot": {"rows": "kind"}, "rows": [1]}) == TEXT


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_shared_pivot_is_opened_with_ones_own_clients_and_the_dashboards_of_all_roles_answer(
    lin, zhou, wang, he, an, admin, zhang, qian
):
    with acting(zhou):
        shared = perform(
            "insight.save_report", {"kind": "pivot", "name": "风险", "sharing": "team", "definition": PIVOT}
        )
        board = perform("insight.copy_dashboard", {"dashboard": "lead", "name": "我的团队"})
        perform("insight.arrange_card", {"report": board.pk, "card": 0, "change": "remove"})
        perform("insight.add_card", {"report": board.pk, "title": "客户", "shape": "figure", "rows": "kind"})
    with acting(lin):
        assert [one["id"] for one in ask("insight.reports", {})] == [shared.pk]
        with pytest.raises(NotFound):
            ask("insight.dashboard", {"dashboard": str(board.pk)})
        with pytest.raises(NotFound):
            perform("insight.delete_report", {"report": shared.pk})
        with pytest.raises(NotAllowed):
            perform("insight.save_report", {"kind": "pivot", "name": "全", "sharing": "firm", "definition": PIVOT})
    with acting(wang):
        assert ask("insight.reports", {}) == []
    with acting(zhou):
        perform("insight.share_report", {"report": board.pk, "sharing": "firm"})
    for reader, clients in ((zhou, 1), (wang, 1), (he, 2), (an, 2)):
        with acting(reader):
            found = ask("insight.dashboard", {"dashboard": str(board.pk)})
            assert found["cards"][-1]["answer"]["total"] == clients
            by_amount = [card for card in found["cards"] if card.get("pivot", {}).get("measure") == "sum:assets"]
            assert all(("fault" in card) == (reader is an) for card in by_amount) and by_amount
    for reader, key in ((lin, "manager"), (zhou, "lead"), (he, "compliance"), (an, "analyst"), (admin, "admin")):
        with acting(reader):
            own = ask("insight.dashboard", {})
            assert own["key"] == key and not [card for card in own["cards"] if "fault" in card], key
    assert len(READY) == 5
