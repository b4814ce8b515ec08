"""Two users change one row: changes that do not overlap are merged, conflicts are put to the user, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dakehu.domains.clients.models import Client
from dakehu.foundation.base.errors import Conflict
from dakehu.foundation.base.three_way_merge import Conflict as Clash
from dakehu.foundation.base.three_way_merge import compare
from dakehu.foundation.gates import perform, perform_with_merge
from tests.cast import acting

VALUES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "x", "y", None]))


def test_each_field_has_exactly_one_fate():
    made = compare(
        {"mine": 1, "theirs": 1, "both": 1, "clash": 1, "unsent": 1, "nobody": 1},
        {"mine": 2, "theirs": 1, "both": 3, "clash": 2, "nobody": 1, "unknown": 5},
        {"mine": 1, "theirs": 4, "both": 3, "clash": 3, "unsent": 9, "nobody": 1, "unknown": 6},
    )
    assert made.mine == {"mine": 2} and made.agreed == {"both": 3} and made.theirs == {"theirs": 4, "unsent": 9}
    assert made.clashes == {"clash": Clash(1, 2, 3), "unknown": Clash(None, 5, 6, known=False)}


@given(VALUES, VALUES, VALUES)
def test_nothing_is_lost(base, mine, current):
    """After writing my changes, every field has my value, the others' value, or is a reported conflict."""
    made = compare(base, mine, current)
    after = {**current, **made.mine}
    for name, wanted in mine.items():
        assert after.get(name) == wanted or name in made.clashes or (name in base and wanted == base[name])
    for name, now in current.items():
        assert after[name] == now or base.get(name) == now


@pytest.mark.django_db
@pytest.mark.postgres
class TestTheGate:
    def test_changes_to_different_fields_are_merged_and_told(self, lin, zhou, zhang):
        with acting(zhou):
            perform("clients.change", {"client": zhang.pk, "assets": "500万"})
        with acting(lin):
            base = {"occupation": "", "assets": None, "name": "张三", "status": "active"}
            saved = perform_with_merge(
                "clients.change", {"client": zhang.pk, "occupation": "律师"}, base, zhang.row_version
            )
            row = Client.objects.get(pk=zhang.pk)
        assert (row.occupation, row.assets, row.row_version) == ("律师", 5_000_000, zhang.row_version + 2)
        assert saved.kept == ["资产规模"] and saved.row.row_version == row.row_version

    def test_changes_to_the_same_field_are_asked_about_with_all_three_values_and_who_it_was(self, lin, zhou, zhang):
        with acting(zhou):
            perform("clients.change", {"client": zhang.pk, "risk_level": "C4", "branch": "BJ01"})
        with acting(lin), pytest.raises(Conflict) as conflict:
            perform_with_merge(
                "clients.change",
                {"client": zhang.pk, "风险等级": "C2", "branch": "SH01"},
                {"风险等级": "", "branch": None},
                zhang.row_version,
            )
        report = conflict.value.as_details()
        level = report["fields"]["risk_level"]
        assert (level["label"], level["base_text"], level["mine"], level["current"]) == ("风险等级", "–", "C2", "C4")
        assert report["fields"]["branch"]["current_text"] == "北京金融街营业部"
        assert report["fields"]["branch"]["mine_text"] == "上海陆家嘴营业部"
        assert report["by"] == "周宁" and report["row_version"] == zhang.row_version + 1
        with acting(lin):
            assert Client.objects.get(pk=zhang.pk).risk_level == "C4"

    def test_the_same_change_by_both_is_no_conflict(self, lin, zhou, zhang):
        with acting(zhou):
            perform("clients.change", {"client": zhang.pk, "occupation": "医生"})
        with acting(lin):
            saved = perform_with_merge(
                "clients.change", {"client": zhang.pk, "occupation": "医生"}, {"occupation": ""}, zhang.row_version
            )
            assert saved.row.row_version == zhang.row_version + 1

    def test_without_knowing_what_was_seen_a_difference_is_asked_about(self, lin, zhou, zhang):
        with acting(zhou):
            perform("clients.change", {"client": zhang.pk, "occupation": "医生"})
        with acting(lin), pytest.raises(Conflict) as conflict:
            perform_with_merge("clients.change", {"client": zhang.pk, "occupation": "律师"}, {}, zhang.row_version)
        assert conflict.value.clashes["occupation"]["base_text"] is None

    def test_a_sealed_value_is_compared_without_being_opened(self, lin, zhou, zhang):
        with acting(zhou):
            perform("clients.change", {"client": zhang.pk, "id_number": "11010519491231002X"})
        with acting(lin), pytest.raises(Conflict) as conflict:
            perform_with_merge(
                "clients.change", {"client": zhang.pk, "id_number": "440524188001010014"}, {}, zhang.row_version
            )
        report = str(conflict.value.as_details())
        assert "11010519491231002X" not in report and "110***********002X" in report
