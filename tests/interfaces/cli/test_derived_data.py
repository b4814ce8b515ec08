"""A migration ends only after derived data are built; the check reports where they are missing."""

import sqlite3
from contextlib import closing

from tests.program import migrated_desk


def test_search_lines_and_blind_indexes_come_back_with_the_next_start(tmp_path):
    desk = migrated_desk(tmp_path / "home")
    desk.report("user", "add", "username=lin", "name=林晓", "role=manager", "password=Correct-horse-9")
    values = ("name=张三", "code=C0001", "id_type=resident", "id_number=11010519491231002X")
    desk.report("do", "clients.create", *values, "--as", "lin")

    def run(*statements):
        with closing(sqlite3.connect(desk.home / "dakehu.sqlite3")) as database, database:
            return [database.execute(one).fetchall() for one in statements]

    before = run(
        "select id_ending_index, id_number_index from clients_client", "select count(*) from clients_searchline"
    )
    assert before[0][0][0] and before[1][0][0] > 0
    entries = desk.report("verify")["entries"]
    run("delete from clients_searchline")
    assert "dakehu.E004" in {m["id"] for m in desk.report("check", status=1)["messages"]}
    run(
        "update clients_client set id_ending_index = ''",
        "delete from foundation_installationrecord where name = 'derived_data'",
    )
    done = desk.run("ask", "clients.list", "text=张三", "--as", "lin", "--json")
    assert '"C0001"' in done.stdout and "重建搜索索引" in done.stderr
    assert (
        run("select id_ending_index, id_number_index from clients_client", "select count(*) from clients_searchline")
        == before
    )
    assert desk.report("check")["errors"] == 0 and desk.report("verify")["entries"] == entries
