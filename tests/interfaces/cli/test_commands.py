"""The command line as a real process: one JSON object on standard output, text on standard error, a correct exit status."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.program import Desk, migrated_desk

PASSWORD = "Correct-horse-9"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A desk with Lin and one client, created by the program in an empty directory."""
    made = migrated_desk(tmp_path_factory.mktemp("desk"))
    made.report("user", "add", "username=lin", "name=林晓", "role=manager", f"password={PASSWORD}")
    made.report("do", "clients.create", "name=张三", "code=C0001", "phone=13812345678", "--as", "lin")
    return made


def test_the_first_command_makes_database_and_keys(desk):
    assert (desk.home / "dakehu.sqlite3").is_file() and (desk.home / "keys").is_dir()
    assert (desk.home / "keys").stat().st_mode & 0o077 == 0


def test_a_question_is_answered_by_its_name(desk):
    report = desk.report("ask", "clients.list", 'filters:={"code": "C0001"}', "--as", "lin")
    assert (report["count"], report["rows"][0]["name"]) == (1, "张三")


def test_the_system_asks_freely_but_acts_only_with_a_reason(desk):
    refused = desk.report("do", "clients.change", "client=C0001", "occupation=医生", status=1)
    assert refused["refused"][""] and "--reason" in refused["refused"][""][0]
    assert desk.report("ask", "clients.list")["count"] == 1


def test_a_refusal_is_a_sentence_and_status_one(desk):
    done = desk.run("do", "clients.create", "name=", "x=1", "--as", "lin", "--json")
    assert done.returncode == 1 and set(json.loads(done.stdout)["refused"]) == {"name", "x"}
    assert "请填写" in done.stderr and "Traceback" not in done.stderr


def test_words_for_people_stay_off_standard_output_when_something_is_refused(desk):
    done = desk.run("do", "clients.create", "name=", "--as", "lin")
    assert (done.returncode, done.stdout) == (1, "") and done.stderr


@pytest.mark.parametrize("words", [["nothing"], ["export"], ["ask", "--nothing"], ["import", "a.csv", "--mode", "x"]])
def test_a_command_that_is_not_understood_ends_with_status_two(desk, words):
    done = desk.run(*words)
    assert (done.returncode, done.stdout) == (2, "") and "usage" in done.stderr


def test_nobody_acts_as_somebody_who_is_not_there(desk):
    assert desk.report("ask", "team.me", "--as", "nobody", status=1)["status"] == 404


def test_queries_and_actions_that_do_not_exist_are_refused(desk):
    assert desk.report("ask", "nothing.here", "--as", "lin", status=1)["status"] == 404
    assert desk.report("do", "clients.import_clients", "--as", "lin", status=1)["status"] == 404


def test_values_may_be_lists_json_and_files(desk, tmp_path):
    where = tmp_path / "filters.json"
    where.write_text('{"code.in": ["C0001"]}', encoding="utf-8")
    assert desk.report("ask", "clients.list", f"filters=@{where}", "--as", "lin")["count"] == 1
    made = desk.report(
        "do", "team.create_token", "name=试验", "scopes=client.read", "scopes=ledger.read", "--as", "lin"
    )
    assert made["scopes"] == ["client.read", "ledger.read"]
    assert "filters" in str(desk.report("ask", "clients.list", "filters:={", "--as", "lin", status=1)["refused"])


def test_a_table_is_tried_imported_and_found_unchanged(desk, tmp_path):
    table = tmp_path / "客户.csv"
    table.write_text("客户号,姓名,资产规模\nA001,李四,100万\nA002,王五,200万\n", encoding="utf-8")
    tried = desk.report("import", table, "--dry-run", "--as", "lin")
    assert (tried["created"], tried["imported"]) == (2, False)
    done = desk.report("import", table, "--as", "lin")
    assert [done[name] for name in ("created", "updated", "unchanged", "skipped", "errors")] == [2, 0, 0, 0, 0]
    again = desk.report("import", table, "--as", "lin")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_an_import_with_faults_names_the_cell_and_writes_nothing(desk, tmp_path):
    table = tmp_path / "错.csv"
    table.write_text("客户号,姓名,资产规模\nB001,赵六,很多\n", encoding="utf-8")
    report = desk.report("import", table, "--as", "lin", status=1)
    assert report["errors"] == 1 and report["faults"][0]["cell"] == "C2" and report["imported"] is False
    assert desk.report("import", tmp_path / "没有.csv", "--as", "lin", status=1)["refused"]["file"]


