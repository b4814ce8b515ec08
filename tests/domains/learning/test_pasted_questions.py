"""Questions copied from a worksheet are read completely or not at all, with every fault by its row."""

import pytest

from dakehu.domains.learning.exams.pasting import read_rows
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

HEADING = "试题编号\t主题\t题型\t难度\t题干\t选项\t答案\t解析\t出处"
GOOD = "P-1\t法规\t单选\t易\t保存多少年？\t五年|十年|二十年\tC\t不少于二十年\t证券法"
SHORT = "P-2\tsuitability\ttrue or false\t\t可以代填。\t\tB"


def test_rows_are_read_in_either_language_and_the_heading_is_left_out():
    rows = list(read_rows(f"{HEADING}\n{GOOD}\n\t\t\n{SHORT}"))
    assert [(number, fault) for number, _, fault in rows] == [(2, None), (4, None)]
    assert rows[0][1]["options"] == "五年\n十年\n二十年" and rows[0][1]["difficulty"] == "easy"
    assert (rows[1][1]["kind"], rows[1][1]["topic"], rows[1][1]["difficulty"]) == ("true_false", "suitability", "")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("P-1\t天文\t单选\t易\t题\t甲|乙\tA", "天文"),
        ("P-1\t法规\t单选\t易\t\t甲|乙\tA", "第 5 列"),
        (f"{GOOD}\t多", "10 列"),
    ],
)
def test_a_row_that_is_not_understood_names_its_cell(row, word):
    assert word in str(next(read_rows(row))[2])


@pytest.mark.django_db
def test_a_fault_in_one_row_adds_none_and_names_each_row(he):
    with acting(he):
        with pytest.raises(Refused) as refused:
            perform("learning.paste_questions", {"rows": f"{GOOD}\nP-2\t法规\t单选\t易\t题\t甲|乙\tD\n{GOOD}"})
        said = [str(text) for text in refused.value.messages["rows"]]
        assert [text[:6] for text in said] == ["第 2 行：", "第 3 行："] and ask("learning.questions", {})["count"] == 0
        assert perform("learning.paste_questions", {"rows": f"{HEADING}\n{GOOD}\n{SHORT}"}) == {"added": 2}
        assert ask("learning.question_bank", {})[0]["options"][2] == ("二十年", True)
