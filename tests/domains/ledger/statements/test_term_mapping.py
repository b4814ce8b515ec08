"""An unknown transaction type is mapped once, for all rows quarantined with it."""

import pytest

from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "客户号,成交日期,证券代码,证券名称,业务名称,成交价格,成交数量,成交金额,发生金额"
BUY = "{code},202401{day:02},000878,云南铜业,{word},10,100,1000,{net}"


@pytest.fixture
def held(lin, zhang, tmp_path):
    """Four rows of two clients with an unknown type, one of which does not add up, and one with another type."""
    rows = [
        BUY.format(code=code, day=day, word="认购缴款", net=net)
        for code, day, net in (("C0001", 2, -1000), ("C0001", 3, -1000), ("C0004", 2, -1000), ("C0004", 4, -7))
    ]
    path = tmp_path / "全公司.csv"
    path.write_text(
        "\n".join([HEAD, *rows, BUY.format(code="C0004", day=5, word="质押登记", net=-1000), ""]), encoding="utf-8"
    )
    with acting(lin):
        perform("clients.create", {"name": "钱四", "code": "C0004"})
        assert imports.run_import(path)["quarantined"] == 5
    return path


def count(code):
    return ask("ledger.trades", {"client": code})["count"]


def test_every_row_under_the_word_is_corrected_and_released_where_it_adds_up(lin, held):
    with acting(lin):
        assert ask("ledger.unmapped_terms", {}) == [{"word": "认购缴款", "rows": 4}, {"word": "质押登记", "rows": 1}]
        report = perform("ledger.map_term", {"word": "认购缴款", "meaning": "证券买入"})
        assert (report["corrected"], report["released"]) == (4, 3)
        assert (count("C0001"), count("C0004")) == (2, 1)
        left = ask("ledger.quarantined_rows", {"state": "waiting"})["rows"]
        assert sorted(row["reason"] for row in left) == ["side", "sum"]
        again = imports.run_import(held)
        assert (again["created"], again["quarantined"]) == (0, 0)


def test_a_row_of_a_file_of_many_is_known_in_the_clients_own_statement(lin, held, tmp_path):
    path = tmp_path / "一位.csv"
    row = BUY.format(code="C0001", day=2, word="认购缴款", net=-1000)
    path.write_text("\n".join([HEAD.partition(",")[2], row.partition(",")[2], ""]), encoding="utf-8")
    with acting(lin):
        assert imports.run_import(path, client="C0001")["quarantined"] == 0


def test_it_is_taken_back_as_a_whole(lin, held):
    with acting(lin):
        report = perform("ledger.map_term", {"word": "认购缴款", "meaning": "证券买入"})
        perform("workbook.undo", {"batch": report["batch"]})
        assert (count("C0001"), count("C0004")) == (0, 0)
        assert ask("ledger.unmapped_terms", {})[0] == {"word": "认购缴款", "rows": 4}


def test_a_word_without_effect_settles_its_rows_and_an_unknown_one_is_refused(lin, held):
    with acting(lin):
        report = perform("ledger.map_term", {"word": "质押登记", "meaning": "不影响资金和持仓"})
        assert (report["released"], count("C0004")) == (1, 0)
        with pytest.raises(Refused, match="质押登记"):
            perform("ledger.map_term", {"word": "质押登记", "meaning": "证券买入"})


def test_rows_of_others_stay_and_words_are_not_told_to_those_who_may_not_read_them(wang, an, held):
    with acting(wang), pytest.raises(Refused):
        perform("ledger.map_term", {"word": "认购缴款", "meaning": "证券买入"})
    with acting(an):
        assert ask("ledger.unmapped_terms", {}) == []