def test_template_and_workbook_are_written(desk, tmp_path):
    for words in (["template", tmp_path / "t.xlsx"], ["export", tmp_path / "e.xlsx", "--clients", "C0001"]):
        desk.report(*words, "--as", "lin")
        assert Path(words[1]).read_bytes()[:2] == b"PK"
    assert "NIX" in str(desk.report("export", tmp_path / "n.xlsx", "--clients", "NIX", "--as", "lin", status=1))


def test_check_says_what_is_known_and_how_to_mend_it(desk):
    report = desk.report("check")
    assert report["errors"] == 0 and any(m["id"] == "dakehu.W002" and m["hint"] for m in report["messages"])


def test_keys_are_rotated_and_everything_still_opens(desk):
    before = desk.report("keys", "list")["current"]
    assert desk.report("keys", "rotate", "--reason", "试验")["current"] == before + 1
    contact = desk.report("ask", "clients.contacts", "client=C0001", "--as", "lin")["rows"][0]["id"]
    opened = desk.report("do", "clients.open_contact", f"contact={contact}", "reason=回访", "--as", "lin")
    assert opened["value"].endswith("13812345678")


def secret(folder: Path, text: str = "hebei-42-donkey") -> Path:
    made = folder / "password.txt"
    made.write_text(text + "\n", encoding="utf-8")
    return made


def test_an_encrypted_backup_comes_back_with_its_keys(desk, tmp_path):
    kept, password = tmp_path / "desk.backup", secret(tmp_path)
    desk.report("backup", kept, "--password-file", password)
    assert "张三".encode() not in kept.read_bytes() and kept.stat().st_mode & 0o077 == 0
    other = Desk(tmp_path / "other")
    assert other.report("restore", kept, "--password-file", password)["restored"] is True
    row = other.report("ask", "clients.contacts", "client=C0001", "--as", "lin")["rows"][0]
    opened = other.report("do", "clients.open_contact", f"contact={row['id']}", "reason=回访", "--as", "lin")
    assert opened["value"].endswith("13812345678")
    assert other.report("verify")["broken"] is None


def test_a_backup_overwrites_nothing_and_a_restore_neither(desk, tmp_path):
    kept, password = tmp_path / "desk.backup", secret(tmp_path)
    desk.report("backup", kept, "--password-file", password)
    assert desk.report("backup", kept, "--password-file", password, status=1)["refused"]["file"]
    assert desk.report("restore", kept, "--password-file", password, status=1)["refused"]


def test_a_backup_opens_with_its_password_only(desk, tmp_path):
    kept = tmp_path / "desk.backup"
    desk.report("backup", kept, "--password-file", secret(tmp_path))
    other = Desk(tmp_path / "other")
    assert other.report("restore", kept, status=1)["refused"]
    assert other.report("restore", kept, "--password-file", secret(tmp_path, "wrong"), status=1)["refused"]


def test_a_backup_is_encrypted_unless_somebody_says_otherwise_and_then_leaves_the_keys_out(desk, tmp_path):
    assert "--unencrypted" in desk.run("backup", tmp_path / "open.backup").stderr
    done = desk.run("backup", tmp_path / "open.backup", "--unencrypted", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["keys"] is False and "密钥" in done.stderr


def test_a_tampered_audit_entry_is_named(desk, tmp_path):
    kept, password = tmp_path / "desk.backup", secret(tmp_path)
    desk.report("backup", kept, "--password-file", password)
    other = Desk(tmp_path / "other")
    other.report("restore", kept, "--password-file", password)
    with sqlite3.connect(other.home / "dakehu.sqlite3") as database:
        number = database.execute("SELECT id FROM foundation_auditentry ORDER BY id LIMIT 1 OFFSET 1").fetchone()[0]
        database.execute("UPDATE foundation_auditentry SET actor_name = '别人' WHERE id = ?", [number])
    database.close()
    assert other.report("verify", status=1)["broken"] == number
